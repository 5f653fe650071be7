"""Pairs in files: two folders or zips matched by file name, or one whose images hold a pair side by side.

A pair is loaded as one image with the channels of both, the source's first, so that whatever holds images holds pairs.
"""

import zlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

import numpy as np

from zerosum.data.dataset import Problem
from zerosum.data.decode import BadImageError, Header, Pixels, decode, fit, native
from zerosum.data.images import Scan, common_side, default_size, scan
from zerosum.data.layout import Layout, Placed
from zerosum.errors import UserError

ASPECT = 0.05
"""By which share the ratio of width to height may differ in a pair: beyond it the images cannot show the same."""


@dataclass(frozen=True)
class Pairs:
    """Pairs of files, ready to be loaded: `seen.channels` are those of both images, `channels` those of the source."""

    seen: Scan
    channels: int


@dataclass(frozen=True)
class Names:
    """How the names of two sets of files go together, without suffixes and without folders that only wrap."""

    both: dict[str, tuple[Placed, Placed]]
    source_only: tuple[str, ...]
    target_only: tuple[str, ...]


def by_name(source: Layout, target: Layout) -> Names:
    """Match files by their names without suffix; the folders of splits and labels are part of the name."""
    ours, theirs = ({_stem(file): file for file in layout.files} for layout in (source, target))
    return Names(
        {key: (ours[key], theirs[key]) for key in sorted(ours.keys() & theirs.keys())},
        tuple(file.name for key, file in ours.items() if key not in theirs),
        tuple(file.name for key, file in theirs.items() if key not in ours),
    )


def _stem(file: Placed) -> str:
    return PurePosixPath(file.key).with_suffix("").as_posix()


def matched(source: Path, target: Path, *, size: int | None = None, channels: int | None = None) -> Pairs:
    """Look at two folders or zips whose files have the same names; splits and labels are those of the target.

    Raises:
        UserError: no name is in both, or one of them holds no readable image.
    """
    ours, theirs = scan(source, size=size, channels=channels), scan(target, size=size, channels=channels)
    names = by_name(ours.layout, theirs.layout)
    apart = {key: pair for key, pair in names.both.items() if not _alike(ours, theirs, *pair)}
    pairs = {key: pair for key, pair in names.both.items() if key not in apart}
    if not pairs:
        raise UserError(
            f"{source} and {target} have no file name in common: give the two images of a pair the same name, or train "
            "a system that needs no pairs, such as cyclegan"
        )
    partner = {theirs_.name: ours_.name for ours_, theirs_ in pairs.values()}
    chosen = tuple(file for _, file in pairs.values())
    headers = {file.name: theirs.headers[file.name] for file in chosen}
    side = size or common_side(headers.values()) or default_size([h.short_side for h in headers.values()])

    def both(name: str, side: int) -> Pixels:
        files = ((ours, partner[name]), (theirs, name))
        return np.concatenate([decode(seen.files.read(file), side, seen.channels) for seen, file in files])

    problems = [*_named(ours, source), *_named(theirs, target), *_alone(names, source, target)]
    problems += [(pair[1].name, "the images of this pair have different proportions") for pair in apart.values()]
    return Pairs(
        Scan(
            files=theirs.files,
            headers=headers,
            checksums={name: _together(ours.checksums[partner[name]], theirs.checksums[name]) for name in headers},
            problems=sorted(problems),
            layout=replace(theirs.layout, files=chosen),
            size=side,
            channels=ours.channels + theirs.channels,
            decoder=both,
        ),
        ours.channels,
    )


def side_by_side(path: Path, *, size: int | None = None, channels: int | None = None) -> Pairs:
    """Look at a folder or zip of images whose left half is the source and whose right half the target.

    Raises:
        UserError: nothing in it can be read, or no image is wide enough for two.
    """
    whole = scan(path, channels=channels)
    headers = {name: _half(header) for name, header in whole.headers.items() if header.width >= 2}
    side = size or common_side(headers.values()) or default_size([h.short_side for h in headers.values()])

    def both(name: str, side: int) -> Pixels:
        image = native(whole.files.read(name))
        middle = image.width // 2
        if not middle:
            raise BadImageError("too narrow for two images side by side")
        # Of an odd width the column in the middle belongs to neither.
        boxes = (0, 0, middle, image.height), (image.width - middle, 0, image.width, image.height)
        return np.concatenate([fit(image.crop(box), side, whole.channels) for box in boxes])

    return Pairs(replace(whole, size=side, channels=2 * whole.channels, decoder=both), whole.channels)


def _alike(ours: Scan, theirs: Scan, first: Placed, second: Placed) -> bool:
    one, other = ours.headers[first.name], theirs.headers[second.name]
    return abs(one.width * other.height - other.width * one.height) <= ASPECT * one.width * other.height


def _alone(names: Names, source: Path, target: Path) -> Iterable[Problem]:
    yield from ((name, f"no image of this name in {target}") for name in names.source_only)
    yield from ((name, f"no image of this name in {source}") for name in names.target_only)


def _named(seen: Scan, path: Path) -> list[Problem]:
    return [(f"{path.name}/{name}", reason) for name, reason in seen.problems]


def _half(header: Header) -> Header:
    return replace(header, width=header.width // 2)


def _together(one: int, other: int) -> int:
    return zlib.crc32(f"{one:08x} {other:08x}".encode())
