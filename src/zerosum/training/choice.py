"""Which system suits data, where the user named none."""

from dataclasses import dataclass
from pathlib import Path

from zerosum.core.game import Facts
from zerosum.data.load import is_name
from zerosum.kinds.table import kind_of
from zerosum.recipe.resolve import SUFFIXES
from zerosum.recipe.table import REGISTRY


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
    """Return the system that suits data best, as their kind says, and why."""
    return Choice(*kind_of(facts.spec).suiting.system(facts.spec))
