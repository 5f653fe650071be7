"""The forms of controls: a latent, a label of the data, codes found without labels, and images that are given."""

import logging
from abc import ABC
from dataclasses import dataclass
from typing import Any, ClassVar, Literal
from unicodedata import normalize

import torch
from torch import Tensor

from zerosum.core.form import UNBOUNDED, Bounds, Device, Form
from zerosum.errors import UserError

log = logging.getLogger(__name__)
Prior = Literal["normal", "uniform"]
UNIT: Bounds = (-1.0, 1.0)


@dataclass(frozen=True)
class Latent(Form):
    """Noise that means nothing in particular: float32 [N, size].

    Args:
        size: dimensions.
        prior: N(0, 1) or U(-1, 1) in each dimension; inputs that are given may be any numbers.
    """

    size: int
    prior: Prior = "normal"

    @property
    def support(self) -> Bounds:
        """That of the prior."""
        return UNIT if self.prior == "uniform" else UNBOUNDED

    @property
    def spherical(self) -> bool:
        """Whether the prior is N(0, 1)."""
        return self.prior == "normal"

    def draw(self, n: int, generator: torch.Generator | None = None, device: Device = "cpu") -> Tensor:
        """Draw from the prior."""
        if self.prior == "uniform":
            return uniform(n, self.size, generator, device)
        return torch.randn(n, self.size, generator=generator, device=device)

    def truncated(self, inputs: Tensor, factor: float) -> Tensor:
        """Return inputs times the factor: the mean of either prior is 0."""
        return inputs * factor

    def takes(self) -> str:
        """Return how many numbers."""
        return f"{self.size} numbers"


@dataclass(frozen=True)
class Code(Form):
    """One number that comes to mean something without labels: float32 [N, 1], U(-1, 1)."""

    size = 1

    @property
    def bounds(self) -> Bounds:
        """From -1 to 1."""
        return UNIT

    def draw(self, n: int, generator: torch.Generator | None = None, device: Device = "cpu") -> Tensor:
        """Draw from U(-1, 1)."""
        return uniform(n, 1, generator, device)

    def takes(self) -> str:
        """Return the bounds."""
        return span(self.bounds)


class Choice(Form, ABC):
    """One of several, by its number: int64 [N], 0 <= input < size, drawn evenly."""

    discrete: ClassVar[bool] = True

    @property
    def shape(self) -> tuple[int | None, ...]:
        """None: a number alone."""
        return ()

    @property
    def bounds(self) -> Bounds:
        """The first and the last number."""
        return 0.0, self.size - 1.0

    def draw(self, n: int, generator: torch.Generator | None = None, device: Device = "cpu") -> Tensor:
        """Draw each as often as any other."""
        return torch.randint(self.size, (n,), generator=generator, device=device)

    def takes(self) -> str:
        """Return the numbers, or the names."""
        numbers = span(self.bounds)
        if not self.names or self.names == tuple(map(str, range(self.size))):
            return numbers
        return ("" if by_name_alone(self.names) else f"{numbers}, or ") + f"one of {', '.join(self.names)}"


@dataclass(frozen=True)
class Category(Choice):
    """One of `size` kinds that were found without labels."""

    size: int


@dataclass(frozen=True)
class Label(Choice):
    """A class of the data: the batch holds it, under the control's name.

    Args:
        size: number of classes.
        names: of the classes, in order; () where they have none.
    """

    size: int
    names: tuple[str, ...] = ()

    def parse(self, word: str) -> float | None:
        """Return a class by its name; by its number where no name is a number itself, else "3" would be two classes.

        Where a name is also the number of another class, that the name counts is said.
        """
        # An accented letter is the same however it was typed.
        names, label = [normalize("NFC", name) for name in self.names], normalize("NFC", word)
        number = int(word) if word.isdecimal() and int(word) < self.size else None
        if label not in names:
            return None if by_name_alone(self.names) else number
        place = names.index(label)
        if number not in (None, place):
            log.warning("label %s is the class of that name, not number %s, counted from 0", word, word)
        return place

    def schema(self) -> dict[str, Any]:
        """Return the JSON schema of one input; names are titles of numbers."""
        titles = [{"const": number, "title": name} for number, name in enumerate(self.names)]
        return super().schema() | ({"oneOf": titles} if titles else {})


@dataclass(frozen=True)
class Dice(Form):
    """What decides each step of a sample that is made step by step: float32 [N, size], U(0, 1).

    Args:
        size: steps.
    """

    size: int

    @property
    def bounds(self) -> Bounds:
        """From 0 to 1."""
        return 0.0, 1.0

    def draw(self, n: int, generator: torch.Generator | None = None, device: Device = "cpu") -> Tensor:
        """Draw from U(0, 1)."""
        return torch.rand(n, self.size, generator=generator, device=device)

    def takes(self) -> str:
        """Return how many numbers, and the bounds."""
        return f"{self.size} numbers, {span(self.bounds)}"


@dataclass(frozen=True)
class Dial(Form):
    """A number that is turned by hand: float32 [N, 1]. It is not left to chance: what is drawn is the usual one.

    Args:
        low: the smallest.
        high: the largest.
        usual: what it is where nobody turns it.
    """

    low: float
    high: float
    usual: float
    size = 1

    @property
    def bounds(self) -> Bounds:
        """The smallest and the largest."""
        return self.low, self.high

    def draw(self, n: int, generator: torch.Generator | None = None, device: Device = "cpu") -> Tensor:
        """Return the usual number."""
        return torch.full((n, 1), self.usual, device=device)

    def takes(self) -> str:
        """Return the bounds, and the usual number."""
        return f"{span(self.bounds)}, usually {self.usual:g}"


@dataclass(frozen=True)
class Given(Form):
    """An image that is made into another one: float32 [N, channels, H, W] in [-1, 1], of any H and W; never drawn."""

    channels: int
    drawn: ClassVar[bool] = False

    @property
    def size(self) -> int:  # type: ignore[override]
        """The channels."""
        return self.channels

    @property
    def shape(self) -> tuple[int | None, ...]:
        """Channels, height and width; sides are the image's own."""
        return (self.channels, None, None)

    @property
    def bounds(self) -> Bounds:
        """From -1 to 1."""
        return UNIT

    def draw(self, n: int, generator: torch.Generator | None = None, device: Device = "cpu") -> Tensor:
        """Draw nothing.

        Raises:
            UserError: always, to be read after the control's name: images have no prior.
        """
        raise UserError("is an image and is not drawn: give it, as `zerosum translate` does")

    def takes(self) -> str:
        """Return how many channels, and the bounds."""
        channels = "channels" if self.channels > 1 else "channel"
        return f"images of {self.channels} {channels}, {span(self.bounds)}"

    def wrong(self, values: Tensor) -> str:
        """Return what is wrong with images."""
        if values.ndim != 4 or values.shape[1] != self.channels or not values.is_floating_point():
            return f"{values.dtype} of shape {list(values.shape)}: give [N, C, H, W], {self.takes()}"
        return super().wrong(values)


def uniform(n: int, size: int, generator: torch.Generator | None, device: Device) -> Tensor:
    """Draw from U(-1, 1), float32 [n, size]."""
    return torch.rand(n, size, generator=generator, device=device) * 2 - 1


def span(bounds: Bounds) -> str:
    """Return bounds in words, "0 to 9"."""
    low, high = bounds
    return f"{low:g} to {high:g}"


def by_name_alone(names: tuple[str, ...]) -> bool:
    """Return whether numbers are names of classes, so that they are nothing else."""
    return any(name.isdecimal() for name in names)
