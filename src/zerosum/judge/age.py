"""How old a run is: the rounds it has played, against those that one of its size needs before samples tell anything."""

from collections.abc import Mapping, Sequence
from typing import Any

from zerosum.judge.verdict import Evidence
from zerosum.kinds.table import kind_of
from zerosum.networks.table import SEEING
from zerosum.recipe.schema import Recipe

EASIER = 0.5
"""The part of it that a translator needs: it is given an image to begin with."""
TAUGHT = 0.3
"""The part of it where D looks through a network that has learned to see."""
YOUNG = 0.1
"""The part of the rounds needed in which samples of every run are bad, whatever it will come to."""


def needed(recipe: Recipe) -> int:
    """Return about how many rounds a run needs before its samples can be judged.

    A rule of thumb: 50 rounds a pixel of the longer side, or 1,000 of points; half of that for systems that translate,
    three tenths where D looks through a network for photos. 16x16 images need 800, 64x64 ones 3,200.
    """
    rounds = kind_of(recipe.data.spec).suiting.rounds(recipe.data.spec)
    return round(rounds * (EASIER if translates(recipe) else 1.0) * (TAUGHT if sees(recipe) else 1.0))


def sees(recipe: Recipe) -> bool:
    """Return whether a discriminator of a recipe looks at images through a network that has learned to see."""
    return any(fields.get("network") in SEEING for fields in recipe.players.values())


def translates(recipe: Recipe) -> bool:
    """Return whether a recipe's system is given images to translate."""
    return bool(recipe.data.target or recipe.data.pairs)


def played(records: Sequence[Mapping[str, Any]]) -> int:
    """Return the rounds played by the last line of a log."""
    return int(records[-1].get("step", 0)) if records else 0


def age(rounds: int, recipe: Recipe) -> float:
    """Return the rounds played over those needed."""
    return rounds / needed(recipe)


def waiting(rounds: int, recipe: Recipe) -> Evidence:
    """Return the evidence that a run is too young to be judged."""
    return Evidence("rounds", float(rounds), f"from {needed(recipe)}", f"{size(recipe)} need about {needed(recipe):,}")


def kind(recipe: Recipe) -> str:
    """Return what a run makes in a word: "images" or "points"."""
    return kind_of(recipe.data.spec).unit.many


def size(recipe: Recipe) -> str:
    """Return what a run makes in words: "64x64 images", "translations of 64x64 images", "points"."""
    return kind_of(recipe.data.spec).suiting.described(recipe.data.spec, translated=translates(recipe))
