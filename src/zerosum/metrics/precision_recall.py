"""Improved precision and recall: fidelity and variety apart."""

from torch import Tensor

from zerosum.metrics.checks import check_pair
from zerosum.metrics.neighbours import radii_in
from zerosum.metrics.overlap import overlaps
from zerosum.metrics.squared_distances import clouds


def precision_recall(
    real: Tensor, fake: Tensor, k: int = 3, *, real_radii: Tensor | None = None, fake_radii: Tensor | None = None
) -> tuple[float, float]:
    """Return (precision, recall) of features [n, d] and [m, d].

    Kynkaanniemi et al., arXiv:1904.06991, equations 1 and 2. Precision: share of fakes inside the ball of any real;
    recall: share of reals inside the ball of any fake. The ball of a point reaches to its k-th nearest neighbour in its
    own set. High precision with low recall is mode collapse. Radii that are known already can be passed in.

    Raises:
        UserError: the features differ in width, are not finite, or number k or fewer.
    """
    check_pair(real, fake)
    one, two = clouds(real, fake)
    reach = radii_in(one, (k,))[0] if real_radii is None else real_radii
    fake_reach = radii_in(two, (k,))[0] if fake_radii is None else fake_radii
    (of_real,), (of_fake,) = overlaps(one, two, [reach], [fake_reach])
    return of_real.covered, of_fake.covered
