"""Density and coverage: fidelity and variety, robust to outliers among the fakes."""

import math

from torch import Tensor

from zerosum.metrics.checks import check_pair
from zerosum.metrics.neighbours import radii_in
from zerosum.metrics.overlap import overlaps
from zerosum.metrics.squared_distances import clouds


def density_coverage(
    real: Tensor, fake: Tensor, k: int = 5, *, real_radii: Tensor | None = None
) -> tuple[float, float]:
    """Return (density, coverage) of features [n, d] and [m, d].

    Naeem et al., arXiv:2002.09797, equations 3 and 4. With B_i the ball of real i, reaching to its k-th nearest real:
    density = 1 / (k m) sum_j sum_i 1[fake_j in B_i], which may exceed 1; coverage = share of B_i with any fake inside.

    Raises:
        UserError: the features differ in width, are not finite, or number k or fewer.
    """
    check_pair(real, fake)
    one, two = clouds(real, fake)
    reach = radii_in(one, (k,))[0] if real_radii is None else real_radii
    (of_real,), _ = overlaps(one, two, [reach], [])
    return of_real.pairs / (k * len(fake)), of_real.used


def expected_coverage(real: int, fake: int, k: int = 5) -> float:
    """Return the mean coverage of two equal distributions with `real` and `fake` samples.

    1 - prod_{t=1..k} (N - t) / (N + M - t) with N reals and M fakes, about 1 - 2^-k when N = M; E[density] is 1.
    """
    return 1 - math.prod((real - t) / (real + fake - t) for t in range(1, k + 1))
