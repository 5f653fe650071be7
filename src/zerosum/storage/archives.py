"""Arrays as .npz archives that say which command wrote them."""

import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zerosum._version import __version__
from zerosum.storage import atomic


def save(path: Path, arrays: Mapping[str, NDArray[Any]], about: Mapping[str, Any]) -> Path:
    """Write arrays to an .npz archive in one piece, and `about` as JSON into its comment, which no reader minds.

    Raises:
        OSError: it cannot be written.
    """
    save_arrays: Callable[..., None] = np.savez_compressed
    with atomic.replacing(path) as part:
        with part.open("wb") as file:
            save_arrays(file, **arrays)
        with zipfile.ZipFile(part, "a") as archive:
            archive.comment = json.dumps({"version": __version__, **about}).encode()
    return path


def read_about(path: Path) -> dict[str, Any]:
    """Return what `save` wrote into the comment; empty for any other file."""
    try:
        with zipfile.ZipFile(path) as archive:
            about = json.loads(archive.comment)
    except (OSError, ValueError, zipfile.BadZipFile):
        return {}
    return about if isinstance(about, dict) else {}
