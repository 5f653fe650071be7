"""A density in closed form, which points are drawn from and measured against."""

import abc

import torch
from torch import Tensor


class Density(abc.ABC):
    """A density over [D] in its own (outside) units.

    Attributes:
        name: as the user says it.
        modes: [K, D], the centres of its equal components, or None where it has no separate ones.
        sigma: the standard deviation of a component, or None.
        mean: [D] of the density.
        std: [D] of the density.
    """

    name: str
    modes: Tensor | None
    sigma: float | None
    mean: Tensor
    std: Tensor

    @abc.abstractmethod
    def sample(self, n: int, generator: torch.Generator | None = None) -> Tensor:
        """Draw float32 [n, D]; the draws are on the CPU and depend on `generator` alone."""

    @abc.abstractmethod
    def pdf(self, x: Tensor) -> Tensor:
        """Return p(x) as float32 [N] for points [N, D]; a 1-D density takes [N] as well."""
