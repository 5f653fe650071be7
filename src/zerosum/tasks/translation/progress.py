"""How far a translation of many images is: a bar in a terminal, lines that come now and then elsewhere."""

import sys
import time
from collections.abc import Callable
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn

from zerosum.progress.numbers import clock
from zerosum.progress.waits import FIRST_SECONDS, LEAST_SECONDS, bar


class Told:
    """Tells stderr how many images are done, and how long the rest will take.

    Args:
        total: images to translate.
        console: where to tell it.
        clock: seconds, for tests.
    """

    def __init__(
        self, total: int, *, console: Console | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._console, self._clock = console or Console(stderr=True), clock
        self._total, self._done, self._began, self._due = total, 0, clock(), clock() + FIRST_SECONDS
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        # Paths on stdout must not go to stderr with the bar, unless both are this terminal.
        self._live = bar(self._console, *columns, redirect_stdout=sys.stdout.isatty()) if total else None
        if self._live is not None:
            self._task = self._live.add_task("", total=total)

    def __enter__(self) -> Self:
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._live is not None:
            self._live.stop()

    def begin(self, name: str) -> None:
        """Name the image that is being translated."""
        if self._live is not None:
            self._live.update(self._task, description=name[-40:])

    def within(self, share: float) -> None:
        """Tell how much of the image is done, in [0, 1]."""
        self._update(self._done + share)

    def done(self) -> None:
        """Note that an image is done, well or not."""
        self._done += 1
        self._update(self._done)

    def say(self, text: str) -> None:
        """Tell one line that stays."""
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)

    def _update(self, done: float) -> None:
        if self._live is not None:
            self._live.update(self._task, completed=done)
            return
        now = self._clock()
        if now >= self._due and 0 < done < self._total:
            self._due = now + LEAST_SECONDS
            left = clock((now - self._began) / done * (self._total - done))
            self.say(f"{self._done} of {self._total} images, {left} left")
