"""Which system suits data, where the user named none."""

from dataclasses import dataclass
from pathlib import Path

from zerosum.core.game import Facts
from zerosum.data.load import is_name
from zerosum.networks import pretrained
from zerosum.recipe.resolve import SUFFIXES
from zerosum.recipe.table import REGISTRY

SMALLEST = 24
"""Pixels of the shorter side from which a network trained on photos sees more than the pixels show."""


@dataclass(frozen=True)
class Choice:
    """Something that was chosen for the user, and why."""

    value: str
    why: str

    def __str__(self) -> str:
        return f"why: {self.value}, {self.why}"


def names_data(word: str) -> bool:
    """Return whether the first word of `zerosum train` names data and no system: a known set, a path, what is here."""
    if REGISTRY.has(word) or word.endswith(SUFFIXES):
        return False
    return is_name(word) or "/" in word or "\\" in word or Path(word).expanduser().exists()


def system_for(facts: Facts) -> Choice:
    """Return the system that did best on data of this kind by the figures in docs/results.md, and why."""
    if facts.kind in ("line", "points"):
        return Choice("r3gan", "as it finds the most modes of points")
    if min(facts.shape[1:]) < SMALLEST:
        return Choice("r1gan", f"as images below {SMALLEST} pixels show all in their pixels")
    if not pretrained.installed(pretrained.LITE1):
        return Choice("r1gan", f"as photos need more to look through: {pretrained.INSTALL}")
    return Choice("projected", "as it looks at images through a network that knows photos")
