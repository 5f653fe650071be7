"""Translating and completing images: what is asked for, shown and judged is made of images that are given."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import ClassVar, Literal

from zerosum.core.game import Game
from zerosum.data.dataset import Dataset
from zerosum.data.pairing import way_in
from zerosum.errors import UserError
from zerosum.recipe.schema import Recipe
from zerosum.recipe.training_data import Material
from zerosum.sampling.in_group import Draw
from zerosum.tasks.task import FORWARD, Task
from zerosum.tasks.translation.image_translator import translating
from zerosum.tasks.translation.rows import Shown, shown
from zerosum.tasks.translation.sampler import TranslatingSampler, judged_by, sides

HOLES = "masked"
"""The pair maker that makes holes."""


@dataclass(frozen=True)
class Translation(Task):
    """The task of games that are given images.

    Args:
        learns: from pairs that belong together, from two domains of images that do not, or from holes in images.
    """

    learns: Literal["pairs", "domains", "holes"]
    given: ClassVar[bool] = True

    @property
    def near_train(self) -> bool:  # type: ignore[override]
        """What is made of a train image is to be near its target, where it has one."""
        return self.learns != "domains"

    def asked_for(self, name: str, material: Material) -> Material:
        """Return the material with its targets: those that can be told in one folder or zip need no word."""
        material = replace(material, paired=self.learns != "domains")
        if self.learns == "holes":
            return _with_holes(name, material)
        if (material.pairs or "").partition(":")[0] == HOLES:
            raise UserError(f"{name} is not told where holes are: train inpainting with --pairs {material.pairs}")
        if not material.translated:
            material = replace(material, pairs=way_in(material.source))
        if not material.translated:
            raise UserError(
                f"{name} translates images: give --target, a second set of images, or --pairs, a way to make pairs"
            )
        return material

    def judged_by(self, dataset: Dataset, direction: str = FORWARD) -> Dataset:
        """Return the images that it translates into."""
        return judged_by(sides(dataset), direction)

    def sampler(
        self,
        game: Game,
        recipe: Recipe,
        test: Callable[[], Dataset],
        *,
        direction: str = FORWARD,
        draw: Draw | None = None,
        train: Dataset | None = None,
    ) -> TranslatingSampler:
        """Return the game as one that translates the test images."""
        pairs = None if train is None else sides(train)
        game = translating(game, recipe.system)
        return TranslatingSampler(game, sides(test()), direction=direction, draw=draw, train=pairs)

    def pictures(self, recipe: Recipe, dataset: Dataset, test: Callable[[], Dataset]) -> Shown:
        """Return groups of test images and what is made of them."""
        return shown(sides(test()))


def _with_holes(name: str, material: Material) -> Material:
    if material.target is not None or (material.pairs or HOLES).partition(":")[0] != HOLES:
        raise UserError(
            f"{name} fills holes: leave out --target, and use --pairs {HOLES}, {HOLES}:centre, {HOLES}:box or "
            f"{HOLES}:free"
        )
    return replace(material, pairs=material.pairs or HOLES)
