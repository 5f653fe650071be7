"""How numbers are encoded: spikes, tails, and the mixture of the CTGAN paper."""

import numpy as np
import pytest
from scipy.stats import norm

from zerosum.kinds.table_rows.codecs import codec_of
from zerosum.kinds.table_rows.column import Column
from zerosum.kinds.table_rows.fitting import fitted, quantiles, spikes_of
from zerosum.kinds.table_rows.mixture import fit_mixture


def gains():
    """A column like capital gains: mostly 0, some thousands, a hundred times 99999."""
    random = np.random.default_rng(0)
    thousands = np.exp(random.normal(8.5, 0.7, 2500)).round()
    return np.concatenate([np.zeros(27_400), thousands, np.full(100, 99999.0)])


def test_numbers_that_stand_out_are_spikes_and_ages_are_none():
    assert spikes_of(gains()).tolist() == [0.0, 99999.0]
    ages = np.random.default_rng(0).integers(17, 90, 30_000).astype(float)
    assert len(spikes_of(ages)) == 0


def test_few_numbers_that_repeat_are_all_spikes_and_few_that_do_not_are_none():
    assert spikes_of(np.repeat([1.0, 2.0, 3.0], [50, 100, 10])).tolist() == [2.0, 1.0, 3.0]
    assert len(spikes_of(np.array([1.5, 2.5, 3.5]))) == 0


def test_the_tail_comes_back_from_quantiles_and_is_cut_by_the_mixture():
    values, column = gains(), Column("gain", "integer", decimals=0)
    kept = codec_of(fitted(column, values, "quantile"))
    assert np.array_equal(kept.decode(*kept.encode(values)), values)
    cut = codec_of(fitted(column, values, "mixture"))
    assert cut.decode(*cut.encode(values)).max() < 60_000


def test_scores_are_normal():
    values = np.exp(np.random.default_rng(0).normal(0, 2, 20_000))
    codec = codec_of(fitted(Column("x", "numeric"), values, "quantile"))
    _, scalars = codec.encode(values)
    scores = scalars.astype(float) * norm.ppf(1 - 0.5 / 20_000)
    for share in (0.01, 0.1, 0.5, 0.9, 0.99):
        assert (scores < norm.ppf(share)).mean() == pytest.approx(share, abs=0.002)


def test_knots_of_steps_lie_half_a_unit_beside_the_numbers():
    made = quantiles(np.repeat([1.0, 2.0, 5.0], 40), 1.0)
    assert made["knots"] == (0.5, 1.5, 2.5, 4.5, 5.5)
    edges = norm.ppf([1 / 3, 2 / 3]) / norm.ppf(1 - 0.5 / 120)
    assert made["scores"] == pytest.approx((-1, edges[0], edges[1], edges[1], 1), abs=1e-8)


def test_a_step_says_which_scores_are_a_numbers_own():
    values = np.random.default_rng(0).integers(0, 40, 5000).astype(float)
    codec = codec_of(fitted(Column("age", "integer", decimals=0), values, "quantile"))
    options, low, high = codec.cells(values)
    assert (low < high).all()
    for part in (0.01, 0.5, 0.99):
        assert np.array_equal(codec.decode(options, low + np.float32(part) * (high - low)), values)


def test_a_mixture_finds_its_two_modes():
    random = np.random.default_rng(0)
    weights, means, deviations = fit_mixture(np.r_[random.normal(-10, 1, 6000), random.normal(10, 0.5, 4000)])
    low = means < 0
    assert weights[low].sum() == pytest.approx(0.6, abs=0.01)
    assert (weights[low] * means[low]).sum() / weights[low].sum() == pytest.approx(-10, abs=0.05)
    assert (weights[~low] * means[~low]).sum() / weights[~low].sum() == pytest.approx(10, abs=0.05)
    assert (deviations > 0).all()


def test_of_a_mixture_the_option_is_the_likeliest_mode_and_the_scalar_the_place_in_it():
    column = Column("x", "numeric", low=-30, high=30, encoding="mixture")
    column = Column(**{**column.to_dict(), "weights": (0.5, 0.5), "means": (-10.0, 10.0), "deviations": (1.0, 2.0)})
    options, scalars = codec_of(column).encode(np.array([-12.0, 14.0, 30.0]))
    assert options.tolist() == [0, 1, 1]
    assert scalars.tolist() == [-0.5, 0.5, 1.0]
    assert codec_of(column).decode(options, scalars).tolist() == [-12.0, 14.0, 18.0]
