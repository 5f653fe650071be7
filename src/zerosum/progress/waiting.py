"""What is being waited for: a callable that long work tells how far it is."""

from typing import Protocol


class Waiting(Protocol):
    """Takes what is being done, how much of it is done, and how much there is; 0 of 0 where that is not known."""

    def __call__(self, what: str, done: int, of: int, /) -> None:
        """Take a step of progress."""


def silent(what: str, done: int, of: int, /) -> None:
    """Tell nobody."""
