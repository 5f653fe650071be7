"""CIFAR-10, in its original binary version; the Python version is a pickle and is never opened.

Source: Krizhevsky, "Learning multiple layers of features from tiny images", 2009. A record is one byte of label and
3,072 bytes of pixels: red, green, blue planes of 32x32, row by row.
"""

import tarfile
import zlib
from pathlib import Path

import numpy as np
import torch

from zerosum.data.dataset import Resident
from zerosum.data.download import Original, obtain, places
from zerosum.errors import UserError

CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
FOLDER = "cifar-10-batches-bin"
FILES = {"train": tuple(f"data_batch_{i}.bin" for i in range(1, 6)), "test": ("test_batch.bin",)}
ARCHIVE = Original(
    "cifar-10-binary.tar.gz",
    "md5:c32a1d4ab5d03f1284b67883e8d87530",  # as published beside the file
    ("https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",),
)
RECORD = 1 + 3 * 32 * 32
FILE_LIMIT = 10_000 * RECORD


def load_cifar10(*, root: Path | None = None, split: str = "train") -> Resident:
    """Return CIFAR-10: uint8 [50000 or 10000, 3, 32, 32] with ten labels.

    It is read from `cifar-10-binary.tar.gz`, or from the folder `cifar-10-batches-bin` that this unpacks to.

    Raises:
        UserError: it is missing and cannot be downloaded, or is damaged.
    """
    records = np.concatenate([_records(content, name) for name, content in _contents(root, split)])
    labels = torch.from_numpy(records[:, 0].astype(np.int64))
    images = torch.from_numpy(records[:, 1:].reshape(-1, 3, 32, 32))
    return Resident(images.contiguous(), name="cifar10", labels=labels, classes=CLASSES, split=split)


def _contents(root: Path | None, split: str) -> list[tuple[str, bytes]]:
    for place in places("cifar10", root):
        paths = [place / FOLDER / file for file in FILES[split]]
        if all(path.is_file() for path in paths):
            return [(str(path), path.read_bytes()) for path in paths]
        if (place / ARCHIVE.name).is_file():
            return _unpack(place / ARCHIVE.name, split)
    return _unpack(obtain("cifar10", [ARCHIVE], root)[0], split)


def _unpack(archive: Path, split: str) -> list[tuple[str, bytes]]:
    """Read the members wanted in one pass; nothing is written to disk."""
    members = {f"{FOLDER}/{file}" for file in FILES[split]}
    contents: dict[str, bytes] = {}
    try:
        with tarfile.open(archive, "r|gz") as tar:
            for member in tar:
                file = tar.extractfile(member) if member.name in members and member.isfile() else None
                if file is not None:
                    contents[member.name] = file.read(FILE_LIMIT + 1)
    except (tarfile.TarError, OSError, EOFError, ValueError, OverflowError, zlib.error) as error:
        raise UserError(f"{archive} is corrupt or truncated ({error}): remove it to fetch it again") from error
    if missing := sorted(members - contents.keys()):
        raise UserError(f"{archive} lacks {missing[0]}: replace it with the original binary version of CIFAR-10")
    return [(f"{archive}:{name}", contents[name]) for name in sorted(contents)]


def _records(content: bytes, name: str) -> "np.ndarray[tuple[int, int], np.dtype[np.uint8]]":
    remedy = "replace it with the original binary version of CIFAR-10"
    if not content or len(content) % RECORD or len(content) > FILE_LIMIT:
        raise UserError(f"{name} has {len(content)} bytes, not 1 to 10,000 records of {RECORD}: {remedy}")
    records = np.frombuffer(content, dtype=np.uint8).reshape(-1, RECORD)
    if records[:, 0].max() >= len(CLASSES):
        raise UserError(f"{name} holds the label {records[:, 0].max()}: {remedy}")
    return records
