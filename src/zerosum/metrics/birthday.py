"""How many different samples a generator can make, from the coincidences among those it made."""

from torch import Tensor

from zerosum.errors import UserError
from zerosum.metrics.checks import check_pair
from zerosum.metrics.neighbours import distances, radii

PERCENTILE = 0.01
AT_LEAST = 100


def support(real: Tensor, fake: Tensor, *, radius: float | None = None) -> tuple[float, float | None]:
    """Return (estimate, standard error) of the size of the support that features `fake` [m, d] come from.

    The birthday paradox as a test of variety is Arora & Zhang's, arXiv:1706.08224: where s samples hold a duplicate
    with probability 1/2, the support is about s^2 / (2 log 2). Here all pairs are counted instead of one s searched
    for: each of the M (M - 1) / 2 is a duplicate with probability 1 / support, so from c duplicates the support is
    M (M - 1) / (2 c), which is right for an even distribution over k points. The error takes c as Poisson:
    support / sqrt(c). With no duplicate at all, the value is M (M - 1) / 2, a lower bound without an error.

    Duplicates are fakes within `radius` of each other; by default the nearness that only 1 % of the `real` ones [n, d]
    have to their nearest neighbour. So real data have duplicates too, and their value is the most that can be told.

    Raises:
        UserError: the features differ in width, are not finite, or there are fewer than 100.
    """
    check_pair(real, fake, at_least=AT_LEAST)
    radius = duplicate_radius(real) if radius is None else radius
    pairs = len(fake) * (len(fake) - 1) / 2
    duplicates = duplicate_pairs(fake, radius)
    return pairs / max(duplicates, 1), pairs / duplicates**1.5 if duplicates else None


def duplicate_radius(real: Tensor) -> float:
    """Return the distance below which features [n, d] count as duplicates: the 1st percentile of `real` to nearest."""
    nearest = radii(real, 1).sort().values
    return float(nearest[int(PERCENTILE * len(nearest))])


def duplicate_pairs(features: Tensor, radius: float) -> int:
    """Return how many pairs of features [m, d] are within `radius` of each other."""
    if radius < 0:
        raise UserError(f"a radius of {radius:g} holds nothing; give 0 or more")
    ordered = sum(int((block <= radius).sum()) for block in distances(features, features))
    return (ordered - len(features)) // 2
