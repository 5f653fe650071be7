"""Checkpoints and the generator: what is kept of a run."""

import copy
from collections.abc import Callable

from zerosum.core.trainer import Trainer
from zerosum.group import distributed
from zerosum.hooks.base import BaseHook
from zerosum.judge.convergence import quick_scores
from zerosum.recipe.schema import Recipe
from zerosum.runs.generator import is_whole, save_generator
from zerosum.runs.run import Run
from zerosum.storage import checkpoint


class Keep(BaseHook):
    """Writes checkpoints and the generator: the two newest and the best are kept, the best one's generator is used.

    Args:
        run: where they go.
        recipe: of the run.
        protected: the rounds whose checkpoints must stay too.
    """

    def __init__(self, run: Run, recipe: Recipe, protected: Callable[[], set[int]] = set):
        self.run, self.recipe, self.protected = run, recipe, protected

    def start(self, trainer: Trainer) -> None:
        """Keep the start, so that there is always a healthy state to go back to."""
        if trainer.step == 0:
            self._save(trainer)

    def round(self, trainer: Trainer) -> None:
        """Save where it is due, or where the score is the best so far."""
        due = self.recipe.evaluate_every and trainer.step % self.recipe.evaluate_every == 0
        if trainer.step % self.recipe.checkpoint_every == 0 or (due and best_step(self.run) == trainer.step):
            self._save(trainer)

    def finish(self, trainer: Trainer) -> None:
        """Save the end, and the generator again where it was damaged."""
        if trainer.step not in checkpoint.steps(self.run.checkpoints):
            self._save(trainer)
        if not distributed.rank() and not is_whole(self.run.path):
            self._mend(trainer)

    def _mend(self, trainer: Trainer) -> None:
        """Write the generator anew: of the best checkpoint, or of the end where there is none."""
        best, end = best_step(self.run), copy.deepcopy(trainer.state_dict())
        try:
            if best is not None and best != trainer.step:
                folder = self.run.checkpoints
                trainer.load_state_dict(checkpoint.load(checkpoint.place(folder, best), trainer.device))
        except checkpoint.DamagedError:
            trainer.load_state_dict(end)
        self._write_generator(trainer)
        trainer.load_state_dict(end)

    def _save(self, trainer: Trainer) -> None:
        if distributed.rank():
            return
        best = best_step(self.run)
        # The generator first: a kill between the two writes then plays the rounds again and writes both.
        if best is None or best == trainer.step:
            self._write_generator(trainer)
        checkpoint.save(self.run.checkpoints, trainer.step, trainer.state_dict())
        checkpoint.prune(self.run.checkpoints, self.protected() | ({best} if best is not None else set()))

    def _write_generator(self, trainer: Trainer) -> None:
        facts = {"step": trainer.step, "images": trainer.step * self.recipe.batch_size}
        with trainer.averaged():
            save_generator(self.run.path, self.recipe, trainer.game, facts)


def best_step(run: Run) -> int | None:
    """Return the round whose quick distance is the lowest so far, or None where none was scored."""
    scores = quick_scores(run.records(run.metrics))
    return min(scores, key=lambda pair: pair[1])[0] if scores else None
