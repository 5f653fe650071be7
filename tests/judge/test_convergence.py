"""Convergence: the rule against its own formula, against scipy, and on curves whose answer is known."""

import math
import random

import numpy as np
import pytest
from scipy import stats

from zerosum.judge.convergence import BAND, LEAST, assess, quick_scores, t_quantile


def curve(value, n=30, every=100):
    return [(every * (i + 1), value(i)) for i in range(n)]


def noisy(trend, sigma, n, seed):
    chance = random.Random(seed)
    return curve(lambda i: trend(i) + chance.gauss(0, sigma), n)


@pytest.mark.parametrize("freedom", [8, 10, 20, 100])
def test_the_quantile_is_that_of_student(freedom):
    assert t_quantile(freedom) == pytest.approx(stats.t.ppf(0.95, freedom), abs=0.0005)


def test_the_numbers_are_those_of_a_regression():
    scores = noisy(lambda i: 50 - i, 2.0, 24, seed=0)
    found, window = assess(scores), scores[-LEAST:]
    line = stats.linregress(*zip(*window, strict=True))
    span = window[-1][0] - window[0][0]
    residual = np.array([y - line.intercept - line.slope * t for t, y in window])
    noise = math.sqrt(float(residual @ residual) / (LEAST - 2))
    assert found.gain == pytest.approx(-line.slope * span)
    assert found.at_most == pytest.approx(found.gain + stats.t.ppf(0.95, LEAST - 2) * line.stderr * span, rel=1e-3)
    assert found.band == pytest.approx(max(BAND * noise, 0.02 * np.mean([y for _, y in window])))
    assert (found.scores, found.since) == (LEAST, window[0][0])
    assert found.converged is (found.at_most < found.band)
    assert (found.best_step, found.best) == min(scores, key=lambda pair: pair[1])


def test_too_few_scores_say_nothing():
    assert assess(curve(lambda i: 1.0, LEAST - 1)) is None
    assert assess([*curve(lambda i: 1.0, LEAST - 1), (10_000, math.nan)]) is None


def test_the_window_is_the_newest_third():
    assert assess(curve(lambda i: 1.0, 90)).scores == 30
    assert assess(curve(lambda i: 1.0, 12)).scores == LEAST


def test_a_score_that_falls_steadily_has_not_converged_and_a_flat_one_has():
    assert not assess(curve(lambda i: 100 * 0.9**i)).converged
    assert assess(curve(lambda i: 7.0)).converged
    assert str(assess(curve(lambda i: 7.0))) == (
        "converged: since round 2100 (10 scores) the score fell by 0 and, at 95 % confidence, fell by at most 0, less "
        "than the 0.14 that count as noise; best 7 after round 100"
    )


def test_a_fall_within_the_tolerance_counts_as_none():
    falls = lambda part: assess(curve(lambda i: 100 * (1 - part * i / 29), 30))  # noqa: E731
    assert falls(0.05).converged  # a third of it, 1.6 %, in the window
    assert not falls(0.08).converged


def test_a_score_that_rises_has_converged_and_its_best_is_named():
    found = assess(curve(lambda i: 10 + abs(i - 15)))
    assert found.converged
    assert found.gain < 0
    assert (found.best, found.best_step) == (10.0, 1600)


def test_a_trend_of_three_bands_is_seldom_taken_for_convergence_and_noise_often():
    def share(fall):
        return sum(assess(noisy(lambda i: 100 - fall * i / 9, 1.0, LEAST, seed)).converged for seed in range(400)) / 400

    assert share(6.0) == 0
    assert share(2.0) < 0.08  # a fall of the band itself: 5 % by construction
    assert 0.4 < share(0.0) < 0.75


def test_noise_alone_ends_a_run_soon():
    def ended(seed):
        scores = noisy(lambda i: 100.0, 3.0, 40, seed)
        return next((n for n in range(LEAST, 41) if assess(scores[:n]).converged), None)

    found = [ended(seed) for seed in range(50)]
    assert None not in found
    assert sorted(found)[25] <= LEAST + 5


def test_quick_scores_are_those_that_compare_with_the_last():
    old, new = ({"features_fingerprint": name} for name in ("pixels", "imagenet"))
    records = [
        {"step": 50, "metric": "fd", "value": 0.1, "quick": True, "protocol": old},
        {"step": 100, "metric": "fd", "value": 3.0, "quick": True, "protocol": new},
        {"step": 100, "metric": "kd", "value": 1.0, "quick": True, "protocol": new},
        {"step": 150, "metric": "fd", "value": 9.0, "protocol": new},
        {"step": 200, "metric": "fd", "value": 2.5, "quick": True, "protocol": new},
    ]
    assert quick_scores(records) == [(100, 3.0), (200, 2.5)]
    assert quick_scores(records[:1]) == [(50, 0.1)]
    assert quick_scores([]) == []
