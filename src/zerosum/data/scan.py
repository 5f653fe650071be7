"""A look at each image file of a folder or zip, and the rules that it gives: every bad file named, none fatal.

Rules that derive what the user did not say, from all images of the source (both splits):
- `size`: that of the images, or their aspect, or a square: `zerosum.data.size.choose_size`;
- `channels`: 4 if any image is see-through somewhere (looked for in 64 of those with alpha), else 1 if the files of all
  images are grey, else 3;
- splits and labels: `zerosum.data.layout`; the range of more than 8 bits, and of masks: `zerosum.data.ranges`.
"""

import os
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from zerosum.data.bad_image import BadImageError, quiet
from zerosum.data.dataset import Problem
from zerosum.data.decode import decode
from zerosum.data.files import Files, checksum, open_files
from zerosum.data.fitting import Pixels
from zerosum.data.image_file import Header, brightest, extremes, header, see_through
from zerosum.data.layout import Layout, labelled, place
from zerosum.data.ranges import ASKED, BYTE, MASK, MASKS, Extremes, Levels, Range, of_files
from zerosum.data.size import Fit, Sides, Size, choose_size
from zerosum.errors import UserError

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
    sized = choose_size(size, sizes_of(headers.values()))
    return Scan(
        files=files,
        headers=headers,
        checksums={name: look[1] for name, look in looks.items() if not isinstance(look, str)},
        problems=sorted([*problems, *layout.strays]),
        layout=layout,
        size=sized.size,
        channels=channels or _channels(files, headers),
        fit=fit,
        rule=sized.rule,
        levels=_levels(files, headers, value_range),
    )


def _levels(files: Files, headers: dict[str, Header], within: Range | None) -> Levels | None:
    deep = [name for name, header in headers.items() if header.deep]
    if not deep:
        masks = _are_masks(files, [name for name, look in headers.items() if look.byte])
        # Masks may be asked for as they are: 0 to 255. Bytes have no other range.
        usual = within in (None, MASK, BYTE)
        return Levels(within or MASK, ASKED if within else MASKS) if masks and usual else None
    if within is not None:
        return Levels(within, ASKED)
    extremes = parallel(lambda name: _extremes(files, name), deep)
    return of_files([one for one in extremes if one is not None])


def _are_masks(files: Files, grey: list[str]) -> bool:
    """Return whether grey images of 8 bits hold 0 and 1 alone: the first ones that do not end the search."""
    lit = False
    for start, end in ((0, 1), (1, MASKS_LOOKED_AT), (MASKS_LOOKED_AT, len(grey))):
        highest = parallel(lambda name: _brightest(files, name), grey[start:end])
        if any(high > 1 for high in highest):
            return False
        lit = lit or 1 in highest
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
