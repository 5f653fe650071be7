"""Images that cannot be used, and why, in one line: whatever a decoder raises, and values that are none."""

import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError


class BadImageError(Exception):
    """An image that cannot be used; the message is the reason."""


@contextmanager
def quiet() -> Iterator[None]:
    """Silence the decoder's warnings; enter it in the thread that waits, since filters are shared by all threads."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def check_values(values: NDArray[Any]) -> None:
    """Raise BadImageError where values are not finite."""
    if not np.isfinite(values).all():
        raise BadImageError("holds NaN or infinity")


class reasons:  # noqa: N801 (used like a function)
    """Turn what decoders raise into BadImageError with a reason of one line."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _: Any, error: BaseException | None, __: Any) -> None:
        # Decoders raise nearly anything on hostile bytes: OSError, SyntaxError, ValueError, struct.error, KeyError...
        if error is None or isinstance(error, BadImageError) or not isinstance(error, Exception):
            return
        raise BadImageError(_reason(error)) from error


def _reason(error: Exception) -> str:
    text = " ".join(str(error).split())
    if isinstance(error, UnidentifiedImageError):
        return "not an image of a known format"
    if isinstance(error, Image.DecompressionBombError):
        return f"too large: over twice the limit of {Image.MAX_IMAGE_PIXELS:,} pixels"
    if isinstance(error, (EOFError, struct.error)) or "truncated" in text.lower() or "not enough image" in text:
        return "truncated"
    return f"cannot be decoded ({text[:120] or type(error).__name__})"
