"""Images in a folder or a zip: any size, mode and depth; every bad file named, none fatal unless asked.

Rules that derive what the user did not say, from all images of the source (both splits):
- `size`: that of the images where all are squares of one side, a multiple of 4 from 8 to 256; else the largest power of
  two not above the median short side, from 8 to 256;
- `channels`: 1 if the files of all images are grey, else 3;
- splits and labels: `zerosum.data.layout`; crop, resize, alpha and depth: `zerosum.data.decode`.
"""

import os
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor

from zerosum.data.dataset import Dataset, Problem, Resident, fingerprint
from zerosum.data.decode import BadImageError, Header, Pixels, decode, header, quiet
from zerosum.data.files import Files, checksum, open_files
from zerosum.data.layout import Layout, Placed, place
from zerosum.errors import UserError

PROCESSING = "centre crop, lanczos, alpha on white, 2"
"""Part of each fingerprint; raise the number when the same files would give other pixels."""
SMALLEST, LARGEST, UNIT = 8, 256, 4

PROBE, WORTH_A_THREAD = 16, 0.0005
"""Items that are timed, and the seconds an item must take for threads to pay, measured with 32 to 1024 pixels."""

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True)
class Scan:
    """A look at each file of a source, before any pixels are decoded: what is good, and what the rules say."""

    files: Files
    headers: dict[str, Header]
    checksums: dict[str, int]
    problems: list[Problem]
    layout: Layout
    size: int
    channels: int
    decoder: Callable[[str, int], Pixels] | None = None
    """Returns the pixels of a file at a size, [channels, size, size], where not `decode.decode` does that."""

    def pixels(self, name: str) -> Pixels | str:
        """Return the pixels of a file, or the reason why it has none."""
        try:
            if self.decoder is not None:
                return self.decoder(name, self.size)
            return decode(self.files.read(name), self.size, self.channels)
        except BadImageError as error:
            return str(error)
        except Exception as error:  # as in _look
            return f"cannot be read ({error})"


def threads() -> int:
    """Return how many threads decode: Pillow lets go of the interpreter's lock while it does."""
    return min(os.cpu_count() or 1, 16)


def parallel(function: Callable[[T], R], items: Sequence[T]) -> list[R]:
    """Return [function(item) for item in items], with the decoder's warnings silenced; in threads if items are slow.

    Tiny images are faster in one thread: two would hand the interpreter's lock to and fro. The first few items tell.
    """
    with quiet():
        start = time.perf_counter()
        first = [function(item) for item in items[:PROBE]]
        rest = items[PROBE:]
        if not rest or time.perf_counter() - start < PROBE * WORTH_A_THREAD:
            return first + [function(item) for item in rest]
        with ThreadPoolExecutor(threads()) as pool:
            return first + list(pool.map(function, rest))


def common_side(headers: Iterable[Header]) -> int | None:
    """Return the side of images that are all squares of one size that networks can make; None where they are not."""
    (width, height), *others = {(header.width, header.height) for header in headers}
    fits = SMALLEST <= width <= LARGEST and width % UNIT == 0
    return width if not others and width == height and fits else None


def default_size(short_sides: Sequence[int]) -> int:
    """Return the largest power of two not above the median, from 8 to 256."""
    median = int(statistics.median(short_sides))
    return min(max(1 << (max(median, 1).bit_length() - 1), SMALLEST), LARGEST)


