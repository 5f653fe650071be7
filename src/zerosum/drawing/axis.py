"""An axis of a plot: values to pixels, round ticks. The pictures and the report share it."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Axis:
    """The straight map of the values `[low, high]` onto the pixels `[start, end]`; `end < start` for a y axis."""

    low: float
    high: float
    start: float
    end: float

    def at(self, values: npt.ArrayLike) -> Array:
        """Return the pixel position of each value."""
        share = (np.asarray(values, dtype=np.float64) - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    def ticks(self, count: int = 5) -> list[float]:
        """Return about `count` round values inside the axis."""
        return ticks(self.low, self.high, count)


def ticks(low: float, high: float, count: int = 5) -> list[float]:
    """Return the multiples of 1, 2 or 5 times a power of ten within `[low, high]`, about `count` of them."""
    rough = (high - low) / max(count, 1)
    power = 10.0 ** math.floor(math.log10(rough))
    step = min((1, 2, 5, 10), key=lambda factor: abs(math.log(factor * power / rough))) * power
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [float(f"{index * step:.12g}") for index in range(first, last + 1)]


def widened(low: float, high: float, margin: float = 0.05) -> tuple[float, float]:
    """Return the range with `margin` of its length added at both ends; a range of one value becomes one round it."""
    room = (high - low) * margin or abs(low) * 0.5 or 1.0
    return low - room, high + room
