"""How near rows lie to the nearest rows of another table, and how densely those lie there."""

from dataclasses import dataclass

import torch
from torch import Tensor

CHUNK = 512
NEAREST = 20


@dataclass(frozen=True)
class Near:
    """Of each of N places the distances to the nearest others, ascending, float32 [N, k], k at most 20."""

    distances: Tensor

    @classmethod
    def of(cls, places: Tensor, others: Tensor, *, k: int = NEAREST) -> "Near":
        """Return those of places [N, d] to others [M, d], by the squared distances in parts of 512 rows."""
        parts = (squared(part, others).topk(min(k, len(others)), largest=False) for part in torch.split(places, CHUNK))
        return cls(torch.cat([part.values.sqrt() for part in parts]))

    @property
    def nearest(self) -> Tensor:
        """The distance to the nearest, [N]."""
        return self.distances[:, 0]

    def log_density(self, width: float) -> Tensor:
        """Return the logarithm of a Gaussian kernel density of the others, but for a constant, float64 [N].

        log sum_j exp(-d_j^2 / (2 width^2)) over the 20 nearest: the others add nothing where the width is that of the
        nearest.
        """
        return torch.logsumexp(-self.distances.double().square() / (2 * width**2), 1)


def squared(places: Tensor, others: Tensor) -> Tensor:
    """Return the squared distances of places [N, d] and others [M, d], float32 [N, M], 0 at least."""
    squares = torch.addmm(others.square().sum(1), places, others.T, alpha=-2) + places.square().sum(1, keepdim=True)
    return squares.clamp(min=0)
