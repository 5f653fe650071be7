"""Images in a folder or a zip: any size, mode and depth, decoded once into memory or batch by batch.

What they are brought to is found by `zerosum.data.scan`; fit, resize, alpha and depth are `zerosum.data.decode`'s.
"""

import os
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from zerosum.data.dataset import Dataset, Problem, Resident, fingerprint
from zerosum.data.decode import DRAFT, DRAFTED
from zerosum.data.fitting import Pixels
from zerosum.data.layout import Placed, tell_untrained
from zerosum.data.ranges import FULL, Range, check_used, shown
from zerosum.data.scan import Scan, parallel, scan
from zerosum.data.size import Fit, Sides, Size
from zerosum.errors import UserError

PROCESSING = "centre crop, lanczos, alpha on white, 2"
"""Part of each fingerprint; raise the number when the same files would give other pixels."""


def default_memory_limit() -> int:
    """Return a quarter of the memory that is free, at most 8 GiB; 1 GiB where the system does not say."""
    try:
        free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return 1 << 30
    return min(free // 4, 8 << 30)


def load_images(
    path: Path,
    *,
    size: Size | None = None,
    channels: int | None = None,
    fit: Fit = "crop",
    split: str = "train",
    strict: bool = False,
    memory_limit: int | None = None,
    value_range: Range | None = None,
) -> Dataset:
    """Return the images of a folder or zip, decoded once into memory if they fit there, else batch by batch.

    Args:
        path: of the folder or zip.
        size: in pixels; default: the rule above.
        channels: 1, 3 or 4; default: the rule above.
        fit: of images of other proportions.
        split: "train" or "test".
        strict: whether a bad file is an error.
        memory_limit: bytes that decoded images may take; default: `default_memory_limit`.
        value_range: of images of more than 8 bits; default: found in all of them, `zerosum.data.ranges.of_files`.

    Raises:
        UserError: nothing readable is there, a file is bad and `strict` is true, or a range is asked for and all images
            have 8 bits.
    """
    listing = scan(path, size=size, channels=channels, fit=fit, value_range=value_range)
    check_used(value_range, str(path), listing.within)
    return load_scan(listing, split=split, strict=strict, memory_limit=memory_limit)


def load_scan(listing: Scan, *, split: str = "train", strict: bool = False, memory_limit: int | None = None) -> Dataset:
    """Return the images of a scan; arguments and errors as for `load_images`."""
    files = listing.layout.of(split)
    if split == "train":
        tell_untrained(listing.layout.untrained(), listing.files.path)
    if strict:
        _refuse(listing.files.path, listing.problems)
    limit = default_memory_limit() if memory_limit is None else memory_limit
    if len(files) * bytes_of(listing) > limit:
        return Streamed(listing, split=split, strict=strict)
    return _resident(listing, files, split, strict)


def bytes_of(listing: Scan) -> int:
    """Return the bytes that an image takes in memory."""
    return listing.channels * listing.size[0] * listing.size[1]


def _resident(listing: Scan, files: list[Placed], split: str, strict: bool) -> Resident:
    results = parallel(lambda file: listing.pixels(file.name), files)
    good = [(file, pixels) for file, pixels in zip(files, results, strict=True) if not isinstance(pixels, str)]
    problems = [(file.name, reason) for file, reason in zip(files, results, strict=True) if isinstance(reason, str)]
    if strict:
        _refuse(listing.files.path, problems)
    if not good:
        raise UserError(f"{listing.files.path} holds no readable image in split {split}: see zerosum data check")
    return Resident(
        torch.from_numpy(np.stack([pixels for _, pixels in good])),
        name=dataset_name(listing.files.path),
        labels=_labels(listing, split, [file for file, _ in good]),
        classes=listing.layout.classes_of(split),
        split=split,
        fingerprint=identify(listing, split),
        problems=sorted([*listing.problems, *problems]),
        levels=listing.within,
    )


class Streamed(Dataset):
    """Images that stay files, decoded batch by batch in a few threads.

    A file that turns out bad only when its pixels are decoded is replaced by the next good one, so that a batch has
    the size asked for, and is named in `problems`; with `strict` it is an error.
    """

    def __init__(self, listing: Scan, *, split: str, strict: bool = False) -> None:
        self._listing, self._files, self._strict = listing, listing.layout.of(split), strict
        self.name, self.split, self.classes = dataset_name(listing.files.path), split, listing.layout.classes_of(split)
        self.shape, self.levels = (listing.channels, *listing.size), listing.within
        self.labels = _labels(listing, split, self._files)
        self.fingerprint, self.problems = identify(listing, split), list(listing.problems)
        self._bad: set[int] = set()

    def __len__(self) -> int:
        return len(self._files)

    def batch(self, indices: Tensor) -> dict[str, Tensor]:
        """Return the samples at `indices`, decoded now, on the CPU."""
        samples = parallel(self._good, indices.tolist())
        real = torch.from_numpy(np.stack([pixels for _, pixels in samples])).to(torch.float32) / 127.5 - 1
        if self.labels is None:
            return {"real": real}
        return {"real": real, "label": self.labels[torch.tensor([index for index, _ in samples])]}

    def _good(self, index: int) -> tuple[int, Pixels]:
        for candidate in [*range(index, len(self)), *range(index)]:
            pixels = "" if candidate in self._bad else self._listing.pixels(self._files[candidate].name)
            if not isinstance(pixels, str):
                return candidate, pixels
            self._note(candidate, pixels)
        raise UserError(f"{self._listing.files.path} holds no readable image in split {self.split}")

    def _note(self, index: int, reason: str) -> None:
        if index in self._bad:
            return
        self._bad.add(index)
        self.problems.append((self._files[index].name, reason))
        if self._strict:
            _refuse(self._listing.files.path, self.problems)


def identify(listing: Scan, split: str) -> str:
    """Return the fingerprint of a split: names, checksums and labels of its files, and the processing.

    It does not depend on where the files lie, on being packed in a zip, or on being kept in memory.
    """
    lines = [f"{listing.checksums[file.name]:08x} {file.label} {file.key}" for file in listing.layout.of(split)]
    form = form_of(listing.size, listing.channels, listing.fit) + ranged(listing.within)
    # Files of other formats, whose pixels a draft does not change, keep the fingerprint they had.
    if any(header.format in DRAFTED for header in listing.headers.values()):
        form += f", draft {DRAFT} by parts of pixels"
    form += ", swapped" if listing.swapped else ""
    how = f"{PROCESSING}, {form}, {split}, {'/'.join(listing.layout.classes_of(split))}"
    return fingerprint(how, "\n".join(lines).encode("utf-8", "surrogateescape"))


def ranged(within: Range | None) -> str:
    """Return what a range adds to a fingerprint: nothing where it is what files of 16 bits are scaled from anyway."""
    return "" if within in (None, FULL) else f", range {shown(within)}"


def form_of(size: Sides, channels: int, fit: Fit) -> str:
    """Return what images are brought to, as fingerprints have it."""
    height, width = size
    return f"{channels}x{height}x{width}" + ("" if fit == "crop" else f", {fit}")


def dataset_name(path: Path) -> str:
    """Return what to call the data at `path`: the folder's name, or the archive's without its suffix."""
    full = path.expanduser().resolve()
    return (full.name if full.is_dir() else full.stem) or "images"


def _labels(listing: Scan, split: str, files: list[Placed]) -> Tensor | None:
    number = {label: index for index, label in enumerate(listing.layout.classes_of(split))}
    return torch.tensor([number[file.label or ""] for file in files]) if number else None


def _refuse(path: Path, problems: list[Problem]) -> None:
    if problems:
        name, reason = problems[0]
        more = f" and {len(problems) - 1} more" if len(problems) > 1 else ""
        raise UserError(f"{path}: {name}: {reason}{more}; remove or replace bad files, or load without strict")
