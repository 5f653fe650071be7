"""Number of statistically different bins: where the samples are too many or too few, told by a test."""

from dataclasses import dataclass

import torch
from torch import Tensor

from zerosum.errors import UserError
from zerosum.metrics.checks import check_pair
from zerosum.metrics.kmeans import assign, kmeans

BINS = 100
A_BIN = 10
CRITICAL = 1.96


@dataclass(frozen=True)
class Bins:
    """How two sets fill the bins of one of them."""

    z: Tensor
    """The two-proportion z of each bin, float64 [K]: below 0 where the fakes are too few."""
    js: float
    """Jensen-Shannon divergence of the two histograms in nats, 0..log 2."""

    @property
    def different(self) -> int:
        """The number of bins with |z| > 1.96, that is p < 0.05: a twentieth of them by chance alone."""
        return int((self.z.abs() > CRITICAL).sum())

    @property
    def share(self) -> float:
        """NDB / K."""
        return self.different / len(self.z)


def ndb(real: Tensor, fake: Tensor, *, bins: int = BINS, seed: int = 0) -> Bins:
    """Compare how features [n, d] and [m, d] fill the k-means bins of the first; use `bins_for` where samples are few.

    Richardson & Weiss, arXiv:1805.12462, section 2.2: z = (q - p) / sqrt(P (1 - P) (1 / n + 1 / m)), with p and q a
    bin's share of reals and fakes and P the share of both together.

    Raises:
        UserError: the features differ in width, are not finite, or there are fewer than 10 samples a bin.
    """
    check_pair(real, fake)
    if min(len(real), len(fake)) < A_BIN * bins:
        few = min(len(real), len(fake))
        raise UserError(f"{bins} bins need at least {A_BIN * bins} samples, there are {few}; draw more or take less")
    centres = kmeans(real, bins, seed=seed)
    counts = [torch.bincount(assign(features, centres), minlength=bins).double() for features in (real, fake)]
    p, q = counts[0] / len(real), counts[1] / len(fake)
    return Bins(_z(p, q, len(real), len(fake)), _jensen_shannon(p, q))


def bins_for(n: int) -> int:
    """Return how many bins suit `n` samples: 100, or fewer where there would be less than 10 samples a bin."""
    return max(2, min(BINS, n // A_BIN))


def _z(p: Tensor, q: Tensor, n: int, m: int) -> Tensor:
    pooled = (p * n + q * m) / (n + m)
    deviation = (pooled * (1 - pooled) * (1 / n + 1 / m)).sqrt()
    return torch.where(deviation > 0, (q - p) / deviation, 0.0)


def _jensen_shannon(p: Tensor, q: Tensor) -> float:
    middle = (p + q) / 2
    terms = [torch.special.xlogy(each, each).sum() - torch.special.xlogy(each, middle).sum() for each in (p, q)]
    return max(float(terms[0] + terms[1]) / 2, 0.0)