def default_memory_limit() -> int:
    """Return a quarter of the memory that is free, at most 8 GiB; 1 GiB where the system does not say."""
    try:
        free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return 1 << 30
    return min(free // 4, 8 << 30)


def scan(path: Path, *, size: int | None = None, channels: int | None = None) -> Scan:
    """Read each file once, without decoding it, and derive the rules.

    Raises:
        UserError: `path` cannot be read, or has no readable image.
    """
    files = open_files(path)
    looks = dict(zip(files.names, parallel(lambda name: _look(files, name), files.names), strict=True))
    headers = {name: look[0] for name, look in looks.items() if not isinstance(look, str)}
    problems = [*files.problems, *((name, look) for name, look in looks.items() if isinstance(look, str))]
    if not headers:
        name, reason = sorted(problems)[0]
        raise UserError(f"{path} holds no readable image ({name}: {reason}): replace these files")
    return Scan(
        files=files,
        headers=headers,
        checksums={name: look[1] for name, look in looks.items() if not isinstance(look, str)},
        problems=sorted(problems),
        layout=place(list(headers)),
        size=size or common_side(headers.values()) or default_size([h.short_side for h in headers.values()]),
        channels=channels or (1 if all(h.grey for h in headers.values()) else 3),
    )


def _look(files: Files, name: str) -> tuple[Header, int] | str:
    try:
        content = files.read(name)
        return header(content), checksum(content)
    except BadImageError as error:
        return str(error)
    except Exception as error:  # the zip's own decoders and the file system raise nearly anything
        return f"cannot be read ({error})"


def load_images(
    path: Path,
    *,
    size: int | None = None,
    channels: int | None = None,
    split: str = "train",
    strict: bool = False,
    memory_limit: int | None = None,
) -> Dataset:
    """Return the images of a folder or zip, decoded once into memory if they fit there, else batch by batch.

    Args:
        path: of the folder or zip.
        size: side in pixels; default: the rule above.
        channels: 1 or 3; default: the rule above.
        split: "train" or "test".
        strict: whether a bad file is an error.
        memory_limit: bytes that decoded images may take; default: `default_memory_limit`.

    Raises:
        UserError: nothing readable is there, or a file is bad and `strict` is true.
    """
    seen = scan(path, size=size, channels=channels)
    return load_scan(seen, split=split, strict=strict, memory_limit=memory_limit)


def load_scan(seen: Scan, *, split: str = "train", strict: bool = False, memory_limit: int | None = None) -> Dataset:
    """Return the images of a scan; arguments and errors as for `load_images`."""
    chosen = seen.layout.of(split)
    if strict:
        _refuse(seen.files.path, seen.problems)
    limit = default_memory_limit() if memory_limit is None else memory_limit
    if len(chosen) * seen.channels * seen.size**2 > limit:
        return Streamed(seen, split=split, strict=strict)
    return _resident(seen, chosen, split, strict)


def _resident(seen: Scan, chosen: list[Placed], split: str, strict: bool) -> Resident:
    results = parallel(lambda file: seen.pixels(file.name), chosen)
    good = [(file, pixels) for file, pixels in zip(chosen, results, strict=True) if not isinstance(pixels, str)]
    found = [(file.name, reason) for file, reason in zip(chosen, results, strict=True) if isinstance(reason, str)]
    if strict:
        _refuse(seen.files.path, found)
    if not good:
        raise UserError(f"{seen.files.path} holds no readable image in split {split}: see zerosum data check")
    return Resident(
        torch.from_numpy(np.stack([pixels for _, pixels in good])),
        name=dataset_name(seen.files.path),
        labels=_labels(seen, [file for file, _ in good]),
        classes=seen.layout.classes,
        split=split,
        fingerprint=identify(seen, split),
        problems=sorted([*seen.problems, *found]),
    )


class Streamed(Dataset):
    """Images that stay files, decoded batch by batch in a few threads.

    A file that turns out bad only when its pixels are decoded is replaced by the next good one, so that a batch has
    the size asked for, and is named in `problems`; with `strict` it is an error.
    """

    def __init__(self, seen: Scan, *, split: str, strict: bool = False) -> None:
        self._seen, self._files, self._strict = seen, seen.layout.of(split), strict
        self.name, self.split, self.classes = dataset_name(seen.files.path), split, seen.layout.classes
        self.shape = (seen.channels, seen.size, seen.size)
        self.labels = _labels(seen, self._files)
        self.fingerprint, self.problems = identify(seen, split), list(seen.problems)
        self._bad: set[int] = set()

    def __len__(self) -> int:
        return len(self._files)

    def batch(self, indices: Tensor) -> dict[str, Tensor]:
        """Return the samples at `indices`, decoded now, on the CPU."""
        decoded = parallel(self._good, indices.tolist())
        real = torch.from_numpy(np.stack([pixels for _, pixels in decoded])).to(torch.float32) / 127.5 - 1
        if self.labels is None:
            return {"real": real}
        return {"real": real, "label": self.labels[torch.tensor([index for index, _ in decoded])]}

    def _good(self, index: int) -> tuple[int, Pixels]:
        for candidate in [*range(index, len(self)), *range(index)]:
            pixels = "" if candidate in self._bad else self._seen.pixels(self._files[candidate].name)
            if not isinstance(pixels, str):
                return candidate, pixels
            self._note(candidate, pixels)
        raise UserError(f"{self._seen.files.path} holds no readable image in split {self.split}")

    def _note(self, index: int, reason: str) -> None:
        if index in self._bad:
            return
        self._bad.add(index)
        self.problems.append((self._files[index].name, reason))
        if self._strict:
            _refuse(self._seen.files.path, self.problems)


def identify(seen: Scan, split: str) -> str:
    """Return the fingerprint of a split: names, checksums and labels of its files, and the processing.

    It does not depend on where the files lie, on being packed in a zip, or on being kept in memory.
    """
    lines = [f"{seen.checksums[file.name]:08x} {file.label} {file.key}" for file in seen.layout.of(split)]
    how = f"{PROCESSING}, {seen.channels}x{seen.size}x{seen.size}, {split}, {'/'.join(seen.layout.classes)}"
    return fingerprint(how, "\n".join(lines).encode("utf-8", "surrogateescape"))


def dataset_name(path: Path) -> str:
    """Return what to call the data at `path`: the folder's name, or the archive's without its suffix."""
    full = path.expanduser().resolve()
    return (full.name if full.is_dir() else full.stem) or "images"


def _labels(seen: Scan, files: list[Placed]) -> Tensor | None:
    number = {label: index for index, label in enumerate(seen.layout.classes)}
    return torch.tensor([number[file.label or ""] for file in files]) if number else None


def _refuse(path: Path, problems: list[Problem]) -> None:
    if problems:
        name, reason = problems[0]
        more = f" and {len(problems) - 1} more" if len(problems) > 1 else ""
        raise UserError(f"{path}: {name}: {reason}{more}; remove or replace bad files, or load without strict")
