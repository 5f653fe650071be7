"""What a command waits for, on stderr: a bar in a terminal, a line now and then elsewhere."""

import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterator
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from zerosum.progress.numbers import clock

FIRST_SECONDS, LEAST_SECONDS = 4.0, 10.0
"""Of silence before the first line, and between others."""
TICK = 0.5
"""Seconds between two looks at the clock."""


def bar(console: Console, *columns: ProgressColumn, redirect_stdout: bool = False) -> Progress | None:
    """Return a bar that is gone once it has stopped; None where there is no terminal, or with NO_COLOR set."""
    if not console.is_terminal or "NO_COLOR" in os.environ:
        return None
    return Progress(*columns, console=console, transient=True, redirect_stdout=redirect_stdout)


@contextlib.contextmanager
def ticking(tell: Callable[[], None]) -> Iterator[None]:
    """Call `tell` from a thread, twice a second, inside the block: so that work which says nothing is not silent."""
    ended = threading.Event()

    def run() -> None:
        while not ended.wait(TICK):
            tell()

    thread = threading.Thread(target=run, name="zerosum waits", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


@contextlib.contextmanager
def slow(what: str, say: Callable[[str], None], *, clock: Callable[[], float] = time.monotonic) -> Iterator[None]:
    """Say what is done inside the block and since when, after 4 seconds and then at twice the time each."""
    began, due = clock(), FIRST_SECONDS

    def tell() -> None:
        nonlocal due
        passed = clock() - began
        if passed >= due:
            due *= 2
            say(so_far(what, passed))

    with ticking(tell):
        yield


def so_far(what: str, seconds: float) -> str:
    """Say what is done and since when."""
    return f"{what}: {clock(seconds)} so far"


def about_left(seconds: float, done: int, of: int) -> str:
    """Say how long the rest of several alike takes, to end a line with; "" before the first is done."""
    return f"; about {clock(seconds / done * (of - done))} left" if 0 < done < of else ""


class Waits:
    """Takes steps of progress as `metrics.waiting.Waiting` has them; use it as a context.

    Without a terminal a line is said after 4 seconds, and every 10 from then on, also where no step comes.

    Args:
        what: that is done before the first step comes.
        console: where to tell it.
        clock: seconds, for tests.
        redirect_stdout: whether what is printed meanwhile is put above the bar, too.
    """

    def __init__(
        self,
        what: str,
        *,
        console: Console | None = None,
        clock: Callable[[], float] = time.monotonic,
        redirect_stdout: bool = False,
    ) -> None:
        self._console, self._clock = console or Console(stderr=True), clock
        self._what, self._done, self._of, self._began = what, 0, 0, clock()
        self._due, self._open = clock() + FIRST_SECONDS, contextlib.ExitStack()
        columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), TimeRemainingColumn())
        self._live = bar(self._console, *columns, redirect_stdout=redirect_stdout)
        if self._live is not None:
            self._task = self._live.add_task(what, total=None)

    def __enter__(self) -> Self:
        self._open.enter_context(ticking(self._tell) if self._live is None else self._live)
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def __call__(self, what: str, done: int, of: int, /) -> None:
        """Tell what is done, and how much of it."""
        if what != self._what:
            self._began = self._clock()
            if self._live is not None:
                self._live.reset(self._task, description=what, total=of or None)
        self._what, self._done, self._of = what, done, of
        if self._live is not None:
            self._live.update(self._task, completed=done)
        else:
            self._tell()

    def _tell(self) -> None:
        now = self._clock()
        if now >= self._due and self._done < max(self._of, 1):
            self._due = now + LEAST_SECONDS
            self._console.print(self._line(now), markup=False, highlight=False, soft_wrap=True)

    def _line(self, now: float) -> str:
        passed = now - self._began
        if not self._done:
            return so_far(self._what, passed)
        left = clock(passed / self._done * (self._of - self._done))
        return f"{self._what}: {self._done:,} of {self._of:,} done, {left} left"
