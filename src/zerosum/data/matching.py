"""Pairs in files: two folders or zips matched by file name, or one whose images hold a pair side by side.

A pair is loaded as one image with the channels of both, the source's first, so that whatever holds images holds pairs.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from zerosum.data.dataset import Problem
from zerosum.data.decode import BadImageError, Header, Pixels, decode, native
from zerosum.data.decode import fit as fit_image
from zerosum.data.images import Scan, scan, sizes_of
from zerosum.data.layout import Layout, Placed, place
from zerosum.data.ranges import Range
from zerosum.data.size import Fit, Sides, Size, choose_size
from zerosum.errors import UserError

ASPECT = 0.05
"""By which share the ratio of width to height may differ in a pair: beyond it the images cannot show the same."""


@dataclass(frozen=True)
class Pairs:
    """Pairs of files, ready to be loaded: `seen.channels` are those of both images, `channels` those of the source.

    `levels` is the range of sources of more than 8 bits; that of the targets is in `seen`.
    """

    seen: Scan
    channels: int
    levels: Range | None


@dataclass(frozen=True)
class Names:
    """How the names of two sets of files go together, without suffixes and without folders that only wrap."""

    both: dict[str, tuple[Placed, Placed]]
    source_only: tuple[str, ...]
    target_only: tuple[str, ...]
    doubled: tuple[Problem, ...] = ()


def by_name(source: Layout, target: Layout) -> Names:
    """Match files by their names without suffix; the folders of splits and labels are part of the name.

    Of files that differ in their suffix only, the first one counts.
    """
    ours, theirs = _first(source), _first(target)
    return Names(
        {key: (ours[key], theirs[key]) for key in sorted(ours.keys() & theirs.keys())},
        tuple(file.name for key, file in ours.items() if key not in theirs),
        tuple(file.name for key, file in theirs.items() if key not in ours),
        (*_doubled(source, ours), *_doubled(target, theirs)),
    )


def _first(layout: Layout) -> dict[str, Placed]:
    return {_stem(file): file for file in reversed(layout.files)}


def _doubled(layout: Layout, first: dict[str, Placed]) -> Iterator[Problem]:
    for file in layout.files:
        if (taken := first[_stem(file)]) is not file:
            yield file.name, f"{taken.name} has the same name and is taken"


def _stem(file: Placed) -> str:
    return PurePosixPath(file.key).with_suffix("").as_posix()


def left_out(names: Names, ours: Scan, theirs: Scan, source: Path, target: Path) -> list[Problem]:
    """Return the files that take part in no pair, and why."""
    found = [(name, f"no image of this name in {target}") for name in names.source_only]
    found += [(name, f"no image of this name in {source}") for name in names.target_only]
    apart = (pair for pair in names.both.values() if not _alike(ours, theirs, *pair))
    found += [(second.name, "the images of this pair have different proportions") for _, second in apart]
    return sorted([*found, *names.doubled])


def matched(
    source: Path,
    target: Path,
    *,
    size: Size | None = None,
    channels: int | None = None,
    fit: Fit = "crop",
    value_range: Range | None = None,
) -> Pairs:
    """Look at two folders or zips whose files have the same names; splits and labels are those of the target.

    Raises:
        UserError: no name is in both, no pair is of like proportions, or one of them holds no readable image.
    """
    form: dict[str, Any] = {"size": size, "channels": channels, "fit": fit, "value_range": value_range}
    ours, theirs = (scan(path, **form) for path in (source, target))
    names = by_name(ours.layout, theirs.layout)
    partner = {second.name: first.name for first, second in names.both.values() if _alike(ours, theirs, first, second)}
    if not partner:
        why = "the images of equal names differ in proportions" if names.both else "no file name is in both"
        raise UserError(
            f"{source} and {target} hold no pair, as {why}: give the two images of a pair the same name and shape, or "
            "train a system that needs no pairs, such as cyclegan"
        )
    headers = {name: theirs.headers[name] for name in sorted(partner)}
    found = choose_size(size, sizes_of(headers.values()))

    def both(name: str, size: Sides) -> Pixels:
        files = ((ours, partner[name]), (theirs, name))
        form = ((seen.files.read(file), size, seen.channels, fit, seen.within) for seen, file in files)
        return np.concatenate([decode(*each) for each in form])

    problems = [*_named(ours, source), *_named(theirs, target), *left_out(names, ours, theirs, source, target)]
    return Pairs(
        Scan(
            files=theirs.files,
            headers=headers,
            checksums={name: _together(ours.checksums[partner[name]], theirs.checksums[name]) for name in headers},
            problems=sorted(problems),
            # Placed anew: the test split is to be held out of what has pairs.
            layout=place(list(headers)),
            size=found.size,
            channels=ours.channels + theirs.channels,
            fit=fit,
            rule=found.rule,
            decoder=both,
            levels=theirs.levels,
        ),
        ours.channels,
        ours.within,
    )


def side_by_side(
    path: Path,
    *,
    size: Size | None = None,
    channels: int | None = None,
    fit: Fit = "crop",
    value_range: Range | None = None,
) -> Pairs:
    """Look at a folder or zip of images whose left half is the source and whose right half the target.

    Raises:
        UserError: nothing in it can be read, or no image is wide enough for two.
    """
    whole = scan(path, channels=channels, fit=fit, value_range=value_range)
    headers = {name: _half(header) for name, header in whole.headers.items() if header.width >= 2}
    if not headers:
        raise UserError(f"{path} holds no image that is wide enough for two: join source and target side by side")
    found = choose_size(size, sizes_of(headers.values()))

    def both(name: str, size: Sides) -> Pixels:
        image = native(whole.files.read(name))
        middle = image.width // 2
        if not middle:
            raise BadImageError("too narrow for two images side by side")
        # Of an odd width the column in the middle belongs to neither.
        boxes = (0, 0, middle, image.height), (image.width - middle, 0, image.width, image.height)
        return np.concatenate([fit_image(image.crop(box), size, whole.channels, fit, whole.within) for box in boxes])

    form = replace(whole, size=found.size, rule=found.rule, channels=2 * whole.channels, decoder=both)
    return Pairs(form, whole.channels, whole.within)


def _alike(ours: Scan, theirs: Scan, first: Placed, second: Placed) -> bool:
    one, other = ours.headers[first.name], theirs.headers[second.name]
    return abs(one.width * other.height - other.width * one.height) <= ASPECT * one.width * other.height


def _named(seen: Scan, path: Path) -> list[Problem]:
    return [(f"{path.name}/{name}", reason) for name, reason in seen.problems]


def _half(header: Header) -> Header:
    return replace(header, width=header.width // 2)


def _together(one: int, other: int) -> int:
    return zlib.crc32(f"{one:08x} {other:08x}".encode())
