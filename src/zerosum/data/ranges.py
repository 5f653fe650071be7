"""Which values of images become black and white, where a byte does not say so: one range for all images of a source."""

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zerosum.errors import UserError

Range = tuple[float, float]
"""What becomes 0 and what becomes 255; values beyond are clipped."""
Array = NDArray[Any]

BYTE: Range = (0.0, 255.0)
DEPTH = 16
"""Bits that whole numbers may have."""


def parsed(text: str) -> Range:
    """Return the range that "LOW:HIGH" says, as "0:4095" or "-1:1".

    Raises:
        UserError: it is none, or LOW is not below HIGH.
    """
    number = r"\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*"
    found = re.fullmatch(f"{number}:{number}", text)
    if not found or not -np.inf < float(found[1]) < float(found[2]) < np.inf:
        raise UserError(f"range is '{text}': use LOW:HIGH, the values of black and of white, such as 0:4095")
    return float(found[1]), float(found[2])


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


def of_array(values: Array, path: object) -> Range:
    """Return the range of the values of an array: of booleans and whole numbers that of their bits (`of_whole`).

    Floats within [0, 1], [-1, 1] or [0, 255] have that range.

    Raises:
        UserError: values are not finite, or are others than these.
    """
    check_finite(values, path)
    low, high = float(values.min()), float(values.max())
    found: Range | None = None
    if values.dtype.kind == "b":
        found = (0.0, 1.0)
    elif values.dtype.kind in "iu":
        found = of_whole(low, high)
    elif values.dtype.kind == "f":
        found = next((known for known in ((0.0, 1.0), (-1.0, 1.0), BYTE) if known[0] <= low and high <= known[1]), None)
    if found is None:
        raise UserError(f"{path} holds {values.dtype} values from {low:g} to {high:g}: save images as uint8, 0 to 255")
    return found


def scaled(values: Array, within: Range) -> Array:
    """Return values brought to 0..255: 255 (v - low) / (high - low), clipped, floats."""
    low, high = within
    return np.clip((values - low) * (255 / (high - low)), 0, 255)


def check_finite(values: Array, path: object) -> None:
    """Raise UserError where values are NaN or infinite; it says how many."""
    if values.dtype.kind == "f" and (lost := int(values.size - np.isfinite(values).sum())):
        raise UserError(
            f"{path} holds {lost:,} values that are NaN or infinite, of {values.size:,}: leave these samples out, or "
            "save images as uint8, 0 to 255"
        )
