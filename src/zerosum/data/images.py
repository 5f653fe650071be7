"""Images in a folder or a zip: any size, mode and depth; every bad file named, none fatal unless asked.

Rules that derive what the user did not say, from all images of the source (both splits):
- `size`: that of the images, or their aspect, or a square: `zerosum.data.size.choose_size`;
- `channels`: 4 if any image is see-through somewhere (looked for in 64 of those with alpha), else 1 if the files of all
  images are grey, else 3;
- splits and labels: `zerosum.data.layout`; fit, resize, alpha and depth: `zerosum.data.decode`.
"""

import os
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
from zerosum.data.decode import (
    DRAFT,
    DRAFTED,
    BadImageError,
    Header,
    Pixels,
    brightest,
    decode,
    extremes,
    header,
    quiet,
    see_through,
)
from zerosum.data.files import Files, checksum, open_files
from zerosum.data.layout import Layout, Placed, labelled, place, tell_untrained
from zerosum.data.ranges import ASKED, BYTE, FULL, MASK, MASKS, Extremes, Levels, Range, check_used, of_files, shown
from zerosum.data.size import Fit, Sides, Size, choose_size
from zerosum.errors import UserError

PROCESSING = "centre crop, lanczos, alpha on white, 2"
"""Part of each fingerprint; raise the number when the same files would give other pixels."""
LOOKED_AT = 64
"""Images with alpha that are decoded to see whether it is used."""
MASKS_LOOKED_AT = 20
"""Grey images of 8 bits that are decoded to see whether they may be masks; if so, all are."""

PROBE, WORTH_A_THREAD = 16, 0.0005
"""Items that are timed, and the seconds an item must take for threads to pay, measured with 32 to 1024 pixels."""

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True)
class Scan:
    """A look at each file of a source, before any pixels are decoded: what is good, and what the rules say.

    What has no place in the layout is among the problems, and not among the headers.
    """

    files: Files
    headers: dict[str, Header]
    checksums: dict[str, int]
    problems: list[Problem]
    layout: Layout
    size: Sides
    channels: int
    fit: Fit = "crop"
    rule: str = "as asked"
    """What chose the size, in words."""
    levels: Levels | None = None
    """The range of images of more than 8 bits, or of masks of 8; None where there are none."""
    decoder: Callable[[str, Sides], Pixels] | None = None
    """Returns the pixels of a file at a size, [channels, height, width], where not `decode.decode` does that."""
    swapped: bool = False
    """Whether of images side by side the right one is the source."""

    @property
    def within(self) -> Range | None:
        """The range of images of more than 8 bits, or of masks of 8, or None."""
        return None if self.levels is None else self.levels.range

    def pixels(self, name: str) -> Pixels | str:
        """Return the pixels of a file, or the reason why it has none."""
        try:
            if self.decoder is not None:
                return self.decoder(name, self.size)
            return decode(self.files.read(name), self.size, self.channels, self.fit, self.within)
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


