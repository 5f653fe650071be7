"""Pairs in files: two sets of images matched by file name, or one whose images hold a pair side by side.

A pair is loaded as one image with the channels of both, the source's first, so that whatever holds images holds pairs.
"""

import zlib
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from zerosum.data.bad_image import BadImageError
from zerosum.data.dataset import Problem
from zerosum.data.decode import decode
from zerosum.data.file_names import stem, which
from zerosum.data.fitting import Pixels
from zerosum.data.fitting import fit as fit_image
from zerosum.data.image_file import Header, native
from zerosum.data.layout import Layout, Placed, only
from zerosum.data.ranges import Range
from zerosum.data.scan import Scan, scan, sizes_of
from zerosum.data.size import Fit, Sides, Size, choose_size
from zerosum.errors import UserError

ASPECT = 0.05
"""By which share the ratio of width to height may differ in a pair: beyond it the images cannot show the same."""


@dataclass(frozen=True)
class Pairs:
    """Pairs of files, ready to be loaded: `listing.channels` are those of both images, `channels` those of the source.

    `levels` is the range of sources of more than 8 bits; that of the targets is in `listing`.
    """

    listing: Scan
    channels: int
    levels: Range | None


@dataclass(frozen=True)
class Names:
    """How the names of two sets of files go together, without suffixes and without folders that only wrap."""

    both: dict[str, tuple[Placed, Placed]]
    source_only: tuple[str, ...]
    target_only: tuple[str, ...]


def by_name(source: Layout, target: Layout) -> Names:
    """Match files by their names without suffix; the folders of splits and labels are part of the name.

    Raises:
        UserError: two files of one set differ in their suffix only.
    """
    ours, theirs = _by_stem(source), _by_stem(target)
    return Names(
        {key: (ours[key], theirs[key]) for key in sorted(ours.keys() & theirs.keys())},
        tuple(file.name for key, file in ours.items() if key not in theirs),
        tuple(file.name for key, file in theirs.items() if key not in ours),
    )


def _by_stem(layout: Layout) -> dict[str, Placed]:
    files_of: dict[str, list[Placed]] = {}
    # By name, as a single image is in both splits.
    for file in sorted({file.name: file for file in reversed(layout.files)}.values(), key=lambda file: file.name):
        files_of.setdefault(stem(file.key), []).append(file)
    for files in files_of.values():
        if len(files) > 1:
            raise UserError(which([file.name for file in files]))
    return {name: file for name, (file,) in files_of.items()}


def left_out(names: Names, ours: Scan, theirs: Scan, source: str, target: str) -> list[Problem]:
    """Return the files that take part in no pair, and why; `source` and `target` are what the sets are called."""
    problems = [(name, f"no image of this name in {target}") for name in names.source_only]
    problems += [(name, f"no image of this name in {source}") for name in names.target_only]
    apart = (pair for pair in names.both.values() if not _alike(ours, theirs, *pair))
    problems += [(second.name, "the images of this pair have different proportions") for _, second in apart]
    return sorted(problems)


def matched(ours: Scan, theirs: Scan, source: str, target: str, *, size: Size | None = None) -> Pairs:
    """Look at two sets whose files have the same names; splits and labels are those of the target.

    Args:
        ours: the sources.
        theirs: the targets.
        source: what the sources are called.
        target: what the targets are called.
        size: as asked for.

    Raises:
        UserError: no name is in both, no pair is of like proportions, or two files of a set have one name.
    """
    names = by_name(ours.layout, theirs.layout)
    partner = {second.name: first.name for first, second in names.both.values() if _alike(ours, theirs, first, second)}
    if not partner:
        why = "the images of equal names differ in proportions" if names.both else "no file name is in both"
        raise UserError(
            f"{source} and {target} hold no pair, as {why}: give the two images of a pair the same name and shape, or "
            "train a system that needs no pairs, such as cyclegan"
        )
    headers = {name: theirs.headers[name] for name in sorted(partner)}
    rule = choose_size(size, sizes_of(headers.values()))

    def both(name: str, size: Sides) -> Pixels:
        files = ((ours, partner[name]), (theirs, name))
        form = ((side.files.read(file), size, side.channels, side.fit, side.within) for side, file in files)
        return np.concatenate([decode(*each) for each in form])

    bad = [
        (f"{Path(where).name}/{name}", why)
        for where, side in ((source, ours), (target, theirs))
        for name, why in side.problems
    ]
    problems = [*bad, *left_out(names, ours, theirs, source, target)]
    return Pairs(
        Scan(
            files=theirs.files,
            headers=headers,
            checksums={name: _together(ours.checksums[partner[name]], theirs.checksums[name]) for name in headers},
            problems=sorted(problems),
            # Where no folders are the splits, the test split is held out of what has pairs.
            layout=only(theirs.layout, headers.keys()),
            size=rule.size,
            channels=ours.channels + theirs.channels,
            fit=theirs.fit,
            rule=rule.rule,
            decoder=both,
            levels=theirs.levels,
        ),
        ours.channels,
        ours.within,
    )


def side_by_side(
    path: Path,
    *,
    swapped: bool = False,
    size: Size | None = None,
    channels: int | None = None,
    fit: Fit = "crop",
    value_range: Range | None = None,
) -> Pairs:
    """Look at a folder or zip of images whose left half is the source and whose right half the target.

    Args:
        path: of the folder or zip.
        swapped: whether the right half is the source.
        size: of the halves.
        channels: of the halves.
        fit: of the halves.
        value_range: of images of more than 8 bits; default: found in all of them, both halves.

    Raises:
        UserError: nothing in it can be read, or no image is wide enough for two.
    """
    whole = scan(path, channels=channels, fit=fit, value_range=value_range)
    headers = {name: _half(header) for name, header in whole.headers.items() if header.width >= 2}
    if not headers:
        raise UserError(f"{path} holds no image that is wide enough for two: join source and target side by side")
    rule = choose_size(size, sizes_of(headers.values()))

    def both(name: str, size: Sides) -> Pixels:
        image = native(whole.files.read(name))
        middle = image.width // 2
        if not middle:
            raise BadImageError("too narrow for two images side by side")
        # Of an odd width the column in the middle belongs to neither.
        boxes = [(0, 0, middle, image.height), (image.width - middle, 0, image.width, image.height)]
        halves = reversed(boxes) if swapped else boxes
        return np.concatenate([fit_image(image.crop(box), size, whole.channels, fit, whole.within) for box in halves])

    narrow = [(name, "too narrow for two images side by side") for name in whole.headers if name not in headers]
    form = replace(
        whole,
        headers=headers,
        layout=only(whole.layout, headers.keys()),
        problems=sorted([*whole.problems, *narrow]),
        size=rule.size,
        rule=rule.rule,
        channels=2 * whole.channels,
        decoder=both,
        swapped=swapped,
    )
    return Pairs(form, whole.channels, whole.within)


def _alike(ours: Scan, theirs: Scan, first: Placed, second: Placed) -> bool:
    one, other = ours.headers[first.name], theirs.headers[second.name]
    return abs(one.width * other.height - other.width * one.height) <= ASPECT * one.width * other.height


def _half(header: Header) -> Header:
    return replace(header, width=header.width // 2)


def _together(one: int, other: int) -> int:
    return zlib.crc32(f"{one:08x} {other:08x}".encode())
