"""The folder where what is costly and does not change is kept between runs."""

import contextlib
import logging
import os
import re
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock
from safetensors import SafetensorError

log = logging.getLogger(__name__)

TOLD: set[Path] = set()
"""The cache folders of which this process has said that they cannot be written."""


def cache_folder(cache: Path | None = None) -> Path:
    """Return `cache`, else `$ZEROSUM_CACHE`, else `~/.cache/zerosum`."""
    environment = os.environ.get("ZEROSUM_CACHE")
    return cache or (Path(environment).expanduser() if environment else Path.home() / ".cache" / "zerosum")


@contextlib.contextmanager
def keeping(path: Path) -> Iterator[None]:
    """Write `path`, which lies in a folder of the cache folder, inside the block.

    Where that cannot be written, it is said once and is no error: what was found is as good, only not kept.
    """
    try:
        yield
    except (OSError, SafetensorError) as error:
        folder, reason = path.parent.parent, getattr(error, "strerror", None) or str(error)
        if folder not in TOLD:
            remedy = "measured again each time, unless ZEROSUM_CACHE names another"
            log.warning("%s cannot be written (%s): %s", folder, reason, remedy)
        TOLD.add(folder)


@contextlib.contextmanager
def alone(path: Path) -> Iterator[None]:
    """Let one process at a time into the block, by the lock file `path`, where that can be written."""
    with contextlib.ExitStack() as stack:
        with keeping(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            stack.enter_context(FileLock(path))
        yield


def safe_name(name: str) -> str:
    """Return `name` with all but letters, digits, `-` and `_` replaced, at most 40 characters: fit for a file name."""
    return re.sub(r"[^A-Za-z0-9_-]", "_", name)[:40]
