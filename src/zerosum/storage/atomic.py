"""Files written in one piece: a reader never finds half of one, nor does the next run after a kill."""

import contextlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path

from zerosum.storage import disk


@contextlib.contextmanager
def replacing(path: Path, part: Path | None = None) -> Iterator[Path]:
    """Yield a file beside `path` to be written, which replaces `path` at the end of the block, unless that raises.

    The folders that `path` lies in are made. The file beside it, `part`, is gone afterwards, but for a kill. Without a
    name of its own it ends in .part, so its format must be said, and no two processes or threads share one.

    Raises:
        OSError: it cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # Not the file's own name, which may be as long as names can be.
    part = part or path.with_name(f".zerosum-{os.getpid()}-{threading.get_ident()}.part")
    try:
        yield part
        part.replace(path)
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def write(path: Path, content: bytes) -> None:
    """Write a file as `replacing` does."""
    with replacing(path) as part:
        part.write_bytes(content)


def write_durably(path: Path, text: str) -> None:
    """Write a text file that one process writes alone, and force it to disk before it replaces the old one.

    Raises:
        UserError: the disk is full or not writable.
    """
    part = path.with_name(f".{path.name}.partial")
    with disk.writing(part), replacing(path, part):
        part.write_text(text, encoding="utf-8", errors="surrogateescape")
        disk.sync(part)
