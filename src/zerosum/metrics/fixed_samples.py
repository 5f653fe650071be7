"""Samples that are there already and cannot be drawn anew: what others made, or what was exported."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor


@dataclass(frozen=True)
class Fixed:
    """A fixed set of samples, numbered in some order.

    Attributes:
        count: how many there are.
        images: images(first, count), uint8 [count, C, H, W], or points, float32 [count, D].
        labels: int64 [count], numbers of the reals' classes; None where there are none.
        about: what protocols say of it.
    """

    count: int
    images: Callable[[int, int], Tensor]
    labels: Tensor | None = None
    about: dict[str, Any] = field(default_factory=dict)
