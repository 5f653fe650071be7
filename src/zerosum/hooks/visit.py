"""The doctor's visits: while a run is played, more and more rarely, and at its end."""

import contextlib
import time
from collections.abc import Callable

from zerosum.core.trainer import Trainer
from zerosum.data.dataset import Dataset
from zerosum.doctor.examine import Examination, examine, without_samples, write
from zerosum.errors import UserError
from zerosum.group import distributed
from zerosum.hooks.base import BaseHook
from zerosum.judge.age import needed
from zerosum.judge.verdict import OPEN, Verdict
from zerosum.judge.verdict_file import read
from zerosum.judge.words import visit
from zerosum.progress.waits import slow
from zerosum.recipe.schema import Recipe
from zerosum.runs.run import Run

SHARE = 0.05
"""The part of a training's time that visits on the way may take."""


class Visit(BaseHook):
    """Examines the run as `zerosum doctor` does, writes what it finds into the run folder, and says it in one line.

    On the way: at checkpoints, once there are as many rounds as a run of its size needs (`judge.age`), then again
    when these have doubled, and only where the last visit took less than a twentieth of the training since. At the
    end: always. A run that is too young is judged by its log alone, so that short runs load and draw nothing.

    Attributes:
        verdict: on the run as it ended; None before, of a run that was stopped by hand, and in processes that do not
            write.

    Args:
        run: the run.
        recipe: of the run.
        train: the data it is trained on.
        test: returns those held out; UserError where there are none.
        say: takes messages.
    """

    def __init__(
        self, run: Run, recipe: Recipe, train: Dataset, test: Callable[[], Dataset], say: Callable[[str], None]
    ):
        self.run, self.recipe, self.train, self.test, self.say = run, recipe, train, test, say
        self.due, self.began, self.took, self.last = needed(recipe), 0.0, 0.0, 0.0
        self.verdict: Verdict | None = None

    def start(self, trainer: Trainer) -> None:
        """Note where this process begins: what was found before stands in the folder."""
        self.began = trainer.step
        while self.due <= trainer.step:
            self.due *= 2

    def round(self, trainer: Trainer) -> None:
        """Visit where a checkpoint was written and it is time."""
        if trainer.step % self.recipe.checkpoint_every or trainer.step < self.due or trainer.ending:
            return
        while self.due <= trainer.step:
            self.due *= 2
        if distributed.rank() == 0 and self.took <= SHARE * (trainer.seconds - self.last):
            self._visit(trainer)

    def finish(self, trainer: Trainer) -> None:
        """Visit at the end; one who stopped a run by hand is not kept waiting."""
        if distributed.rank():
            return
        examination = read(self.run.path)
        if trainer.step == self.began and examination is not None and examination.rounds == trainer.step:
            self.verdict = examination.verdict
        elif trainer.stopped in (None, "converged") or without_samples(self.run) is not None:
            self.verdict = self._visit(trainer).verdict
        else:
            self.say(f"no verdict on a run that was stopped: {visit(self.run.path)} looks at it")

    def given_up(self) -> None:
        """Write and say the verdict on a run that the trainer gave up."""
        examination = without_samples(self.run)
        if examination is not None and distributed.rank() == 0:
            write(self.run, examination)
            self.say(examination.told(remedy=False))

    def _visit(self, trainer: Trainer) -> Examination:
        began = time.perf_counter()
        examination = without_samples(self.run) or self._examined()
        write(self.run, examination, report=not trainer.ending)
        # At the end of an ill run its remedy is told last, as a command.
        self.say(examination.told(remedy=not trainer.ending or examination.verdict.state in OPEN))
        self.took, self.last = time.perf_counter() - began, trainer.seconds
        return examination

    def _examined(self) -> Examination:
        with slow("the doctor looks at samples, which takes longer the first time a data set is seen", self.say):
            test = None
            with contextlib.suppress(UserError):
                test = self.test()
            return examine(self.run, self.train, test)
