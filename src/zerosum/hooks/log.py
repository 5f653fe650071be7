"""The log of a run: means of the terms and, less often, signals of the judge."""

import functools
import math
from collections.abc import Callable
from typing import Any

from zerosum.core.trainer import Trainer
from zerosum.group import distributed
from zerosum.hooks.base import BaseHook, position
from zerosum.judge.signals import Probe, measure
from zerosum.kinds.table import kind_of
from zerosum.progress.display import Display, Quiet
from zerosum.progress.tensorboard import TensorBoard
from zerosum.recipe.schema import Recipe
from zerosum.runs.run import LAST, Run


class Signals:
    """What the judge wants to know of a training in the rounds when that is due, by its name in the log."""

    def __init__(self, every: int, probe: Callable[[], Probe]):
        self.every, self.probe = every, functools.cache(probe)

    def due(self, trainer: Trainer) -> bool:
        """Whether there are signals after this round."""
        return self.every > 0 and trainer.step % self.every == 0

    def __call__(self, trainer: Trainer) -> dict[str, float]:
        """Return `judge/<signal>` of the current weights and `<player>/gradient_norm`."""
        norms = {f"{name}/gradient_norm": float(norm) for name, norm in trainer.gradient_norms.items()}
        signals = {f"judge/{name}": value for name, value in measure(trainer.game, self.probe()).items()}
        return signals | {name: norm for name, norm in norms.items() if math.isfinite(norm)}


class Log(BaseHook):
    """Writes log.jsonl and feeds the display: terms every so many rounds, signals every so many others.

    The last round has a line wherever it falls. It is marked, and taken back where the run plays on: so the log of a
    run that was stopped and resumed is that of one that was not.

    Attributes:
        records: the log so far; empty in processes that do not write it.
    """

    def __init__(self, run: Run, recipe: Recipe, signals: Signals, display: Display | Quiet, board: TensorBoard | None):
        self.run, self.recipe, self.signals, self.display, self.board = run, recipe, signals, display, board
        self.records: list[dict[str, Any]] = []

    def start(self, trainer: Trainer) -> None:
        """Begin the display, and take up the log of the rounds before."""
        title = f"{self.recipe.system} on {self.recipe.data.name} -> {self.run.path}"
        self.display.start(trainer.budget, title, kind_of(self.recipe.data.spec).unit.many)
        if distributed.rank() == 0:
            self.records = self.run.records(self.run.log)

    def round(self, trainer: Trainer) -> None:
        """Log the means since the last line, and the signals, where they are due."""
        terms = self._terms(trainer) if trainer.step % self.recipe.log_every == 0 else {}
        if distributed.rank():
            return
        signals = self.signals(trainer) if self.signals.due(trainer) else {}
        if terms or signals:
            self._write(trainer, terms, signals)
        else:
            self.display.update(position(trainer, self.recipe), {}, {})

    def _terms(self, trainer: Trainer) -> dict[str, float]:
        terms = trainer.meter.means()
        trainer.meter.clear()
        return terms

    def _write(self, trainer: Trainer, terms: dict[str, float], signals: dict[str, float], **marks: bool) -> None:
        images = trainer.step * self.recipe.batch_size
        times = {"seconds": round(trainer.seconds, 3), "cpu_seconds": round(trainer.cpu_seconds, 3)}
        record = {"step": trainer.step, "images": images, **times, **terms, **signals, **marks}
        self.run.append(self.run.log, [record])
        while self.records and self.records[-1]["step"] >= trainer.step:
            self.records.pop()  # after a rollback the rounds from there on are played, and logged, again
        self.records.append(record)
        self.display.update(position(trainer, self.recipe), terms, {})
        if self.board is not None:
            self.board.terms(trainer.step, terms | signals)

    def finish(self, trainer: Trainer) -> None:
        """Log what was played since the last line, and end the display."""
        terms = trainer.meter.means()
        if terms and distributed.rank() == 0:
            record = self.records[-1] if self.records and self.records[-1]["step"] == trainer.step else {}
            signals = {name: value for name, value in record.items() if "/" in name}
            self._write(trainer, terms, signals, **{LAST: True})
        self.display.stop()
