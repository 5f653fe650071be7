"""How far samples are from each other, in feature space."""

from torch import Tensor

from zerosum.errors import UserError
from zerosum.metrics.checks import check_pair
from zerosum.metrics.neighbours import distances


def feature_diversity(real: Tensor, fake: Tensor) -> float:
    """Return the mean distance of all pairs of features `fake` [m, d] over that of `real` [n, d].

    1 where the samples are as diverse as the data, 0 where they are all the same; noise can be more diverse than data.

    Raises:
        UserError: the features differ in width, are not finite, fewer than two, or the real ones are all the same.
    """
    check_pair(real, fake)
    theirs = mean_distance(real)
    if theirs == 0:
        raise UserError("the real features are all the same, there is no diversity to compare with; use other data")
    return mean_distance(fake) / theirs


def mean_distance(features: Tensor) -> float:
    """Return the mean Euclidean distance of the pairs of features [n, d], n >= 2."""
    total = sum(float(block.sum()) for block in distances(features, features))
    return total / (len(features) * (len(features) - 1))
