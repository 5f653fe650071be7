"""Sizes of images as users write them, the size that images get by themselves, and the ways to bring them to it."""

import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from zerosum.errors import UserError

Size = int | str | tuple[int, int]
"""As asked for: the side of a square, "WIDTHxHEIGHT" as ffmpeg and ImageMagick have it, or (height, width)."""
Sides = tuple[int, int]
"""As it is kept: (height, width)."""
Fit = Literal["crop", "pad", "stretch"]
"""How images of other proportions come to a size: the centre of them, all of them on white, or out of proportion."""

FITS: tuple[Fit, ...] = ("crop", "pad", "stretch")
SMALLEST, LARGEST, UNIT = 8, 256, 4
MOST = 4096
COLOURS = {1: "grey", 3: "colour", 4: "colour with alpha"}
ALIKE, SHARE = 0.1, 0.75
"""Which part of the images must have the common aspect, and by which share of it an aspect may differ from it."""


def sides(size: Size) -> Sides:
    """Return (height, width).

    Raises:
        UserError: it is no size, or a side is not 1 to 4096 pixels.
    """
    match size:
        case str() if digits := re.fullmatch(r"(-?\d{1,9})(?:[xX](\d{1,9}))?", size.strip()):
            width, height = int(digits[1]), int(digits[2] or digits[1])
        case bool():
            raise _no_size(size)
        case int():
            height = width = size
        case int(height), int(width):
            pass
        case _:
            raise _no_size(size)
    if not (1 <= height <= MOST and 1 <= width <= MOST):
        raise UserError(f"size is {written((height, width))}: use 1 to {MOST} pixels a side")
    return height, width


def _no_size(size: object) -> UserError:
    return UserError(f"size is '{size}': use pixels a side, such as 64, or WIDTHxHEIGHT, such as 96x64")


def written(size: Sides) -> int | str:
    """Return (height, width) as a recipe has it: the side of a square, or "WIDTHxHEIGHT"."""
    height, width = size
    return height if height == width else shown(height, width)


def shown(height: int, width: int) -> str:
    """Return a size in the order of `--size`: "WIDTHxHEIGHT"."""
    return f"{width}x{height}"


def described(shape: Sequence[int]) -> str:
    """Return the size and the colours of images [C, H, W] in words, such as "96x64 colour"."""
    channels, height, width = shape
    return f"{shown(height, width)} {COLOURS.get(channels, f'in {channels} channels')}"


@dataclass(frozen=True)
class SizeRule:
    """A size, (height, width), and the rule that chose it, in words."""

    size: Sides
    rule: str


def choose_size(size: Size | None, sizes: Sequence[tuple[int, int]]) -> SizeRule:
    """Return the size that images get: as asked for, else by the first of three rules that applies.

    - All have one size, with both sides multiples of 4 from 8 to 256: that one.
    - At least 3/4 of them have an aspect (width by height) within a tenth of the median aspect: that aspect, the short
      side the largest power of two not above the median short side, from 8 to 256; the long side in proportion, a
      multiple of 4, at most 256, where both shrink.
    - Else a square of that short side.

    Args:
        size: as the user asks for; None: not.
        sizes: (width, height) of each image, at least one.
    """
    if size is not None:
        return SizeRule(sides(size), "as asked")
    (width, height), *others = set(sizes)
    if not others and all(SMALLEST <= side <= LARGEST and side % UNIT == 0 for side in (width, height)):
        return SizeRule((height, width), "their own")
    short = power_of_two([min(each) for each in sizes])
    aspects = [width / height for width, height in sizes]
    aspect = statistics.median(aspects)
    alike = sum(abs(one / aspect - 1) <= ALIKE for one in aspects) / len(aspects)
    if alike < SHARE:
        return SizeRule((short, short), "a square: the images have no aspect in common")
    long, short = _in_proportion(short, max(aspect, 1 / aspect))
    return SizeRule((long, short) if aspect < 1 else (short, long), "their aspect, the short side a power of two")


def pairs_side_by_side(sizes: Sequence[tuple[int, int]]) -> bool:
    """Whether images, each (width, height), look like pairs of squares side by side: all are twice as wide as high."""
    return all(width == 2 * height for width, height in sizes)


def power_of_two(short_sides: Sequence[int]) -> int:
    """Return the largest power of two not above the median, from 8 to 256."""
    median = int(statistics.median(short_sides))
    return min(max(1 << (max(median, 1).bit_length() - 1), SMALLEST), LARGEST)


def _in_proportion(short: int, aspect: float) -> tuple[int, int]:
    """Return the (long, short) side for an aspect of 1 or more."""
    long = _rounded(short * aspect)
    return (long, short) if long <= LARGEST else (LARGEST, max(_rounded(LARGEST / aspect), SMALLEST))


def _rounded(side: float) -> int:
    return round(side / UNIT) * UNIT
