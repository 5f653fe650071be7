"""What a command waits for, on stderr: a bar in a terminal, a line now and then elsewhere."""

import os
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, TextColumn, TimeRemainingColumn

LEAST_SECONDS = 10.0
"""Of silence before a line is said where there is no terminal."""


def bar(console: Console, *columns: ProgressColumn, redirect_stdout: bool = False) -> Progress | None:
    """Return a bar that is gone once it has stopped; None where there is no terminal, or with NO_COLOR set."""
    if not console.is_terminal or "NO_COLOR" in os.environ:
        return None
    return Progress(*columns, console=console, transient=True, redirect_stdout=redirect_stdout)


class Waits:
    """Takes steps of progress as `metrics.waiting.Waiting` has them; use it as a context.

    Args:
        console: where to tell it.
        clock: seconds, for tests.
    """

    def __init__(self, *, console: Console | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._console, self._clock = console or Console(stderr=True), clock
        self._what, self._began, self._shown = "", clock(), clock()
        self._live = bar(self._console, TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
        if self._live is not None:
            self._task = self._live.add_task("", total=None)

    def __enter__(self) -> Self:
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._live is not None:
            self._live.stop()

    def __call__(self, what: str, done: int, of: int, /) -> None:
        """Tell what is done, and how much of it."""
        now = self._clock()
        if what != self._what:
            self._what, self._began = what, now
            if self._live is not None:
                self._live.reset(self._task, description=what, total=of or None)
        if self._live is not None:
            self._live.update(self._task, completed=done)
        elif now - self._shown >= LEAST_SECONDS and done < max(of, 1):
            self._shown = now
            self._console.print(self._line(done, of, now), markup=False, highlight=False, soft_wrap=True)

    def _line(self, done: int, of: int, now: float) -> str:
        if not done:
            return self._what
        left = timedelta(seconds=round((now - self._began) / done * (of - done)))
        return f"{self._what}: {done:,} of {of:,} done, {left} left"
