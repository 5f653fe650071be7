"""The log of a run: means of the terms and, less often, signals of the judge."""


from zerosum import distributed
from zerosum.display import Display, Quiet
from zerosum.hooks.base import BaseHook
from zerosum.recipe.schema import Recipe
from zerosum.run import Run
from zerosum.tensorboard import TensorBoard
from zerosum.trainer import Trainer


class Log(BaseHook):
    """Writes log.jsonl and feeds the display, every so many rounds."""

    def __init__(self, run: Run, recipe: Recipe, display: Display | Quiet, board: TensorBoard | None):
        self.run, self.recipe, self.display, self.board = run, recipe, display, board

    def start(self, trainer: Trainer) -> None:
        """Begin the display."""
        title = f"{self.recipe.system} on {self.recipe.data.name} -> {self.run.path}"
        budget = trainer.budget
        self.display.start(budget.steps, budget.minutes or budget.cpu_minutes, title)

    def round(self, trainer: Trainer) -> None:
        """Log the means since the last line."""
        if trainer.step % self.recipe.log_every:
            return
        terms = trainer.meter.means()
        trainer.meter.clear()
        if distributed.rank():
            return
        images = trainer.step * self.recipe.batch_size
        times = {"seconds": round(trainer.seconds, 3), "cpu_seconds": round(trainer.cpu_seconds, 3)}
        self.run.append(self.run.log, [{"step": trainer.step, "images": images, **times, **terms}])
        self.display.update(trainer.step, images, trainer.seconds, terms, {})
        if self.board is not None:
            self.board.terms(trainer.step, terms)

    def finish(self, trainer: Trainer) -> None:
        """End the display."""
        self.display.stop()
