"""Training as it is seen on stderr: a live table in a terminal, plain lines elsewhere."""

import functools
import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from zerosum.core.schedule import Budget
from zerosum.progress.numbers import clock

LEAST_SECONDS = 10.0
FRAMES_A_SECOND = 4
COLUMNS = 100
"""The longest line that is said; what does not fit is left to the log."""
SURE = 10
"""Rounds from which on the time left is estimated, where it is not known."""
SHORT = {"discriminator/": "D ", "generator/": "G ", "adversarial": "loss"}
"""What is said in a line, in place of the log's own words."""


@dataclass(frozen=True)
class Position:
    """How far a training has come: rounds, images, and its seconds by the clock and of CPU."""

    step: int = 0
    images: int = 0
    seconds: float = 0.0
    cpu_seconds: float = 0.0


class Quiet:
    """A display that shows messages only; it takes the place of a `Display`."""

    def start(self, budget: Budget, title: str, unit: str = "images") -> None:
        """Begin to show a training on samples of a `unit` that ends with `budget`."""

    def update(self, at: Position, terms: dict[str, float], scores: dict[str, float]) -> None:
        """Show where the training is, the last terms and the last scores."""

    def message(self, text: str) -> None:
        """Show one line that stays."""
        print(text, file=sys.stderr, flush=True)

    def stop(self) -> None:
        """Show the last state and leave the terminal as it was."""


class Mute(Quiet):
    """Shows nothing: for all processes of a group but the first."""

    def message(self, text: str) -> None:
        """Keep it to itself."""


class Pace:
    """How far a training is and how fast; a resumed run is timed from the first round after it resumed."""

    def __init__(self, budget: Budget, unit: str = "images") -> None:
        self.budget, self.unit, self.at = budget, unit, Position()
        self.first: Position | None = None

    def update(self, at: Position) -> None:
        """Take the new position."""
        self.at = at
        self.first = self.first or at

    def share(self) -> float | None:
        """Return the part that is done, in [0, 1], or None where no end is known."""
        return None if self.budget == Budget() else min(self._spent(self.at), 1.0)

    def rate(self) -> float | None:
        """Return the samples a second."""
        first, at = self.first or Position(), self.at
        return (at.images - first.images) / (at.seconds - first.seconds) if at.seconds > first.seconds else None

    def left(self) -> str:
        """Return the time left as h:mm:ss, or a dash: before the tenth round where rounds are what is counted."""
        first, share = self.first or Position(), self.share()
        done = 0.0 if share is None else share - self._spent(first)
        young = self.budget.steps is not None and self.at.step - first.step < SURE - 1
        if share is None or done <= 0 or (young and share < 1):
            return "-"
        return clock((self.at.seconds - first.seconds) / done * (1 - share))

    def _spent(self, at: Position) -> float:
        return self.budget.spent(at.step, at.seconds, at.cpu_seconds)

    def words(self) -> str:
        """Return the position as one line."""
        of, share, rate = f"/{self.budget.steps:,}" if self.budget.steps else "", self.share(), self.rate()
        parts = [f"round {self.at.step:,}{of}" + ("" if share is None else f" ({share:.0%})")]
        parts += [f"{clock(self.at.seconds)} done", f"{self.left()} left"]
        return ", ".join([*parts, *([] if rate is None else [f"{float(f'{rate:.2g}'):,g} {self.unit}/s"])])


class Display:
    """Shows a training live in a terminal; elsewhere, or with NO_COLOR set, as lines that come ever less often."""

    def __init__(self, console: Console | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._console = console or Console(stderr=True)
        self._clock, self._pace, self._title = clock, Pace(Budget()), ""
        self._live: Live | None = None
        self._terms: dict[str, float] = {}
        self._scores: dict[str, float] = {}
        self._began, self._shown, self._shown_share, self._pending = 0.0, -1.0, 0.0, False

    def start(self, budget: Budget, title: str, unit: str = "images") -> None:
        """Begin to show a training on samples of a `unit` that ends with `budget`."""
        self._pace, self._title, self._began, self._shown = Pace(budget, unit), title, self._clock(), -1.0
        self._terms, self._scores, self._shown_share = {}, {}, 0.0
        if not self._console.is_terminal or "NO_COLOR" in os.environ:
            self.message(title)
            return
        # No thread and no redirection of stdout: drawing happens in `update` alone, and stdout stays data.
        self._live = Live(self._picture(), console=self._console, auto_refresh=False, redirect_stdout=False)
        self._live.start(refresh=True)

    def update(self, at: Position, terms: dict[str, float], scores: dict[str, float]) -> None:
        """Show where the training is, the last terms and the last scores."""
        self._pace.update(at)
        self._terms, self._scores, self._pending = {**self._terms, **terms}, {**self._scores, **scores}, True
        if self._due():
            self._show()

    def message(self, text: str) -> None:
        """Show one line that stays, above the live picture."""
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)

    def stop(self) -> None:
        """Show the last state and leave the terminal as it was."""
        if self._pending:
            self._show()
        if self._live is not None:
            self._live.stop()
            self._live = None

    def _due(self) -> bool:
        now = self._clock()
        if self._live is not None:
            return now - self._shown >= 1 / FRAMES_A_SECOND
        tenth = (self._pace.share() or 0.0) - self._shown_share >= 0.1 - 1e-9
        return self._shown < 0 or tenth or now - self._shown >= max(LEAST_SECONDS, (now - self._began) / 20)

    def _show(self) -> None:
        self._shown, self._shown_share, self._pending = self._clock(), self._pace.share() or 0.0, False
        if self._live is not None:
            self._live.update(self._picture(), refresh=True)
            return
        self.message(fitting(self._pace.words(), {**self._scores, **self._terms}))

    def _picture(self) -> RenderableType:
        share = self._pace.share()
        bar, table = Table.grid(), Table.grid(padding=(0, 2))
        bar.add_row(_bar(share, 48))
        for name, value in self._terms.items():
            chance = name.endswith("_probability")
            table.add_row(Text(name), Text(f"{value:.4g}", justify="right"), _bar(value, 20) if chance else "")
        for name, value in self._scores.items():
            table.add_row(Text(name, style="green"), Text(f"{value:.4g}", justify="right", style="green"), "score")
        return Group(Text(self._title, style="bold"), bar, Text(self._pace.words(), style="dim"), table)


def fitting(words: str, values: Mapping[str, float]) -> str:
    """Return one line of at most 100 columns: the words, then scores and losses, then other values while they fit."""
    ordered = sorted(values, key=lambda name: "/" in name and not name.endswith("adversarial"))
    for name in ordered:
        short = functools.reduce(lambda text, word: text.replace(word, SHORT[word]), SHORT, name)
        longer = f"{words}; {short} {values[name]:.3g}"
        words = longer if len(longer) <= COLUMNS else words
    return words


def _bar(share: float | None, width: int) -> ProgressBar:
    filled = share if share is not None and 0 <= share <= 1 else 0.0
    return ProgressBar(1.0, filled, width, pulse=share is None, complete_style="green", finished_style="green")
