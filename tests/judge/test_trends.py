"""What a log comes to: against numbers worked out by hand."""

import math

import pytest
import torch

from tiny import recipe
from zerosum.judge.trends import derived, progress, pull, swing, trends

R1GAN = recipe("r1gan", "digits", steps=1000)


def test_signals_are_means_over_the_last_tenth():
    records = [{"step": n, "judge/diversity": float(n >= 18)} for n in range(20)]
    assert trends(records, R1GAN)["diversity"] == 1.0
    assert trends(records[:19], R1GAN)["diversity"] == 0.5


def test_own_terms_stand_in_for_signals_that_are_off():
    records = [{"step": 1, "discriminator/real_logit": 3.0, "discriminator/fake_logit": 0.0}]
    assert trends(records, R1GAN)["logit_gap"] == 3.0
    assert trends([records[0] | {"judge/real_logit": 1.0}], R1GAN)["logit_gap"] == 1.0


def test_gaps_are_in_the_spread_of_the_answers():
    signals = {"real_logit": 3.0, "fake_logit": -1.0, "held_out_logit": 2.0, "logit_scale": 2.0}
    found = derived(signals, R1GAN)
    assert (found["gap"], found["held_out_gap"], found["logit_gap"]) == (2.0, 0.5, 4.0)


@pytest.mark.parametrize(
    "loss, real, fake, expected",
    [
        ("minimax", 0.0, -10.0, 1 / (1 + math.exp(10))),
        ("non_saturating", 0.0, -10.0, 1 / (1 + math.exp(-10))),
        ("wasserstein", 0.0, 123.0, 1.0),
        ("least_squares", 1.0, 0.25, 0.75),
        ("relativistic", 2.0, 2.0, 0.5),
    ],
)
def test_the_pull_is_the_slope_of_the_generators_loss(loss, real, fake, expected):
    assert pull(loss, real, fake) == pytest.approx(expected, rel=1e-4)


def test_change_is_measured_from_the_first_line():
    still = [{"step": n, "discriminator/real_logit": 1.0, "discriminator/fake_logit": 0.0} for n in range(1, 11)]
    moved = still[:1] + [line | {"discriminator/real_logit": 4.0} for line in still[1:]]
    scale = {"judge/logit_scale": 2.0}
    assert trends([line | scale for line in still], R1GAN)["change"] == 0.0
    assert trends([line | scale for line in moved], R1GAN)["change"] == pytest.approx(1.5)


def test_growth_compares_the_end_with_the_first_half():
    gaps = [1.0] * 10 + [50.0] * 10
    records = [{"step": n, "discriminator/real_logit": g, "discriminator/fake_logit": 0.0} for n, g in enumerate(gaps)]
    assert trends(records, R1GAN)["growth"] == 50.0


@pytest.mark.parametrize("bad", [math.nan, math.inf, None])
def test_numbers_that_are_not_finite_are_told_and_left_out_of_means(bad):
    records = [{"step": 1, "judge/diversity": 0.5}, {"step": 2, "judge/diversity": 0.5, "generator/adversarial": bad}]
    found = trends(records, R1GAN)
    assert found["not_finite"] == 1.0
    assert found["diversity"] == 0.5
    assert trends(records[:1], R1GAN)["not_finite"] == 0.0


def test_a_swing_is_told_from_noise_and_from_drift():
    generator = torch.Generator().manual_seed(0)
    noise = [torch.randn(160, generator=generator).tolist() for _ in range(20)]
    sines = [[math.sin(n / period) for n in range(160)] for period in (1.0, 2.0, 3.0)]
    drift = [n / 10 for n in range(160)]
    assert max(swing(series, 1.0) for series in noise) < 0.5
    assert min(swing(series, 1.0) for series in sines) > 0.7
    assert swing(drift, 1.0) == 0.0


def test_a_swing_needs_enough_of_it():
    sine = [math.sin(n) for n in range(160)]
    assert swing(sine[:60], 1.0) is None
    assert swing(sine, 10.0) == 0.0
    assert swing(sine, None) is None


def test_progress_is_the_share_of_the_budget():
    assert progress([], R1GAN) == 0.0
    assert progress([{"step": 250}], R1GAN) == 0.25
    timed = recipe("r1gan", "digits", steps=None).model_copy(update={"steps": None, "cpu_minutes": 2.0})
    assert progress([{"step": 5, "cpu_seconds": 30.0}], timed) == 0.25
    assert progress([{"step": 5}], timed.model_copy(update={"cpu_minutes": None, "minutes": None})) == 1.0
