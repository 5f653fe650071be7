"""When is it done? From the slope of the scores against their noise band."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

LEAST, SHARE = 10, 3
"""The window: the newest third of the scores, but no fewer than 10."""
BAND = 2.0
"""Standard deviations about the trend that count as noise."""
TOLERANCE = 0.02
"""The part of the score below which an improvement does not matter."""
Z = 1.6448536269514722
"""The 95 % point of the normal distribution."""


@dataclass(frozen=True)
class Convergence:
    """What the newest scores of a run say about playing on; lower scores are better.

    Attributes:
        converged: whether playing on is worth little.
        scores: how many there are in the window.
        since: the round of the first of them.
        gain: the improvement over the window by the line of least squares; below 0, a worsening.
        at_most: the gain that it stays below with a confidence of 95 %.
        band: the gain that counts as none.
        best: the lowest score of the run.
        best_step: the round of that score.
    """

    converged: bool
    scores: int
    since: int
    gain: float
    at_most: float
    band: float
    best: float
    best_step: int

    def __str__(self) -> str:
        state = "converged" if self.converged else "not converged"
        trend = f"fell by {self.gain:.3g}" if self.gain >= 0 else f"rose by {-self.gain:.3g}"
        return (
            f"{state}: since round {self.since} ({self.scores} scores) the score {trend} and, at 95 % confidence, fell "
            f"by at most {max(self.at_most, 0.0):.3g}, {'less' if self.converged else 'not less'} than the "
            f"{self.band:.3g} that count as noise; best {self.best:.4g} after round {self.best_step}"
        )


def assess(scores: Sequence[tuple[int, float]]) -> Convergence | None:
    """Judge by (round, score) pairs in order whether a run has converged; None where there are fewer than 10.

    The window is the newest W = max(10, n / 3) of n scores, so that it grows with the run: what is asked is what
    another half of the time played so far could bring. Within it, with y = a + b t by least squares, s the standard
    deviation about that line (W - 2 degrees of freedom) and T = t_W - t_1,

        gain    = -b T
        at_most = gain + t_{0.95, W-2} s T / sqrt(sum (t_i - mean t)^2)
        band    = max(2 s, 0.02 mean y)

    and the run has converged where at_most < band: with a confidence of 95 % the whole window brought less than the
    noise of its scores, or less than 2 %. It is a test of equivalence: few or noisy scores make `at_most` large and
    keep a run going, they cannot end it.
    """
    finite = [(step, value) for step, value in scores if math.isfinite(value)]
    if len(finite) < LEAST:
        return None
    window = finite[-max(LEAST, -(-len(finite) // SHARE)) :]
    gain, error, noise = _line(window)
    mean = sum(value for _, value in window) / len(window)
    at_most, band = gain + t_quantile(len(window) - 2) * error, max(BAND * noise, TOLERANCE * abs(mean))
    best_step, best = min(finite, key=lambda pair: pair[1])
    return Convergence(at_most < band, len(window), window[0][0], gain, at_most, band, best, best_step)


def quick_scores(records: Sequence[Mapping[str, Any]]) -> list[tuple[int, float]]:
    """Return (round, score) of the quick scores among the lines of metrics.jsonl that compare with the last of them.

    Those of another metric or of other features, as an earlier version took them, stand on another scale.
    """
    quick = [record for record in records if record.get("quick")]
    return [
        (int(record["step"]), float(record["value"])) for record in quick if _measure(record) == _measure(quick[-1])
    ]


def _measure(record: Mapping[str, Any]) -> tuple[Any, Any]:
    """Return what a line measures, and by which features."""
    return record.get("metric"), (record.get("protocol") or {}).get("features_fingerprint")


def t_quantile(freedom: int) -> float:
    """Return the 95 % point of Student's t, to 0.0005 from 8 degrees of freedom on.

    The first terms of its expansion about the normal: formula 26.7.5 of Abramowitz and Stegun.
    """
    first, second = (Z**3 + Z) / 4, (5 * Z**5 + 16 * Z**3 + 3 * Z) / 96
    third = (3 * Z**7 + 19 * Z**5 + 17 * Z**3 - 15 * Z) / 384
    return Z + first / freedom + second / freedom**2 + third / freedom**3


def _line(points: Sequence[tuple[int, float]]) -> tuple[float, float, float]:
    """Return the fall of the line of least squares over the points, its standard error, and s about the line."""
    n, span = len(points), points[-1][0] - points[0][0]
    middle, mean = sum(t for t, _ in points) / n, sum(y for _, y in points) / n
    spread = sum((t - middle) ** 2 for t, _ in points)
    slope = sum((t - middle) * (y - mean) for t, y in points) / spread
    residual = sum((y - mean - slope * (t - middle)) ** 2 for t, y in points)
    noise = math.sqrt(residual / (n - 2))
    return 0.0 - slope * span, noise * span / math.sqrt(spread), noise
