"""What an npz archive promises is checked before any of it is read."""

import math
import struct
import tokenize
import zipfile
import zlib
from pathlib import Path
from typing import IO

import numpy as np

from zerosum.errors import UserError

UNREADABLE = (
    ValueError, OSError, EOFError, KeyError, IndexError, TypeError, RuntimeError, MemoryError, SyntaxError,
    SystemError, tokenize.TokenError, struct.error, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
"""What NumPy and zipfile raise on damaged archives: headers are parsed as Python, encryption is a RuntimeError,
and text beyond Unicode a SystemError."""


def check_members(path: Path) -> int:
    """Return the bytes that an archive unpacks to, where each member is an array no larger than it has bytes for.

    NumPy makes room for what a header says before it reads on: a header of few bytes could ask for all memory.

    Raises:
        UserError: a member is no array, or its header says more than is there.
        UNREADABLE: it is no zip, or damaged.
    """
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            with archive.open(info) as member:
                promised = _promised(member)
            if promised is None:
                raise UserError(f"{path}: {info.filename} is no array: save it with numpy.savez, uint8 arrays")
            if promised > info.file_size:
                raise UserError(
                    f"{path}: the header of {info.filename} says {promised:,} bytes where {info.file_size:,} "
                    "are there: save it again with numpy.savez"
                )
        return sum(info.file_size for info in archive.infolist())


def _promised(member: IO[bytes]) -> int | None:
    """Return the bytes of the array that a member's header describes; None where it has none that is known."""
    magic = member.read(len(np.lib.format.MAGIC_PREFIX) + 2)
    readers = {1: np.lib.format.read_array_header_1_0, 2: np.lib.format.read_array_header_2_0}
    if not magic.startswith(np.lib.format.MAGIC_PREFIX) or magic[-2] not in readers:
        return None
    shape, _, kind = readers[magic[-2]](member)
    # Of objects, which are refused on reading, the header says nothing.
    return 0 if kind.hasobject else math.prod(shape) * kind.itemsize
