"""Precision, recall, density and coverage together: they look at the same distances."""

from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor

from zerosum.metrics.checks import check_pair
from zerosum.metrics.neighbours import radii_in
from zerosum.metrics.overlap import overlaps
from zerosum.metrics.squared_distances import clouds


@dataclass(frozen=True)
class Manifolds:
    """How far the balls round two sets of features cover each other; see `precision_recall`, `density_coverage`."""

    precision: float
    recall: float
    density: float
    coverage: float


def manifolds(
    real: Tensor, fake: Tensor, *, near: int = 3, dense: int = 5, real_radii: Mapping[int, Tensor] | None = None
) -> Manifolds:
    """Return all four of features [n, d] and [m, d] in one pass over the n m distances.

    Precision and recall (Kynkaanniemi et al., arXiv:1904.06991) use balls to the `near`-th neighbour, density and
    coverage (Naeem et al., arXiv:2002.09797) to the `dense`-th. Radii of the reals that are known already can be passed
    in, by their k. Memory beside the features: a float32 copy of them and a few blocks of 2,000 x 2,000 numbers.

    Raises:
        UserError: the features differ in width, are not finite, or number `near` or `dense` or fewer.
    """
    check_pair(real, fake)
    one, two = clouds(real, fake)
    ks = sorted({near, dense})
    if real_radii is None:
        real_radii = dict(zip(ks, radii_in(one, ks), strict=True))
    forward, (reverse,) = overlaps(one, two, [real_radii[k] for k in ks], list(radii_in(two, [near])))
    close, wide = (forward[ks.index(k)] for k in (near, dense))
    return Manifolds(close.covered, reverse.covered, wide.pairs / (dense * len(fake)), wide.used)
