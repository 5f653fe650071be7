"""Pictures along the way."""

from pathlib import Path
from typing import Any

from PIL import Image
from torch import Tensor

from zerosum._version import __version__
from zerosum.core.trainer import Trainer
from zerosum.data.density import Density
from zerosum.drawing import pictures
from zerosum.group import distributed
from zerosum.hooks.base import BaseHook
from zerosum.progress.tensorboard import TensorBoard
from zerosum.recipe.schema import Recipe
from zerosum.runs.run import Run
from zerosum.sampling.snapshot import of_reals, snapshot
from zerosum.sampling.translation_rows import Shown, rows
from zerosum.storage import disk


class Samples(BaseHook):
    """Saves a picture from the same inputs every so many rounds, beside one of reals.

    `real` are samples in the units of the data, or of a translation the images to be translated.
    """

    def __init__(
        self, run: Run, recipe: Recipe, real: Tensor | Shown, density: Density | None, board: TensorBoard | None
    ):
        self.run, self.recipe, self.real, self.density, self.board = run, recipe, real, density, board

    def start(self, trainer: Trainer) -> None:
        """Show the data and the untrained generator."""
        if trainer.step == 0 and distributed.rank() == 0:
            reals = self.real.picture() if isinstance(self.real, Shown) else of_reals(self.real, self.recipe.data.spec)
            self._save(reals, self.run.path / "reals.png")
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
            if isinstance(self.real, Shown):
                picture = rows(trainer.game, self.real)
            else:
                picture = snapshot(trainer.game, self.recipe.data, self.real, self.density)
        about = {"zerosum": __version__, "run": self.run.path.name, "step": trainer.step, "seed": 0}
        self._save(picture, self.run.samples / f"{trainer.step:08d}.png", about)
        if self.board is not None:
            self.board.picture(trainer.step, picture)

    def _save(self, picture: Image.Image, path: Path, about: dict[str, Any] | None = None) -> None:
        with disk.writing(path.with_suffix(".part")):
            pictures.save(picture, path, metadata=about)
