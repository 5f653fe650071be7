"""The errors that a user can meet: one line each, with the remedy, and the exit code of the command line."""

import difflib
from collections.abc import Iterable


class ZerosumError(Exception):
    """Something that zerosum understands went wrong; `exit_code` is what the command line returns."""

    exit_code = 1


class UserError(ZerosumError):
    """Wrong usage or bad input. The message is one line: what was wrong, then the remedy."""

    exit_code = 2


class DivergedError(ZerosumError):
    """Training left the finite numbers and could not be brought back."""

    exit_code = 3


class OutOfMemoryError(ZerosumError):
    """The memory of the machine or of a device did not suffice. The message ends with what would need less."""


def suggest(word: str, choices: Iterable[str]) -> str:
    """Return the nearest of `choices` as a question, or all of them, to end an error message with."""
    names = sorted(choices)
    near = difflib.get_close_matches(word, names, n=1)
    return f"; did you mean '{near[0]}'?" if near else f"; known: {', '.join(names)}"
