"""Commands that may take long and have no progress of their own: what they are at is told while they work."""

import functools
import sys
from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


def waited(what: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a command tell `what` it is doing on stderr, as `waits.Waits` does."""

    def decorate(command: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(command)
        def run(*args: P.args, **options: P.kwargs) -> R:
            from zerosum.progress.waits import Waits

            # What is printed must not break the bar, where both are in this terminal.
            with Waits(what, redirect_stdout=sys.stdout.isatty()):
                return command(*args, **options)

        return run

    return decorate
