"""Toy densities: known in closed form, so that one can see, and measure, how p_g moves onto p_data.

The ring and the grid are those of "Unrolled GAN" (Metz et al., arXiv:1611.02163) and "VEEGAN" (Srivastava et al.,
arXiv:1705.07761). 100,000 training points and 10,000 test points are drawn with fixed seeds; there are no labels.
"""

import math

import torch
from torch import Tensor

from zerosum.data.dataset import Resident
from zerosum.data.density import Density
from zerosum.data.names import TOYS

COUNTS = {"train": 100_000, "test": 10_000}
SEEDS = {"train": 20140610, "test": 20140611}


def _mixture_pdf(x: Tensor, centres: Tensor, sigma: float) -> Tensor:
    """p(x) = 1/K sum_k N(x; c_k, sigma^2 I), summed as logarithms, since narrow components underflow."""
    dimension = centres.shape[1]
    distance = torch.cdist(x.to(torch.float64).reshape(-1, dimension), centres.to(torch.float64))
    log_normal = -0.5 * (distance / sigma) ** 2 - dimension * math.log(sigma * math.sqrt(2 * math.pi))
    return (torch.logsumexp(log_normal, dim=1) - math.log(len(centres))).exp().to(torch.float32)


class Mixture(Density):
    """Normal densities of equal weight and equal sigma: p(x) = 1/K sum_k N(x; modes_k, sigma^2 I)."""

    modes: Tensor
    sigma: float

    def __init__(self, name: str, modes: Tensor, sigma: float) -> None:
        self.name, self.modes, self.sigma = name, modes.to(torch.float32), sigma
        self.mean = self.modes.mean(0)
        self.std = (self.modes.var(0, correction=0) + sigma**2).sqrt()

    def sample(self, n: int, generator: torch.Generator | None = None) -> Tensor:
        """Draw [n, D]: a component for each point, then noise."""
        component = torch.randint(len(self.modes), (n,), generator=generator)
        return self.modes[component] + self.sigma * torch.randn(n, self.modes.shape[1], generator=generator)

    def pdf(self, x: Tensor) -> Tensor:
        """Return p(x), exactly."""
        return _mixture_pdf(x, self.modes, self.sigma)


class SwissRoll(Density):
    """A spiral: (t cos t, t sin t) / 3 with t uniform on [1.5 pi, 4.5 pi], plus normal noise of 0.1."""

    noise = 0.1
    modes = None
    sigma = None

    def __init__(self) -> None:
        self.name = "swiss-roll"
        # Midpoints, denser than the noise is wide: an integral over t is a mean over these to 1e-6.
        self._curve = self._at((torch.arange(1024, dtype=torch.float64) + 0.5) / 1024)
        self.mean = self._curve.mean(0).to(torch.float32)
        self.std = (self._curve.var(0, correction=0) + self.noise**2).sqrt().to(torch.float32)

    @staticmethod
    def _at(u: Tensor) -> Tensor:
        t = 1.5 * math.pi * (1 + 2 * u)
        return torch.stack([t * t.cos(), t * t.sin()], dim=1) / 3

    def sample(self, n: int, generator: torch.Generator | None = None) -> Tensor:
        """Draw [n, 2]: a place along the spiral for each point, then noise."""
        place = self._at(torch.rand(n, generator=generator))
        return place + self.noise * torch.randn(n, 2, generator=generator)

    def pdf(self, x: Tensor) -> Tensor:
        """Return p(x), integrated over the spiral numerically."""
        return _mixture_pdf(x, self._curve, self.noise)


def _ring() -> Tensor:
    angle = torch.arange(8) * (2 * math.pi / 8)
    return 2 * torch.stack([angle.cos(), angle.sin()], dim=1)


def _grid() -> Tensor:
    return torch.cartesian_prod(torch.arange(-4.0, 5.0, 2.0), torch.arange(-4.0, 5.0, 2.0))


def density(name: str) -> Density:
    """Return the density called `name`, one of `names.TOYS`; KeyError otherwise."""
    return {
        "gaussian": lambda: Mixture(name, torch.tensor([[4.0]]), 1.25),
        "mixture-1d": lambda: Mixture(name, torch.tensor([[-4.0], [0.0], [4.0]]), 0.5),
        "8-ring": lambda: Mixture(name, _ring(), 0.02),
        "25-grid": lambda: Mixture(name, _grid(), 0.05),
        "swiss-roll": SwissRoll,
    }[name]()


def load_toy(name: str, *, split: str = "train") -> Resident:
    """Return the fixed points of a split: 100,000 to train on or 10,000 to test with, standardised inside."""
    drawn_from = density(name)
    points = drawn_from.sample(COUNTS[split], torch.Generator().manual_seed(SEEDS[split] + list(TOYS).index(name)))
    return Resident(points, name=name, split=split, center=drawn_from.mean, scale=drawn_from.std, density=drawn_from)
