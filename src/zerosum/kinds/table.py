"""All kinds by name: a literal table, and what installed packages add to it. Free of torch."""

from collections.abc import Iterator
from functools import cache
from importlib.metadata import entry_points

from zerosum.core.importing import load
from zerosum.core.spec import Spec
from zerosum.errors import UserError, suggest
from zerosum.kinds.kind import Kind

KINDS: dict[str, str] = {
    "points": "zerosum.kinds.points.kind:Points",
    "image": "zerosum.kinds.image.kind:Images",
}
"""Where each kind is that comes with zerosum."""
GROUP = "zerosum.kinds"
"""The entry points by which a package adds a kind."""


def names() -> dict[str, str]:
    """Return where each kind is, "package.module:Name", those of installed packages last.

    Raises:
        UserError: a package adds a kind of a name that is taken.
    """
    known = dict(KINDS)
    for point in sorted(set(entry_points(group=GROUP)), key=lambda point: (point.name, point.value)):
        if known.setdefault(point.name, point.value) != point.value:
            raise UserError(f"two kinds of data are called '{point.name}': remove {known[point.name]} or {point.value}")
    return known


def named(name: str) -> Kind:
    """Return the kind `name`.

    Raises:
        UserError: there is none, or it cannot be imported; says what to do.
    """
    known = names()
    if name not in known:
        raise UserError(f"no kind of data '{name}'{suggest(name, known)}: install the package that has it")
    return _loaded(known[name])


def kind_of(spec: Spec) -> Kind:
    """Return the kind of a spec; errors as `named`."""
    return named(spec.kind)


def every() -> Iterator[Kind]:
    """Yield all kinds, those of installed packages first, so that what they claim is theirs."""
    known = names()
    yield from (_loaded(known[name]) for name in known if name not in KINDS)
    yield from (_loaded(target) for target in KINDS.values())


@cache
def _loaded(target: str) -> Kind:
    try:
        kind = load(target)()
    except Exception as error:  # whatever a stranger's module does
        reason = " ".join(str(error).split()) or type(error).__name__
        raise UserError(f"cannot load the kind of data {target}: {reason}") from error
    if not isinstance(kind, Kind):
        raise UserError(f"{target} is no kind of data: derive it from zerosum.kinds.kind.Kind")
    return kind