def default_memory_limit() -> int:
    """Return a quarter of the memory that is free, at most 8 GiB; 1 GiB where the system does not say."""
    try:
        free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return 1 << 30
    return min(free // 4, 8 << 30)


def scan(
    path: Path,
    *,
    size: Size | None = None,
    channels: int | None = None,
    fit: Fit = "crop",
    value_range: Range | None = None,
    label: str | None = None,
) -> Scan:
    """Read each file, without decoding it (but a few, and all masks or of more than 8 bits), and derive the rules.

    With a label only the images that have it are taken, without it.

    Raises:
        UserError: `path` cannot be read, has no readable image, or a layout that can be read in two ways.
    """
    files = open_files(path)
    looks = dict(zip(files.names, parallel(lambda name: _look(files, name), files.names), strict=True))
    readable = {name: look[0] for name, look in looks.items() if not isinstance(look, str)}
    problems = [*files.problems, *((name, look) for name, look in looks.items() if isinstance(look, str))]
    if not readable:
        name, reason = sorted(problems)[0]
        raise UserError(f"{path} holds no readable image ({name}: {reason}): replace these files")
    layout = place_in(path, list(readable))
    layout = layout if label is None else labelled(layout, label)
    headers = {file.name: readable[file.name] for file in layout.files}
    found = choose_size(size, sizes_of(headers.values()))
    return Scan(
        files=files,
        headers=headers,
        checksums={name: look[1] for name, look in looks.items() if not isinstance(look, str)},
        problems=sorted([*problems, *layout.strays]),
        layout=layout,
        size=found.size,
        channels=channels or _channels(files, headers),
        fit=fit,
        rule=found.rule,
        levels=_levels(files, headers, value_range),
    )


def _levels(files: Files, headers: dict[str, Header], asked: Range | None) -> Levels | None:
    deep = [name for name, header in headers.items() if header.deep]
    if not deep:
        masks = _are_masks(files, [name for name, look in headers.items() if look.byte])
        # Masks may be asked for as they are: 0 to 255. Bytes have no other range.
        known = asked in (None, MASK, BYTE)
        return Levels(asked or MASK, ASKED if asked else MASKS) if masks and known else None
    if asked is not None:
        return Levels(asked, ASKED)
    found = parallel(lambda name: _extremes(files, name), deep)
    return of_files([one for one in found if one is not None])


def _are_masks(files: Files, grey: list[str]) -> bool:
    """Return whether grey images of 8 bits hold 0 and 1 alone: the first ones that do not end the search."""
    lit = False
    for start, end in ((0, 1), (1, MASKS_LOOKED_AT), (MASKS_LOOKED_AT, len(grey))):
        found = parallel(lambda name: _brightest(files, name), grey[start:end])
        if any(high > 1 for high in found):
            return False
        lit = lit or 1 in found
    return lit


def _brightest(files: Files, name: str) -> int:
    try:
        return brightest(files.read(name))
    except Exception:  # as in _look; who loads it will say what is wrong
        return 0


def _extremes(files: Files, name: str) -> Extremes | None:
    try:
        return extremes(files.read(name))
    except Exception:  # as in _look; who loads it will say what is wrong
        return None


def place_in(path: Path, names: list[str]) -> Layout:
    """Return the layout of names in a folder or zip; UserError, which names it, where they can be read in two ways."""
    try:
        return place(names)
    except UserError as error:
        raise UserError(f"{path}: {error}") from error


def sizes_of(headers: Iterable[Header]) -> list[tuple[int, int]]:
    """Return the (width, height) of each image."""
    return [(header.width, header.height) for header in headers]


def _channels(files: Files, headers: dict[str, Header]) -> int:
    # Headers tell that there is alpha, and only pixels whether it is used. Evenly spread: files of a kind lie together.
    with_alpha = [name for name, header in headers.items() if header.alpha]
    count = min(len(with_alpha), LOOKED_AT)
    spread = [with_alpha[number * len(with_alpha) // count] for number in range(count)]
    if any(parallel(lambda name: _see_through(files, name), spread)):
        return 4
    return 1 if all(header.grey for header in headers.values()) else 3


def _see_through(files: Files, name: str) -> bool:
    try:
        return see_through(files.read(name))
    except Exception:  # as in _look; who loads it will say what is wrong
        return False


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
    seen = scan(path, size=size, channels=channels, fit=fit, value_range=value_range)
    check_used(value_range, str(path), seen.within)
    return load_scan(seen, split=split, strict=strict, memory_limit=memory_limit)


def load_scan(seen: Scan, *, split: str = "train", strict: bool = False, memory_limit: int | None = None) -> Dataset:
    """Return the images of a scan; arguments and errors as for `load_images`."""
    placed = seen.layout.of(split)
    if split == "train":
        tell_untrained(seen.layout.untrained(), seen.files.path)
    if strict:
        _refuse(seen.files.path, seen.problems)
    limit = default_memory_limit() if memory_limit is None else memory_limit
    if len(placed) * bytes_of(seen) > limit:
        return Streamed(seen, split=split, strict=strict)
    return _resident(seen, placed, split, strict)


def bytes_of(seen: Scan) -> int:
    """Return the bytes that an image takes in memory."""
    return seen.channels * seen.size[0] * seen.size[1]


def _resident(seen: Scan, placed: list[Placed], split: str, strict: bool) -> Resident:
    results = parallel(lambda file: seen.pixels(file.name), placed)
    good = [(file, pixels) for file, pixels in zip(placed, results, strict=True) if not isinstance(pixels, str)]
    found = [(file.name, reason) for file, reason in zip(placed, results, strict=True) if isinstance(reason, str)]
    if strict:
        _refuse(seen.files.path, found)
    if not good:
        raise UserError(f"{seen.files.path} holds no readable image in split {split}: see zerosum data check")
    return Resident(
        torch.from_numpy(np.stack([pixels for _, pixels in good])),
        name=dataset_name(seen.files.path),
        labels=_labels(seen, split, [file for file, _ in good]),
        classes=seen.layout.classes_of(split),
        split=split,
        fingerprint=identify(seen, split),
        problems=sorted([*seen.problems, *found]),
        levels=seen.within,
    )


class Streamed(Dataset):
    """Images that stay files, decoded batch by batch in a few threads.

    A file that turns out bad only when its pixels are decoded is replaced by the next good one, so that a batch has
    the size asked for, and is named in `problems`; with `strict` it is an error.
    """

    def __init__(self, seen: Scan, *, split: str, strict: bool = False) -> None:
        self._seen, self._files, self._strict = seen, seen.layout.of(split), strict
        self.name, self.split, self.classes = dataset_name(seen.files.path), split, seen.layout.classes_of(split)
        self.shape, self.levels = (seen.channels, *seen.size), seen.within
        self.labels = _labels(seen, split, self._files)
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
    form = form_of(seen.size, seen.channels, seen.fit) + ranged(seen.within)
    # Files of other formats, whose pixels a draft does not change, keep the fingerprint they had.
    if any(header.format in DRAFTED for header in seen.headers.values()):
        form += f", draft {DRAFT} by parts of pixels"
    form += ", swapped" if seen.swapped else ""
    how = f"{PROCESSING}, {form}, {split}, {'/'.join(seen.layout.classes_of(split))}"
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


def _labels(seen: Scan, split: str, files: list[Placed]) -> Tensor | None:
    number = {label: index for index, label in enumerate(seen.layout.classes_of(split))}
    return torch.tensor([number[file.label or ""] for file in files]) if number else None


def _refuse(path: Path, problems: list[Problem]) -> None:
    if problems:
        name, reason = problems[0]
        more = f" and {len(problems) - 1} more" if len(problems) > 1 else ""
        raise UserError(f"{path}: {name}: {reason}{more}; remove or replace bad files, or load without strict")
