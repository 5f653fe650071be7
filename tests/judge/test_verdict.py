"""Verdicts: they survive being written down, and a log alone tells a healthy game from a sick one."""

import json
import math

import pytest

from tiny import recipe
from zerosum.judge.diagnosis import watch
from zerosum.judge.verdict import Evidence, Remedy, State, Verdict
from zerosum.judge.words import headline

HEALTHY = {
    "discriminator/real_logit": 0.2,
    "discriminator/fake_logit": -0.2,
    "judge/real_logit": 0.2,
    "judge/fake_logit": -0.2,
    "judge/held_out_logit": 0.1,
    "judge/logit_scale": 0.5,
    "judge/diversity": 0.95,
    "judge/nearest": 1.2,
    "judge/real_gradient": 1.0,
}


def log(lines=20, **changed):
    """A log whose D moves away from where it began; `changed` are terms of every line but the first, `_` for `/`."""
    terms = HEALTHY | {name.replace("__", "/"): value for name, value in changed.items()}
    first = HEALTHY | {"discriminator/real_logit": 2.0, "discriminator/fake_logit": 1.5}
    return [{"step": 50 * (n + 1), "seconds": float(n), **(terms if n else first)} for n in range(lines)]


def seen(records, steps=1000, **more):
    return watch(records, recipe("r1gan", "digits", steps=steps, **more))


def test_a_verdict_survives_being_written_as_json():
    verdict = Verdict(
        State.PARTLY_COLLAPSED,
        0.75,
        (Evidence("missing", 0.2, "up to 0.06", "some are not made"),),
        (Remedy(("lr=1e-4", "n_critic=2"), "slower"),),
        ("3", "7"),
    )
    assert Verdict.from_dict(json.loads(json.dumps(verdict.to_dict()))) == verdict


def test_a_healthy_log_shows_no_illness_and_needs_no_remedy():
    verdict = seen(log())
    assert verdict.state is State.CLEAR
    assert verdict.confidence > 0.5
    assert verdict.remedies == ()


@pytest.mark.parametrize(
    "state, changed",
    [
        (State.DIVERGING, {"judge__real_logit": 4000.0}),
        (State.DIVERGING, {"judge__real_gradient": 1e8}),
        (State.DIVERGING, {"discriminator__real_logit": math.nan}),
        (State.COLLAPSED, {"judge__diversity": 0.01}),
        (State.OVERFITTING, {"judge__held_out_logit": -0.4, "judge__diversity": 0.8}),
        (State.NOT_LEARNING, {"judge__nearest": 5.0, "judge__real_logit": 2.0, "judge__fake_logit": 1.5}),
    ],
)
def test_sick_signals_make_the_verdict_with_evidence_first_and_remedies(state, changed):
    verdict = seen(log(**changed))
    assert verdict.state is state
    assert verdict.confidence >= 0.5
    assert verdict.remedies
    assert not verdict.evidence[0].says.startswith("normal")


def test_a_saturated_loss_is_starving_only_where_the_loss_has_no_slope_left():
    certain = {"judge__real_logit": 9.0, "judge__fake_logit": -9.0, "judge__held_out_logit": 9.0}
    certain |= {"judge__logit_scale": 9.0, "judge__nearest": 4.0}
    assert seen(log(**certain)).state is State.CLEAR
    minimax = recipe("r1gan", "digits", "loss=minimax", steps=1000)
    assert watch(log(**certain), minimax).state is State.STARVED


def test_a_young_run_is_only_looked_at_for_divergence_and_is_told_how_young_it_is():
    photos = recipe("r1gan", "digits", steps=100_000)
    photos = photos.model_copy(update={"data": photos.data.model_copy(update={"shape": (3, 64, 64)}), "batch_size": 64})
    young = watch(log(6, judge__diversity=0.01), photos)
    assert young.state is State.TOO_EARLY
    assert headline(young) == "too early: 300 rounds; 64x64 images need about 3,200"
    assert watch(log(6, judge__real_logit=4000.0), photos).state is State.DIVERGING
    assert watch(log(7, judge__diversity=0.01), photos).state is State.COLLAPSED


def test_nothing_is_said_of_a_log_without_signals():
    assert seen([]).state is State.TOO_EARLY
    plain = [{"step": 5000, "generator/adversarial": 0.7}, {"step": 10_000, "generator/adversarial": 0.7}]
    assert seen(plain).state is State.UNKNOWN


def test_a_steady_swing_far_from_the_data_is_oscillation():
    records = log(120, judge__nearest=5.0)
    for n, record in enumerate(records):
        record["discriminator/fake_logit"] = math.sin(n / 2)
    assert watch(records, recipe("r1gan", "digits", steps=1000)).state is State.OSCILLATING
