"""The tests of a race: against scipy, by hand, and by how often they err."""

import math

import numpy as np
import pytest
from scipy import special, stats

from zerosum.racing import significance
from zerosum.racing.significance import critical, differences, holm, incomplete_beta, needed_factor, student, welch


@pytest.mark.parametrize("a", [0.5, 1, 3.7, 40])
@pytest.mark.parametrize("b", [0.5, 2, 25])
@pytest.mark.parametrize("x", [0, 1e-9, 0.01, 0.3, 0.5, 0.77, 0.999, 1])
def test_the_incomplete_beta_function(a, b, x):
    assert incomplete_beta(x, a, b) == pytest.approx(special.betainc(a, b, x), rel=1e-10, abs=1e-300)


@pytest.mark.parametrize("freedom", [1, 2, 2.63, 4, 30, 1000])
@pytest.mark.parametrize("t", [0, 0.1, -1, 2.5, 12, 400])
def test_students_distribution(t, freedom):
    assert student(t, freedom) == pytest.approx(2 * stats.t.sf(abs(t), freedom), rel=1e-9, abs=1e-300)


def test_welch():
    random = np.random.default_rng(0)
    for sizes in ((3, 3), (3, 5), (2, 10)):
        a, b = random.normal(0, 1, sizes[0]), random.normal(1, 4, sizes[1])
        expected = stats.ttest_ind(a, b, equal_var=False).pvalue
        assert welch(list(a), list(b)) == pytest.approx(expected, rel=1e-9)


def test_welch_without_spread_is_its_limit():
    assert welch([1.0, 1.0], [1.0, 1.0]) == 1
    assert welch([1.0, 1.0], [2.0, 2.0]) == 0


def test_holm_by_hand():
    assert holm([0.04, 0.01, 0.03]) == pytest.approx([0.06, 0.03, 0.06])
    assert holm([0.5, 0.9]) == [1.0, 1.0]
    assert holm([]) == []


def test_critical_values():
    assert critical(0.05, 4) == pytest.approx(stats.t.ppf(0.975, 4), rel=1e-9)
    assert critical(0.001, 2) == pytest.approx(stats.t.ppf(0.9995, 2), rel=1e-9)


def test_a_difference_is_of_geometric_means_and_names_the_better_first():
    (found,) = differences({"slow": [40.0, 10.0, 20.0], "fast": [1.0, 2.0, 4.0]})
    assert (found.better, found.worse) == ("fast", "slow")
    assert found.factor == pytest.approx(10)
    logs = [np.log([40, 10, 20]), np.log([1, 2, 4])]
    assert found.p == found.adjusted == pytest.approx(stats.ttest_ind(*logs, equal_var=False).pvalue, rel=1e-9)


def test_two_seeds_are_not_tested():
    assert differences({"a": [1.0, 1.1], "b": [50.0, 51.0]}) == []
    assert needed_factor({"a": [1.0, 1.1], "b": [50.0, 51.0, 52.0]}) is None
    assert len(differences({"a": [1.0, 1.1, 1.2], "b": [5.0, 5.1], "c": [50.0, 51.0, 52.0]})) == 1


def test_a_score_of_zero_has_a_logarithm():
    (found,) = differences({"a": [0.0, -1e-9, 1e-3], "b": [5.0, 5.1, 5.2]})
    assert math.isfinite(found.factor)


def test_equals_are_called_different_in_at_most_a_twentieth_of_races():
    random = np.random.default_rng(1)
    races = 1500
    wrong = sum(
        any(pair.real for pair in differences({name: np.exp(random.normal(2, 0.1, 3)) for name in "abcd"}))
        for _ in range(races)
    )
    assert 0 < wrong < races * significance.ALPHA


def test_what_is_far_apart_is_called_different():
    random = np.random.default_rng(2)
    groups = {name: np.exp(random.normal(at, 0.03, 3)) for at, name in enumerate("abcd")}
    assert all(pair.real for pair in differences(groups))


def test_the_factor_needed():
    random = np.random.default_rng(3)
    groups = {name: np.exp(random.normal(0, 0.2, 3)) for name in "abc"}
    pooled = np.mean([np.log(values).var(ddof=1) for values in groups.values()])
    expected = math.exp(stats.t.ppf(1 - 0.05 / 3 / 2, 4) * math.sqrt(2 * pooled / 3))
    assert needed_factor(groups) == pytest.approx(expected, rel=1e-9)
