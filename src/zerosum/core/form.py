"""What the inputs of a control may be: a form draws, checks and describes them, and reads them off a word."""

import abc
import math
from collections.abc import Sequence
from typing import Any, ClassVar

import torch
from torch import Tensor

Bounds = tuple[float, float]
Device = torch.device | str
UNBOUNDED: Bounds = (-math.inf, math.inf)


class Form(abc.ABC):
    """The form of a control's inputs. Forms are frozen dataclasses, so that equal ones are one.

    A form of one's own says its `size`, `draw` and `takes`; what stands here suits rows of `size` numbers.
    """

    size: int
    """How many numbers an input has, how many classes there are to choose from, or how many channels."""
    names: tuple[str, ...] = ()
    """Names of the classes, in order; () where inputs have none."""
    discrete: ClassVar[bool] = False
    """Whether inputs are whole numbers, 0 <= input < size, rather than rows of numbers."""
    drawn: ClassVar[bool] = True
    """Whether inputs have a distribution; otherwise they are always given."""

    @abc.abstractmethod
    def draw(self, n: int, generator: torch.Generator | None = None, device: Device = "cpu") -> Tensor:
        """Draw inputs, [n, *shape]."""

    @abc.abstractmethod
    def takes(self) -> str:
        """Return in words what an input may be, such as "0 to 9"."""

    @property
    def shape(self) -> tuple[int | None, ...]:
        """The shape of one input; None for a side that each input has its own of."""
        return (self.size,)

    @property
    def dtype(self) -> torch.dtype:
        """Of the inputs: int64 where they are whole numbers, float32 otherwise."""
        return torch.int64 if self.discrete else torch.float32

    @property
    def bounds(self) -> Bounds:
        """The smallest and the largest number that is taken."""
        return UNBOUNDED

    @property
    def support(self) -> Bounds:
        """The smallest and the largest number that is drawn: what is steered is kept between them."""
        return self.bounds

    @property
    def spherical(self) -> bool:
        """Whether inputs are standard normal, so that the way between two is a great circle, not a straight line."""
        return False

    @property
    def one_word(self) -> bool:
        """Whether one word of the command line can say an input."""
        return self.discrete or self.shape == (1,)

    def truncated(self, inputs: Tensor, factor: float) -> Tensor:
        """Return inputs nearer to their mean by a factor in (0, 1], where they have one."""
        return inputs

    def parse(self, word: str) -> float | None:
        """Return the number that a word of the command line says; None where it says none that is taken."""
        try:
            value = float(word)
        except ValueError:
            return None
        low, high = self.bounds
        whole = value.is_integer() or not self.discrete
        return value if low <= value <= high and math.isfinite(value) and whole else None

    def inputs(self, values: Sequence[float]) -> Tensor:
        """Return numbers, each of which says an input, as inputs: float32 [n, 1], or int64 [n], rounded."""
        numbers = torch.tensor(values)
        return numbers.round().to(self.dtype) if self.discrete else numbers[:, None]

    def wrong(self, values: Tensor) -> str:
        """Return what is wrong with inputs, to be read after "inputs are"; "" where nothing is."""
        if values.ndim == 0 or not self._fits(tuple(values.shape[1:])):
            rows = "one number" if self.discrete else f"{self.size} numbers"
            return f"of shape {list(values.shape)}: give {rows} a row"
        if self.discrete and values.is_floating_point():
            return f"{values.dtype}: give whole numbers, {self.takes()}"
        low, high = self.bounds
        inside = ((values >= low) & (values <= high) & values.isfinite()).all()
        return "" if inside else f"out of range: it takes {self.takes()}, finite"

    def schema(self) -> dict[str, Any]:
        """Return the JSON schema of one input."""
        low, high = self.bounds
        bounds = {"minimum": low, "maximum": high} if math.isfinite(high - low) else {}
        schema: dict[str, Any] = {"type": "integer" if self.discrete else "number"} | bounds
        for side in reversed(self.shape):
            sides = {} if side is None else {"minItems": side, "maxItems": side}
            schema = {"type": "array", "items": schema} | sides
        return schema

    def _fits(self, shape: Sequence[int]) -> bool:
        """Whether one input may be of this shape."""
        sides = zip(shape, self.shape, strict=False)
        return len(shape) == len(self.shape) and all(length in (None, side) for side, length in sides)
