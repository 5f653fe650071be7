"""What is there already: a command replaces what it wrote itself, and anything else only where that is asked for."""

from collections.abc import Callable, Iterable
from pathlib import Path

from zerosum.errors import UserError


def check(
    paths: Iterable[Path], own: Callable[[Path], bool] = lambda path: False, *, force: bool, option: str = "--out"
) -> None:
    """Make sure that files may be written to `paths`, before any work is done for them.

    Args:
        paths: of the files.
        own: says of a file that is there whether the same command wrote it.
        force: whether files may be replaced whoever wrote them.
        option: that the user named the file with, for the message.

    Raises:
        UserError: one is a folder, or there already and may not be replaced.
    """
    for path in paths:
        if path.is_dir():
            raise UserError(f"{path} is a folder: choose another {option}")
        if path.exists() and not force and not own(path):
            raise UserError(f"{path} is there already: choose another {option}, or overwrite it with --force")
