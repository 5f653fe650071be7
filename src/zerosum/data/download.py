"""Where known data sets lie, and how a missing one is fetched: only when it was asked for, with a checksum."""

import hashlib
import os
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import IO

from filelock import FileLock

from zerosum.errors import UserError
from zerosum.storage import atomic
from zerosum.storage.cache import cache_folder

TIMEOUT_SECONDS = 30
CHUNK = 1 << 20


@dataclass(frozen=True)
class Original:
    """A file as its authors published it: its name, `algorithm:hex` checksum, and where to get it, in order."""

    name: str
    checksum: str
    urls: tuple[str, ...]


def downloads() -> Path:
    """Return where downloads go: `data` in the cache folder."""
    return cache_folder() / "data"


def places(name: str, root: Path | None) -> list[Path]:
    """Return the folders to look for data set `name` in: under `root`, `$ZEROSUM_DATA`, the cache; in this order."""
    environment = os.environ.get("ZEROSUM_DATA")
    roots = [root, Path(environment).expanduser() if environment else None, downloads()]
    return [folder / name for folder in roots if folder is not None]


def obtain(name: str, originals: Sequence[Original], root: Path | None) -> list[Path]:
    """Return the paths of `originals` of data set `name`, downloaded into the cache if no place has them all.

    Raises:
        UserError: they are nowhere and cannot be downloaded; says where to put them.
    """
    for folder in places(name, root):
        paths = [folder / original.name for original in originals]
        if all(path.is_file() for path in paths):
            return paths
    folder = downloads() / name
    return [_download(original, folder, name) for original in originals]


def _download(original: Original, folder: Path, name: str) -> Path:
    path = folder / original.name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / f"{original.name}.lock"):  # every process of a distributed run comes here at once
            if not path.is_file():
                _fetch_from_any(original, path)
    except (OSError, HTTPException) as error:
        reason = getattr(error, "reason", None) or error
        raise UserError(
            f"{name} is not on this machine and {original.name} cannot be downloaded ({reason}): "
            f"put the original files into {folder}, or into the folder {name} under --data-root or ZEROSUM_DATA"
        ) from error
    return path


def _fetch_from_any(original: Original, path: Path) -> None:
    last: OSError | HTTPException = OSError("no address is known")
    for url in original.urls:
        try:
            return _fetch(url, original, path)
        except (OSError, HTTPException) as error:
            last = error
    raise last


def _fetch(url: str, original: Original, path: Path) -> None:
    algorithm, _, expected = original.checksum.partition(":")
    digest = hashlib.new(algorithm, usedforsecurity=False)
    with urllib.request.urlopen(url, timeout=TIMEOUT_SECONDS) as response, atomic.replacing(path) as part:
        with part.open("wb") as file:
            for chunk in _reported(response, original.name, int(response.headers.get("Content-Length") or 0)):
                digest.update(chunk)
                file.write(chunk)
        if digest.hexdigest() != expected:
            raise OSError(f"{url} sent other contents than published: {algorithm} {digest.hexdigest()}")


def _reported(response: IO[bytes], name: str, total: int) -> Iterator[bytes]:
    """Yield chunks, telling stderr how far it is: on one line of a terminal, or start and end in a log."""
    live, done = sys.stderr.isatty(), 0
    of_total = f" of {total / 1e6:.1f}" if total else ""
    print(f"downloading {name}{of_total} MB" if of_total else f"downloading {name}", file=sys.stderr)
    while chunk := response.read(CHUNK):
        done += len(chunk)
        if live:
            print(f"\r{done / 1e6:.1f}{of_total} MB", end="", file=sys.stderr, flush=True)
        yield chunk
    print("\r" if live else f"downloaded {name}, {done / 1e6:.1f} MB", file=sys.stderr)
