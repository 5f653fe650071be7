"""What a hook is: something that happens besides playing. Only rank 0 writes."""

from zerosum.core.trainer import Trainer
from zerosum.progress.display import Position
from zerosum.recipe.schema import Recipe


class BaseHook:
    """Does nothing; hooks override what they need."""

    def start(self, trainer: Trainer) -> None:
        """Once, before the first round of this process."""

    def round(self, trainer: Trainer) -> None:
        """After every round."""

    def finish(self, trainer: Trainer) -> None:
        """Once, after the last round of this process."""


def position(trainer: Trainer, recipe: Recipe) -> Position:
    """Return how far the training has come, for the display."""
    return Position(trainer.step, trainer.step * recipe.batch_size, trainer.seconds, trainer.cpu_seconds)
