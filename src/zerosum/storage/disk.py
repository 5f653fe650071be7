"""What a disk may refuse: in one line with the remedy, and nothing half-written left."""

import contextlib
import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from safetensors import SafetensorError

from zerosum.errors import UserError


@contextlib.contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn a failure to write `path` into one line with the remedy, and remove what was half written."""
    try:
        yield
    except (OSError, SafetensorError) as error:
        shutil.rmtree(path, ignore_errors=True)
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
        remedy = "the disk is full: free some space" if is_full(error) else f"{error}: choose another --out"
        raise UserError(f"cannot write {path.parent}: {remedy}, then run the same command to continue") from error


def is_full(error: Exception) -> bool:
    """Return whether something could not be written because the disk is full, or the share of it that one may use."""
    full = getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT)
    return full or "No space left" in str(error)


def sync(path: Path) -> None:
    """Force a file or folder to disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
