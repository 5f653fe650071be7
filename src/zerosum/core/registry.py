"""Names to code: those that come with zerosum, those of installed packages, and "package.module:Name".

Installed packages are listed without importing them; one is imported when something of it is named. A name of the third
form may come from somebody else's run folder or recipe file, so it is imported only where its package is trusted:
because this user typed it (`typed`), or allowed it (`trust`). Trust holds for the rest of the process, as imported code
does.
"""

import functools
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from zerosum.core.importing import load
from zerosum.errors import UserError, suggest

DOTTED = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_<][\w.<>]*")
"""What "package.module:Name" looks like."""
OWN = "zerosum"
_trusted = {OWN}
_handed_over: dict[str, Any] = {}


@dataclass(frozen=True)
class Plugin:
    """Something that an installed package adds: its name, where it is, and the name of the package."""

    name: str
    target: str
    distribution: str


@dataclass(frozen=True)
class Registry:
    """All things of one sort by name.

    Args:
        noun: what one of them is, for messages: "loss".
        group: of the entry points by which installed packages add some.
        known: where those are that come with zerosum, "module" or "module:Name".
        suits: why a thing is none of them, to end a message with, such as "derive it from zerosum.Game"; "" for one.
        prefix: with which names of entry points must begin, "generator." where one group has several sorts.
    """

    noun: str
    group: str
    known: Mapping[str, Any]
    suits: Callable[[Any], str] = lambda thing: ""
    prefix: str = ""

    def plugins(self) -> tuple[Plugin, ...]:
        """Return what installed packages add, by name, twice where two have one name; imports nothing of theirs."""
        return tuple(
            Plugin(name.removeprefix(self.prefix), target, distribution)
            for name, target, distribution in _installed(self.group, tuple(sys.path))
            if name.startswith(self.prefix)
        )

    def names(self) -> list[str]:
        """Return all names: zerosum's own, then those of installed packages."""
        return list(dict.fromkeys((*self.known, *(plugin.name for plugin in self.plugins()))))

    def has(self, name: str) -> bool:
        """Whether something is called so, or the name has the form "package.module:Name"."""
        return name in self.known or is_dotted(name) or name in self.names()

    def is_own(self, name: str) -> bool:
        """Whether a name is one that comes with zerosum, and no installed package has taken it.

        Raises:
            UserError: a package adds another of this name.
        """
        rivals = [plugin for plugin in self.plugins() if plugin.name == name]
        origins = [OWN] * (name in self.known) + [plugin.distribution for plugin in rivals]
        if len(origins) > 1:
            both = " and ".join(origins)
            raise UserError(f"two of the installed packages have a {self.noun} '{name}', {both}: remove one of them")
        return name in self.known

    def target(self, name: str) -> str:
        """Return where the thing called `name` is; nothing is imported.

        Raises:
            UserError: nothing is called so, two things are, or its package is not trusted; says what to do.
        """
        if self.is_own(name):
            return str(self.known[name])
        for plugin in self.plugins():
            if plugin.name == name:
                return plugin.target
        if not is_dotted(name):
            raise UserError(f"no {self.noun} '{name}'{suggest(name, self.names())}")
        check_trusted(name, self.noun)
        return name

    def load(self, name: str) -> Any:
        """Return the thing called `name`, imported.

        Raises:
            UserError: as `target`; its package cannot be imported, or it is none of this sort.
        """
        return self.checked(self.target(name))

    def checked(self, target: str) -> Any:
        """Return what lies at "module:Name"; UserError where it cannot be imported, or is none of this sort."""
        thing = _handed_over[target] if target in _handed_over else imported(target, self.noun)
        if why := self.suits(thing):
            raise UserError(f"{target} is no {self.noun}: {why}")
        return thing


def imported(target: str, noun: str) -> Any:
    """Import "module:Name", or "module"; UserError in one line whatever a stranger's module does."""
    try:
        return load(target)
    except (Exception, SystemExit) as error:
        if _package(target) == OWN and not isinstance(error, AttributeError | ModuleNotFoundError):
            raise
        reason = " ".join(str(error).split()) or type(error).__name__
        raise UserError(f"cannot load the {noun} {target} ({reason}): mend or install its package") from error


def is_dotted(name: str) -> bool:
    """Whether a name has the form "package.module:Name"."""
    return DOTTED.fullmatch(name) is not None


def trust(packages: Iterable[str]) -> None:
    """Let code of these packages, such as "their_package", be imported where a run or a recipe names it.

    Raises:
        UserError: what is given is no name of a package.
    """
    for package in packages:
        if not all(part.isidentifier() for part in package.split(".")):
            raise UserError(f"cannot trust '{package}': name a package, such as their_package")
        _trusted.add(package)


def trusted() -> list[str]:
    """Return the packages that are trusted, for another process of the same training."""
    return sorted(_trusted)


def typed(*words: str) -> None:
    """Trust the packages that a user has named in words of the own command or call."""
    for word in words:
        _trusted.update(_package(match.group()) for match in DOTTED.finditer(word))


def check_trusted(target: str, noun: str) -> None:
    """Raise UserError where "package.module:Name" may not be imported, with the word that allows it."""
    module, _, name = target.partition(":")
    if target in _handed_over:
        return
    if is_local(target):
        raise UserError(
            f"the {noun} {target} was defined in a script or notebook, so it cannot be found: hand it over in Python, "
            f"as in zs.load(run, game={name.rpartition('.')[2]})"
        )
    if not any(f"{module}.".startswith(f"{package}.") for package in _trusted):
        package = _package(target)
        raise UserError(
            f"the {noun} {target} is code that nobody allowed to run: if you trust it, add --trust {package}, "
            f"or trust=['{package}'] in Python"
        )


def hand_over(thing: Any) -> str:
    """Return the name by which a class that was passed in Python is found in this process: "package.module:Name"."""
    target = f"{thing.__module__}:{thing.__qualname__}"
    _handed_over[target] = thing
    return target


def stand_in(target: str, thing: Any) -> None:
    """Let `thing` be found under the name of something that this process cannot import."""
    _handed_over[target] = thing


def is_local(target: str) -> bool:
    """Whether a target can be found in the process alone that defined it: a script's, a notebook's, a function's."""
    return is_dotted(target) and (target.startswith("__main__:") or "<" in target)


def _package(target: str) -> str:
    return target.partition(":")[0].partition(".")[0]


@functools.cache
def _installed(group: str, path: tuple[str, ...]) -> tuple[tuple[str, str, str], ...]:
    """Return the entry points of a group as (name, target, package), each once: `path` is what they depend on."""
    points = _scanned(path).select(group=group)
    entries = {(point.name, point.value, point.dist.name if point.dist else "a package") for point in points}
    return tuple(sorted(entries))


@functools.cache
def _scanned(path: tuple[str, ...]) -> Any:
    """Return the entry points of all groups: one scan for all, and none, nor its import, where no name is asked for."""
    from importlib.metadata import entry_points

    return entry_points()
