"""Verdicts as they happen, and the guard that acts on them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from zerosum.core.trainer import Trainer
from zerosum.group import distributed
from zerosum.hooks.base import BaseHook
from zerosum.hooks.log import Log
from zerosum.judge import guarding
from zerosum.judge.diagnosis import watch
from zerosum.judge.guarding import MOST_RESCUES, History, Rescue, RescuedError, Weights
from zerosum.judge.remedies import remedies
from zerosum.judge.verdict import WELL, Evidence, State, Verdict
from zerosum.judge.words import brief
from zerosum.recipe.schema import Recipe
from zerosum.runs.run import Run
from zerosum.storage import checkpoint

Say = Callable[[str], None]


class Guard:
    """Goes back to where the run was healthy and applies the first remedy, at most 3 times; see `guarding`.

    Args:
        run: that is guarded.
        recipe: that it is played by now.
        weights: returns the game's state as another recipe would have it; UserError where that cannot be played.
        say: takes messages.

    Attributes:
        protected: the rounds whose checkpoints must stay: the one to go back to, and the start.
    """

    def __init__(self, run: Run, recipe: Recipe, weights: Weights, say: Say):
        self.run, self.recipe, self.weights, self.say = run, recipe, weights, say
        self.done = guarding.rescues(run)
        self.protected, self.helpless = {0}, False

    def look(self, trainer: Trainer, history: History) -> None:
        """Note what there is to go back to, and go back where the run has been surely ill twice in a row."""
        first = distributed.rank() == 0  # the others know no more than what the log said when they began
        if first:
            self.protected = {0, self._back_to(history)}
        if distributed.largest(int(first and guarding.grave(guarding.since(history, self.done))), trainer.device):
            self.rescue(trainer, history)

    def rescue(self, trainer: Trainer, history: History) -> None:
        """Rewind the run and change its recipe for the last verdict; returns where nothing more can be done."""
        plan = self._plan(trainer, history) if distributed.rank() == 0 else None
        if not distributed.largest(int(plan is not None), trainer.device):
            return
        if plan is not None:
            guarding.record(self.run, plan)
            self.say(f"guard: {plan}")
        distributed.wait()
        raise RescuedError

    def _plan(self, trainer: Trainer, history: History) -> Rescue | None:
        verdict = history[-1][1]
        fitting = guarding.choose(verdict, self.recipe, trainer.game.state_dict(), self.weights)
        if fitting is not None and trainer.attempt < MOST_RESCUES:
            back_to, attempt = self._back_to(history), trainer.attempt + 1
            return guarding.rescue_of(verdict, fitting, trainer.step, back_to=back_to, attempt=attempt)
        if not self.helpless:
            why = "no remedy fits these networks" if fitting is None else f"it has gone back {trainer.attempt} times"
            self.say(f"guard: {verdict.state} after round {trainer.step}, and {why}: playing on")
        self.helpless = True
        return None

    def _back_to(self, history: History) -> int:
        return guarding.trusted(history, checkpoint.steps(self.run.checkpoints), self.done)


class Watch(BaseHook):
    """Judges the run by its log wherever there are signals, and says when what it shows has changed.

    A run too early to judge is called so at once; a change is said once it was found twice in a row, and "no sign of
    illness" only where there was one. The last round is left to `Visit`, whose verdict rests on samples. With a guard,
    a grave verdict that stays is acted on.
    """

    def __init__(self, recipe: Recipe, log: Log, say: Say, guard: Guard | None = None):
        self.recipe, self.log, self.say, self.guard = recipe, log, say, guard
        self.history: History = []
        self.shown: State | None = None

    def start(self, trainer: Trainer) -> None:
        """Judge again what a resumed run was judged by, so that it goes on as if it had not stopped."""
        self.history, records = [], self.log.records
        counts = [n for n, record in enumerate(records, 1) if any(name.startswith("judge/") for name in record)]
        for count in counts if self.guard is not None else counts[-2:]:
            self._judge(records[:count])

    def round(self, trainer: Trainer) -> None:
        """Judge where there are new signals."""
        if not self.log.signals.due(trainer):
            return
        self._forget(trainer.step)
        if distributed.rank() == 0 and self._judge(self.log.records) and not trainer.ending:
            self.say(signs(*self.history[-1]))
        if self.guard is not None:
            self.guard.look(trainer, self.history)

    def not_finite(self, trainer: Trainer, what: str) -> None:
        """Let the guard treat numbers that are not finite as divergence; returns where it can do nothing."""
        if self.guard is not None:
            self._forget(trainer.step)
            evidence = Evidence("numbers that are not finite", 1.0, "0", what)
            verdict = Verdict(State.DIVERGING, 1.0, (evidence,), remedies(State.DIVERGING, self.recipe))
            self.guard.rescue(trainer, [*self.history, (trainer.step, verdict)])

    def _forget(self, step: int) -> None:
        """Drop the verdicts on rounds that are played again."""
        self.history = [(earlier, verdict) for earlier, verdict in self.history if earlier < step]

    def _judge(self, records: Sequence[Mapping[str, Any]]) -> bool:
        """Add the verdict on `records`, and tell whether it is news."""
        verdict = watch(records, self.recipe)
        self.history.append((records[-1]["step"], verdict))
        twice = len(self.history) > 1 and self.history[-2][1].state is verdict.state
        changed = (twice or verdict.state is State.TOO_EARLY) and verdict.state is not self.shown
        ill_before = self.shown not in (None, State.TOO_EARLY, State.UNKNOWN, *WELL)
        self.shown = verdict.state if changed else self.shown
        return changed and (ill_before or verdict.state not in (State.UNKNOWN, *WELL))


def signs(step: int, verdict: Verdict) -> str:
    """Say a verdict that rests on the log alone; that it is too early needs no more than that."""
    text = brief(verdict, step)
    return text if verdict.state is State.TOO_EARLY else text.replace("verdict after", "by the log, after", 1)
