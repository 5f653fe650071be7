"""Which values of images become black and white, where a byte does not say so: one range for all images of a source."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zerosum.errors import UserError

Range = tuple[float, float]
"""What becomes 0 and what becomes 255; values beyond are clipped."""
Given = str | Sequence[float]
"""A range as users write it: "LOW:HIGH", or a pair of numbers."""
Array = NDArray[Any]

BYTE: Range = (0.0, 255.0)
FULL: Range = (0.0, 65535.0)
MASK: Range = (0.0, 1.0)
DEPTH = 16
"""Bits that whole numbers may have."""
FEWEST, ASKED = "the fewest bits that hold all values", "as asked"
MASKS = "all grey images of 8 bits hold 0 and 1 alone: masks"


def parsed(value: Given | None) -> Range | None:
    """Return the range that "LOW:HIGH" says, as "0:4095" or "-1:1", or a pair; None where nothing is asked for.

    Raises:
        UserError: it is none, or LOW is not below HIGH.
    """
    if value is None:
        return None
    try:
        low, high = map(float, value.split(":") if isinstance(value, str) else value)
    except (TypeError, ValueError):
        low, high = np.nan, np.nan
    if not -np.inf < low < high < np.inf:
        raise UserError(f"range is '{value}': use LOW:HIGH, the values of black and of white, such as 0:4095")
    return low, high


def shown(values: Range) -> str:
    """Return a range as `--range` takes it."""
    return ":".join(f"{value:.10g}" for value in values)


def of_whole(low: float, high: float) -> Range | None:
    """Return the range of whole numbers from `low` to `high`: that of the fewest bits that hold them.

    0 and 1 alone are masks; else there are 8 bits or more, since dark images of 8 bits are common, and up to 16, since
    cameras and scanners put 10, 12 or 14 bits into files of 16. None: they are negative or have more bits.
    """
    if low < 0 or high >= 2**DEPTH:
        return None
    bits = 1 if high == 1 else max(8, int(high).bit_length())
    return 0.0, 2.0**bits - 1


@dataclass(frozen=True)
class Extremes:
    """The smallest and the largest value of images, and whether they are whole numbers of at most 16 bits."""

    low: float
    high: float
    whole: bool


@dataclass(frozen=True)
class Levels:
    """The range of the images of a source, and what chose it, in words."""

    range: Range
    rule: str


def of_files(extremes: Sequence[Extremes]) -> Levels | None:
    """Return the range of files of more than 8 bits: of whole numbers that of `of_whole`, else from the smallest value.

    None: there are no such files.
    """
    if not extremes:
        return None
    low, high = min(one.low for one in extremes), max(one.high for one in extremes)
    if all(one.whole for one in extremes) and (bits := of_whole(low, high)):
        return Levels(bits, FEWEST)
    return Levels((low, high if high > low else low + 1), "the smallest and the largest of all values")


def check_used(within: Range | None, name: str, *used: Range | None) -> None:
    """Raise UserError where a range is asked for and there is nothing that it is used for."""
    if within is not None and not any(used):
        raise UserError(f"{name} has images of 8 bits: leave out --range, which is for deeper ones")


def of_array(values: Array, path: object) -> Range:
    """Return the range of the values of an array: of booleans and whole numbers that of their bits (`of_whole`).

    Floats within [0, 1], [-1, 1] or [0, 255] have that range.

    Raises:
        UserError: values are no numbers, are not finite, or are others than these.
    """
    check_numbers(values, path)
    check_finite(values, path)
    low, high = float(values.min()), float(values.max())
    within: Range | None = None
    if values.dtype.kind == "b":
        within = (0.0, 1.0)
    elif values.dtype.kind in "iu":
        within = of_whole(low, high)
    elif values.dtype.kind == "f":
        within = next((each for each in ((0.0, 1.0), (-1.0, 1.0), BYTE) if each[0] <= low and high <= each[1]), None)
    if within is None:
        raise UserError(
            f"{path} holds {values.dtype} values from {low:g} to {high:g}: save images as uint8, 0 to 255, or say with "
            "--range which values are black and white"
        )
    return within


def array_rule(values: Array) -> str:
    """Return what `of_array` goes by, in words."""
    return FEWEST if values.dtype.kind in "iub" else "the narrowest of 0:1, -1:1 and 0:255 that holds all values"


def scaled(values: Array, within: Range) -> Array:
    """Return values brought to 0..255: 255 (v - low) / (high - low), clipped, floats."""
    low, high = within
    return np.clip((values - low) * (255 / (high - low)), 0, 255)


def check_numbers(values: Array, path: object) -> None:
    """Raise UserError where values are text, dates or anything else that is no real number."""
    if values.dtype.kind not in "biuf":
        raise UserError(f"{path} holds values of type {values.dtype}, no numbers: save images as uint8, 0 to 255")


def check_finite(values: Array, path: object) -> None:
    """Raise UserError where values are NaN or infinite; it says how many."""
    if values.dtype.kind == "f" and (lost := int(values.size - np.isfinite(values).sum())):
        raise UserError(
            f"{path} holds {lost:,} values that are NaN or infinite, of {values.size:,}: leave these samples out, or "
            "save images as uint8, 0 to 255"
        )
