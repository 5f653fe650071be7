"""Files written in one piece: a reader never finds half of one, nor does the next run after a kill.

Files of a run that one process writes alone are `checkpoint`'s.
"""

import contextlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a file beside `path` to be written, which replaces `path` at the end of the block, unless that raises.

    The folders that `path` lies in are made. The file beside it ends in .part, so its format must be said; it is gone
    afterwards, but for a kill. No two processes or threads share one.

    Raises:
        OSError: it cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # Not the file's own name, which may be as long as names can be.
    part = path.with_name(f".zerosum-{os.getpid()}-{threading.get_ident()}.part")
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
