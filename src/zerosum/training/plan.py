"""A training that has been checked and not begun."""

from collections.abc import Callable
from dataclasses import dataclass

from zerosum.core.game import Game
from zerosum.data.dataset import Dataset
from zerosum.recipe.schema import Recipe


@dataclass(frozen=True)
class Plan:
    """A training that has been checked and not begun: nothing is written yet.

    Attributes:
        recipe: complete.
        dataset: the training split.
        test: loads the test split.
        game: with its initial weights.
        reasons: how long it trains, and what was chosen for the user and why, a line each.
        given: the names of the entries that the user has set, in a recipe file or by overrides.
    """

    recipe: Recipe
    dataset: Dataset
    test: Callable[[], Dataset]
    game: Game
    reasons: tuple[str, ...] = ()
    given: frozenset[str] = frozenset()

    def summary(self) -> str:
        """Return the recipe, the data and the sizes of the players, as text."""
        counts = {
            name: sum(p.numel() for p in self.game.get_submodule(name).parameters()) for name in self.game.players
        }
        sizes = ", ".join(f"{name} {count:,} parameters" for name, count in counts.items())
        about = "".join(f"\n# {each}" for each in (repr(self.dataset), sizes, *self.reasons))
        return f"{self.recipe.to_yaml()}{about}"
