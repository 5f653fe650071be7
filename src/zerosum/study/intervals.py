"""What a few paired measurements show: the mean of their differences, and how far it can be trusted."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from zerosum.errors import UserError
from zerosum.racing.significance import critical

LEVEL = 0.95


@dataclass(frozen=True)
class Difference:
    """The mean of paired differences and its confidence interval at `LEVEL`."""

    mean: float
    low: float
    high: float

    @property
    def sign(self) -> int:
        """1 or -1 where the interval leaves out 0 on that side, else 0."""
        return int(self.low > 0) - int(self.high < 0)


def paired(first: Sequence[float], second: Sequence[float]) -> Difference:
    """Return by how much `first` is greater than `second`, measured in pairs: mean +- t s / sqrt(n).

    s is the standard deviation of the n differences and t the value of Student's distribution with n - 1 degrees of
    freedom (Student 1908, "The probable error of a mean"). What the two of a pair share, such as their training images,
    drops out. Without any spread the interval is a point.

    Raises:
        UserError: there are fewer than two pairs, or the numbers differ.
    """
    if len(first) != len(second) or len(first) < 2:
        raise UserError(f"{len(first)} and {len(second)} measurements show no spread: pair at least 2 with as many")
    differences = [a - b for a, b in zip(first, second, strict=True)]
    mean, count = statistics.fmean(differences), len(differences)
    reach = critical(1 - LEVEL, count - 1) * statistics.stdev(differences) / math.sqrt(count)
    return Difference(mean, mean - reach, mean + reach)
