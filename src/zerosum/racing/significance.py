"""Which of many differences between few runs are real: Welch's test with Holm's correction."""

import itertools
import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

ALPHA = 0.05
LEAST_SEEDS = 3
TERMS = 400


@dataclass(frozen=True)
class Difference:
    """Two groups of scores compared, the better of the two first.

    Attributes:
        better: name of the group with the lower geometric mean.
        worse: name of the other.
        factor: geometric mean of the worse over that of the better, 1 or more.
        p: two-sided probability of a difference this large between equals.
        adjusted: the same after correction for all the pairs that were compared.
    """

    better: str
    worse: str
    factor: float
    p: float
    adjusted: float

    @property
    def real(self) -> bool:
        """Whether the corrected probability is below `ALPHA`."""
        return self.adjusted < ALPHA


def differences(groups: Mapping[str, Sequence[float]]) -> list[Difference]:
    """Compare every two groups of positive scores, lower being better, by Welch's test on their logarithms.

    Logarithms, because a distance of 10 against 20 means as much as 100 against 200, and because spreads between seeds
    are then alike. Groups of fewer than `LEAST_SEEDS` scores are left out: of two numbers one cannot know the spread.
    """
    logs = {name: [_log(value) for value in values] for name, values in groups.items() if len(values) >= LEAST_SEEDS}
    pairs = list(itertools.combinations(logs, 2))
    chances = [welch(logs[a], logs[b]) for a, b in pairs]
    results = []
    for (a, b), p, adjusted in zip(pairs, chances, holm(chances), strict=True):
        gap = statistics.fmean(logs[b]) - statistics.fmean(logs[a])
        better, worse = (a, b) if gap >= 0 else (b, a)
        results.append(Difference(better, worse, math.exp(abs(gap)), p, adjusted))
    return results


def _log(value: float) -> float:
    """Return the logarithm of a distance; rounding may leave one at 0 or just below."""
    return math.log(max(value, 1e-12))


def welch(a: Sequence[float], b: Sequence[float]) -> float:
    """Return the two-sided p of Welch's t test (Welch 1947) that two samples of 2 or more have the same mean.

    t = (mean a - mean b) / s, s^2 = va / na + vb / nb, with s^4 / ((va / na)^2 / (na - 1) + (vb / nb)^2 / (nb - 1))
    degrees of freedom. Without any spread the limit is returned: 1 for equal means, otherwise 0.
    """
    shares = [statistics.variance(sample) / len(sample) for sample in (a, b)]
    gap, square = statistics.fmean(a) - statistics.fmean(b), sum(shares)
    if square == 0:
        return 1.0 if gap == 0 else 0.0
    freedom = square**2 / sum(share**2 / (len(sample) - 1) for share, sample in zip(shares, (a, b), strict=True))
    return student(gap / math.sqrt(square), freedom)


def holm(chances: Sequence[float]) -> list[float]:
    """Return p values corrected for their number, in the same order (Holm 1979).

    The i-th smallest of m becomes max over j <= i of min(1, (m - j + 1) p_j): the chance that any of the differences
    called real is none stays below the level, whatever the tests depend on.
    """
    order = sorted(range(len(chances)), key=lambda index: chances[index])
    adjusted, largest = [0.0] * len(chances), 0.0
    for rank, index in enumerate(order):
        largest = max(largest, min(1.0, (len(chances) - rank) * chances[index]))
        adjusted[index] = largest
    return adjusted


def student(t: float, freedom: float) -> float:
    """Return P(|T| >= |t|) for Student's distribution: I_x(freedom / 2, 1 / 2) at x = freedom / (freedom + t^2)."""
    return incomplete_beta(freedom / (freedom + t * t), freedom / 2, 0.5)


def incomplete_beta(x: float, a: float, b: float) -> float:
    """Return the regularised incomplete beta function I_x(a, b) by its continued fraction (DLMF 8.17.22)."""
    if not 0 < x < 1:
        return 0.0 if x <= 0 else 1.0
    if x > (a + 1) / (a + b + 2):  # where the fraction converges slowly, DLMF 8.17.4
        return 1 - incomplete_beta(1 - x, b, a)
    front = a * math.log(x) + b * math.log1p(-x) + math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    fraction = 1.0
    for n in range(TERMS, 0, -1):
        fraction = 1 + _coefficient(n, x, a, b) / fraction
    return math.exp(front) / (a * fraction)


def _coefficient(n: int, x: float, a: float, b: float) -> float:
    """Return d_n of DLMF 8.17.23."""
    m = n // 2
    if n % 2:
        return -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
    return m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))


def needed_factor(groups: Mapping[str, Sequence[float]]) -> float | None:
    """Return about how many times better a score must be to count as real here, or None where nothing is tested.

    exp(t s sqrt(2 / n)) with the spread s of the logarithms pooled over all groups, n of the smallest group, and t the
    value of Student's distribution with 2 (n - 1) degrees of freedom that has p = `ALPHA` / (number of pairs): what the
    hardest of Holm's steps asks for.
    """
    logs = [[_log(value) for value in values] for values in groups.values() if len(values) >= LEAST_SEEDS]
    if len(logs) < 2:
        return None
    freedom = sum(len(sample) - 1 for sample in logs)
    pooled = sum((len(sample) - 1) * statistics.variance(sample) for sample in logs) / freedom
    n = min(len(sample) for sample in logs)
    t = critical(ALPHA / math.comb(len(logs), 2), 2 * (n - 1))
    return math.exp(t * math.sqrt(pooled * 2 / n))


def critical(p: float, freedom: float) -> float:
    """Return the t, 0 or more, with P(|T| >= t) = p, by bisection."""
    low, high = 0.0, 1.0
    while student(high, freedom) > p:
        high *= 2
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if student(middle, freedom) > p else (low, middle)
    return (low + high) / 2
