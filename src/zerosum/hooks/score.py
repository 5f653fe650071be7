"""Quick scores along the way."""

from collections.abc import Callable

from zerosum.core.trainer import Trainer
from zerosum.group import distributed
from zerosum.hooks.base import BaseHook, position
from zerosum.judge.convergence import assess, quick_scores
from zerosum.metrics.evaluate import Evaluator
from zerosum.metrics.sampler import Sampler
from zerosum.metrics.score import Score
from zerosum.progress.display import Display, Quiet
from zerosum.progress.waits import slow
from zerosum.recipe.schema import Recipe
from zerosum.runs.run import Run
from zerosum.sampling.in_group import Draw, helped
from zerosum.tasks.from_noise import GameSampler


class Judge(BaseHook):
    """Scores the averaged generator every so many rounds, so that the best checkpoint can be kept.

    `sampler` makes what is scored of the trainer; by default its game draws its own inputs.
    """

    def __init__(
        self,
        run: Run,
        recipe: Recipe,
        evaluator: Callable[[], Evaluator],
        display: Display | Quiet,
        sampler: Callable[[Trainer, Draw], Sampler] | None = None,
    ):
        self.run, self.recipe, self.evaluator, self.display = run, recipe, evaluator, display
        self.sampler = sampler or (lambda trainer, draw: GameSampler(trainer.game, recipe.data, draw))

    def round(self, trainer: Trainer) -> None:
        """Score where it is due."""
        if self.recipe.evaluate_every and trainer.step % self.recipe.evaluate_every == 0:
            scoring = slow(f"scoring after round {trainer.step:,}", self.display.message)
            with scoring, trainer.averaged(), helped(trainer.game) as draw:
                scores = self._scores(trainer, draw) if draw is not None else []
            if scores:
                self._tell(trainer, scores)

    def _scores(self, trainer: Trainer, draw: Draw) -> list[Score]:
        sampler, n, evaluator = self.sampler(trainer, draw), self.recipe.evaluate_samples, self.evaluator()
        return evaluator.evaluate(sampler, metrics=[evaluator.leading(n)], n=n)

    def _tell(self, trainer: Trainer, scores: list[Score]) -> None:
        records = [{"step": trainer.step, "quick": True, **score.to_dict()} for score in scores]
        self.run.append(self.run.metrics, records)
        values = {score.metric: score.value for score in scores}
        self.display.update(position(trainer, self.recipe), {}, values)


class Until(BaseHook):
    """Ends a training whose scores say that it has converged; see `judge.convergence`."""

    def __init__(self, run: Run, recipe: Recipe, say: Callable[[str], None]):
        self.run, self.recipe, self.say = run, recipe, say

    def start(self, trainer: Trainer) -> None:
        """Look at the scores of before: a run that has converged stays as it is."""
        self._look(trainer)

    def round(self, trainer: Trainer) -> None:
        """Look at the scores where there is a new one."""
        if self.recipe.evaluate_every and trainer.step % self.recipe.evaluate_every == 0:
            self._look(trainer)

    def _look(self, trainer: Trainer) -> None:
        convergence = None if distributed.rank() else assess(quick_scores(self.run.records(self.run.metrics)))
        if convergence is not None and convergence.converged:
            trainer.stopped = trainer.stopped or "converged"
            self.say(str(convergence))
