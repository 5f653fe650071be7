"""Normalisation by the statistics of the image itself, which can be taken once and used again for each of its tiles."""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

Window = tuple[float, float, float, float]
WHOLE: Window = (0.0, 1.0, 0.0, 1.0)


@dataclass(frozen=True)
class Statistics:
    """Mean and variance of each channel of each image, each [N, C, 1, 1], and the pixels that they were taken of."""

    mean: Tensor
    variance: Tensor
    pixels: int

    @classmethod
    def of(cls, x: Tensor) -> "Statistics":
        """Take the statistics of [N, C, H, W] in float32; the variance is divided by H W."""
        variance, mean = torch.var_mean(x.float(), (2, 3), correction=0, keepdim=True)
        return cls(mean, variance, x.shape[2] * x.shape[3])

    def joined(self, other: "Statistics") -> "Statistics":
        """Return the statistics of the pixels of both: the parallel update of Chan, Golub and LeVeque 1983."""
        pixels = self.pixels + other.pixels
        share, difference = other.pixels / pixels, other.mean - self.mean
        variance = torch.lerp(self.variance, other.variance, share) + share * (1 - share) * difference.square()
        return Statistics(self.mean + share * difference, variance, pixels)


class ImageNorm(nn.Module):
    """Instance normalisation, (x - mean) / sqrt(variance + eps) by channel and image: Ulyanov et al., arXiv:1607.08022.

    The statistics are always those of the image, in evaluation too: nothing is learned of other images.

    Args:
        channels: of the input.
        affine: scale and shift each channel by learned numbers afterwards.
        eps: added to the variance.
    """

    def __init__(self, channels: int, *, affine: bool = False, eps: float = 1e-5) -> None:
        super().__init__()
        self.channels, self.eps = channels, eps
        self.weight = nn.Parameter(torch.ones(channels)) if affine else None
        self.bias = nn.Parameter(torch.zeros(channels)) if affine else None
        self.frozen: Statistics | None = None
        self.measurement: Measurement | None = None

    def forward(self, x: Tensor) -> Tensor:
        """Normalise [N, C, H, W]."""
        if self.measurement is not None:
            self.measurement.add(self, x)
        if self.frozen is None:
            return nn.functional.group_norm(x, self.channels, self.weight, self.bias, self.eps)
        scale = (self.frozen.variance + self.eps).rsqrt()
        normal = ((x.float() - self.frozen.mean) * scale).to(x.dtype)
        if self.weight is None or self.bias is None:
            return normal
        return normal * self.weight[:, None, None] + self.bias[:, None, None]

    def extra_repr(self) -> str:
        """Return the arguments, as `repr` shows them."""
        return f"{self.channels}, affine={self.weight is not None}"


@dataclass
class Measurement:
    """Statistics of all that passes a network's normalisations, joined over its calls.

    Attributes:
        found: statistics by the normalisation's path in the network, in the order in which they are passed.
        window: the part of each map that counts: (top, bottom, left, right) as shares of its height and width, so that
            the margins of tiles that overlap need not count twice.
    """

    names: dict[ImageNorm, str]
    found: dict[str, Statistics] = field(default_factory=dict)
    window: Window = WHOLE

    def add(self, norm: ImageNorm, x: Tensor) -> None:
        """Join the statistics of the window of `x`, [N, C, H, W]."""
        (top, bottom), (left, right) = (
            self._rows(x.shape[2], *self.window[:2]),
            self._rows(x.shape[3], *self.window[2:]),
        )
        new, name = Statistics.of(x[:, :, top:bottom, left:right].detach()), self.names[norm]
        self.found[name] = self.found[name].joined(new) if name in self.found else new

    @staticmethod
    def _rows(length: int, first: float, last: float) -> tuple[int, int]:
        return round(first * length), round(last * length)


def normalisations(module: nn.Module) -> dict[str, ImageNorm]:
    """Return the normalisations by image statistics in `module`, by path."""
    return {name: part for name, part in module.named_modules() if isinstance(part, ImageNorm)}


@contextlib.contextmanager
def measured(module: nn.Module) -> Iterator[Measurement]:
    """Measure the statistics at each normalisation of `module` inside the block, over all calls together."""
    norms = normalisations(module)
    measurement = Measurement({norm: name for name, norm in norms.items()})
    for norm in norms.values():
        norm.measurement = measurement
    try:
        yield measurement
    finally:
        for norm in norms.values():
            norm.measurement = None


@contextlib.contextmanager
def frozen(module: nn.Module, statistics: Mapping[str, Statistics]) -> Iterator[None]:
    """Let the normalisations of `module` that are named use these statistics inside the block, whatever they see."""
    norms = normalisations(module)
    for name, own in statistics.items():
        norms[name].frozen = own
    try:
        yield
    finally:
        for norm in norms.values():
            norm.frozen = None
