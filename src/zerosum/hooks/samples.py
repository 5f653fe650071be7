"""Pictures along the way."""

from pathlib import Path
from typing import Any

from PIL import Image

from zerosum._version import __version__
from zerosum.core.trainer import Trainer
from zerosum.drawing import pictures
from zerosum.group import distributed
from zerosum.hooks.base import BaseHook
from zerosum.progress.tensorboard import TensorBoard
from zerosum.recipe.schema import Recipe
from zerosum.runs.run import Run
from zerosum.storage import disk
from zerosum.tasks.task import Pictures


class Samples(BaseHook):
    """Saves a picture from the same inputs every so many rounds, beside one of reals.

    What is shown is up to the task.
    """

    def __init__(self, run: Run, recipe: Recipe, pictures: Pictures, board: TensorBoard | None):
        self.run, self.recipe, self.pictures, self.board = run, recipe, pictures, board

    def start(self, trainer: Trainer) -> None:
        """Show the data and the untrained generator."""
        if trainer.step == 0 and distributed.rank() == 0:
            self._save(self.pictures.reals(), self.run.path / "reals.png")
            self._show(trainer)

    def round(self, trainer: Trainer) -> None:
        """Show the generator where that is due, and where it is scored: the best one is then among the pictures."""
        every = (self.recipe.sample_every, self.recipe.evaluate_every)
        if any(trainer.step % rounds == 0 for rounds in every if rounds) and distributed.rank() == 0:
            self._show(trainer)

    def finish(self, trainer: Trainer) -> None:
        """Show the generator as it ended."""
        if distributed.rank() == 0:
            self._show(trainer)

    def _show(self, trainer: Trainer) -> None:
        with trainer.averaged():
            picture = self.pictures.of(trainer.game)
        about = {"zerosum": __version__, "run": self.run.path.name, "step": trainer.step, "seed": 0}
        self._save(picture, self.run.samples / f"{trainer.step:08d}.png", about)
        if self.board is not None:
            self.board.picture(trainer.step, picture)

    def _save(self, picture: Image.Image, path: Path, about: dict[str, Any] | None = None) -> None:
        with disk.writing(path.with_suffix(".part")):
            pictures.save(picture, path, metadata=about)
