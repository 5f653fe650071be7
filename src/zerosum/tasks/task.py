"""A task: what differs between making samples of noise and making them of what is given."""

import abc
from collections.abc import Callable
from typing import ClassVar, Protocol

from PIL import Image

from zerosum.core.game import Game
from zerosum.data.dataset import Dataset
from zerosum.metrics.sampler import Sampler
from zerosum.recipe.schema import Recipe
from zerosum.recipe.training_data import Material
from zerosum.sampling.in_group import Draw

FORWARD, BACKWARD = "forward", "backward"


class Pictures(Protocol):
    """What pictures along the way show."""

    def reals(self) -> Image.Image:
        """Draw the data."""
        ...

    def of(self, game: Game) -> Image.Image:
        """Draw what a game makes now, from the same inputs each time; call it with the averaged weights in place."""
        ...


class Task(abc.ABC):
    """What a game is trained for; `table.task_of` says which."""

    given: ClassVar[bool]
    """Whether samples are made of what is given with the data, not of noise alone."""
    near_train: bool = False
    """Whether what is made of training data is to be like other training data: then no copy is told by that."""

    @abc.abstractmethod
    def asked_for(self, name: str, material: Material) -> Material:
        """Return what a system of this name is to be trained on, completed where it can be told.

        Raises:
            UserError: what the task needs is missing, or something is there that it does not need.
        """

    @abc.abstractmethod
    def judged_by(self, dataset: Dataset, direction: str = FORWARD) -> Dataset:
        """Return the data that what is made is compared with, whole."""

    @abc.abstractmethod
    def sampler(
        self,
        game: Game,
        recipe: Recipe,
        test: Callable[[], Dataset],
        *,
        direction: str = FORWARD,
        draw: Draw | None = None,
        train: Dataset | None = None,
    ) -> Sampler:
        """Return a game as the sampler that metrics take.

        Args:
            game: that makes the samples.
            recipe: of the game.
            test: loads the held-out data, where samples are made of them.
            direction: "forward", or "backward" in games that know the way back.
            draw: makes the samples, where it is not this process alone.
            train: what simple rivals learn from; None: there are none.

        Raises:
            UserError: the game has not learned this direction.
        """

    @abc.abstractmethod
    def pictures(self, recipe: Recipe, dataset: Dataset, test: Callable[[], Dataset]) -> Pictures:
        """Return what pictures along the way show of data and game."""
