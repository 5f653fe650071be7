"""Wasserstein-1 distance in one dimension, where it is exact."""

import torch
from torch import Tensor

from zerosum.errors import UserError


def wasserstein_1d(a: Tensor, b: Tensor) -> float:
    """Return the Wasserstein-1 distance of samples `a` [N] or [N, 1] and `b` [M] or [M, 1], in their own units.

    W1 = integral |F_a(x) - F_b(x)| dx of the empirical distribution functions; for N = M that is the mean of
    |a_(i) - b_(i)| over the sorted samples.

    Raises:
        UserError: the samples are not one-dimensional, not finite, or there are none.
    """
    a, b = (_sorted(samples) for samples in (a, b))
    points = torch.cat([a, b]).sort().values
    below_a, below_b = (torch.searchsorted(s, points[:-1], right=True).double() / len(s) for s in (a, b))
    return float(((below_a - below_b).abs() * points.diff()).sum())


def _sorted(samples: Tensor) -> Tensor:
    if samples.numel() != len(samples) or len(samples) == 0:
        raise UserError(f"the 1-D Wasserstein distance takes samples [N] or [N, 1], not {list(samples.shape)}")
    if not bool(samples.isfinite().all()):
        raise UserError("the samples hold NaN or infinity; they have diverged, use an earlier checkpoint")
    return samples.detach().cpu().double().flatten().sort().values
