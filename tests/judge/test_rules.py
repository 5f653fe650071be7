"""The rules: what is beyond a limit, how surely, and which of several illnesses is named."""

import math

import pytest

from zerosum.judge.rules import COPIED, MEANS, ONE_POINT, RULES, SHOWN, above, below, diagnose
from zerosum.judge.verdict import WELL, State

WELL_RUN = {
    "diversity": 1.0,
    "missing": 0.0,
    "nearest": 1.1,
    "gap": 0.5,
    "held_out_gap": 0.1,
    "pull": 0.5,
    "coverage": 0.9,
}
WELL_RUN |= {"precision": 0.8, "feature_nearest": 1.1}


def test_a_sign_is_even_at_its_limit_and_surer_beyond():
    sign = above("x", 2.0, 0.5, "")
    assert sign.strength(2.0) == 0.5
    assert sign.strength(2.5) == pytest.approx(1 / (1 + math.exp(-2)))
    assert sign.strength(1.5) == pytest.approx(1 / (1 + math.exp(2)))
    assert below("x", 2.0, 0.5, "").strength(1.5) == pytest.approx(sign.strength(2.5))


def test_a_ratio_counts_in_factors_and_bears_nothing_and_all():
    sign = below("x", 1.0, 2.0, "", ratio=True)
    assert sign.strength(0.5) == pytest.approx(1 / (1 + math.exp(-2)))
    assert sign.strength(0.0) > 0.99
    assert sign.strength(math.inf) < 0.01
    assert sign.strength(math.nan) == 1.0


def test_what_is_normal_is_said_in_words():
    assert above("x", 2.0, 1, "").normal() == "up to 2"
    assert below("x", -5, 1, "").normal() == "from -5"


def test_well_is_healthy():
    found = diagnose(WELL_RUN)
    assert found.state is State.HEALTHY
    assert found.confidence > 0.8


def test_too_few_held_out_data_are_not_enough_to_call_a_run_healthy_but_to_call_it_ill():
    assert diagnose(WELL_RUN | {"held_out": 20.0}).state is State.HEALTHY
    assert diagnose(WELL_RUN | {"held_out": 19.0}).state is State.UNKNOWN
    assert diagnose(WELL_RUN | {"held_out": 4.0, "diversity": 0.0}).state is State.COLLAPSED


@pytest.mark.parametrize(
    "state, changed",
    [
        (State.DIVERGING, {"logit_gap": 1e6, "diversity": 0.0}),
        (State.MEMORISING, {"copying": -20, "nearest_low": 0.1, "held_out_gap": 1.5}),
        (State.COLLAPSED, {"copying": -20, "nearest_low": 0.1, "diversity": 0.01}),
        (State.COLLAPSED, {"missing": 0.9}),
        (State.POOR, {"missing": 0.9, "precision": 0.0, "feature_nearest": 2.0, "coverage": 0.0}),
        (State.POOR, {"precision": 0.0, "feature_nearest": 2.0, "nearest": 1.6}),
        # Outlines of digits that CycleGAN drew: right by their hidden truth, with a grain that features see.
        (State.HEALTHY, {"precision": 0.018, "feature_nearest": 1.83, "nearest": 1.0, "coverage": 1.04}),
        (State.HEALTHY, {"precision": 0.4, "feature_nearest": 2.0}),
        (State.NOT_LEARNING, {"change": 0.01, "precision": 0.0, "feature_nearest": 2.0}),
        (State.OSCILLATING, {"swing": 0.9, "nearest": 5}),
        (State.HEALTHY, {"swing": 0.9}),
        (State.PARTLY_COLLAPSED, {"missing": 0.2}),
        (State.PARTLY_COLLAPSED, {"diversity": 0.6, "coverage": 0.2}),
        (State.HEALTHY, {"diversity": 0.75, "coverage": 0.9}),
        (State.HEALTHY, {"gap": 1.9, "nearest": 1.2}),
        (State.STARVED, {"gap": 2.0, "pull": 1e-6, "nearest": 5, "diversity": 0.1}),
        (State.OVERFITTING, {"held_out_gap": 1.5, "diversity": 0.8, "missing": 0.3}),
        (State.NOT_LEARNING, {"change": 0.01, "nearest": 5, "diversity": 0.1}),
    ],
)
def test_the_graver_illness_is_named(state, changed):
    assert diagnose(WELL_RUN | changed).state is state


def test_what_was_not_measured_holds_for_nothing():
    assert diagnose({"copying": -20, "diversity": 1.0, "missing": 0.0}).state is State.HEALTHY
    assert diagnose({}).state is State.UNKNOWN
    assert diagnose({"pull": 0.0}).state is State.UNKNOWN


def test_only_samples_that_were_looked_at_are_healthy():
    unseen = {name: value for name, value in WELL_RUN.items() if name != "missing"}
    assert diagnose(unseen).state is State.CLEAR
    assert diagnose(unseen).confidence > 0.8


@pytest.mark.parametrize(
    "age, changed, state",
    [
        (0.05, {}, State.TOO_EARLY),
        (0.05, {"diversity": 0.01}, State.TOO_EARLY),
        (0.05, {"logit_gap": 1e6}, State.DIVERGING),
        (0.5, {}, State.HEALTHY),
        (0.5, {"missing": 0.9}, State.TOO_EARLY),
        (0.5, {"diversity": 0.01, "missing": 0.9}, State.COLLAPSED),
        (0.5, {"missing": 0.3}, State.TOO_EARLY),
        (0.5, {"precision": 0.0, "feature_nearest": 9.0, "coverage": 0.1}, State.TOO_EARLY),
        (0.5, {"held_out_gap": 1.5, "diversity": 0.8, "missing": 0.9}, State.OVERFITTING),
        (1.0, {"missing": 0.3}, State.PARTLY_COLLAPSED),
        (1.0, {"precision": 0.0, "feature_nearest": 9.0, "coverage": 0.1}, State.POOR),
    ],
)
def test_what_time_heals_is_no_illness_of_a_young_run(age, changed, state):
    assert diagnose(WELL_RUN | changed, age=age).state is state


def test_confidence_is_that_of_the_weakest_sign_and_falls_towards_the_limit():
    sure, hardly = (diagnose(WELL_RUN | {"missing": share}).confidence for share in (0.5, 0.11))
    assert sure > 0.95
    assert 0.5 < hardly < 0.8
    assert diagnose(WELL_RUN | {"missing": 0.095}).confidence < 0.7


def test_the_verdicts_own_signs_come_first_then_other_ill_ones():
    found = diagnose(WELL_RUN | {"missing": 0.3, "gap": 1.8})
    assert [each.name for each in found.evidence[:2]] == ["missing", "gap"]
    assert all(each.says.startswith("normal: ") for each in found.evidence[2:])
    assert len({each.name for each in found.evidence}) == len(found.evidence)


def test_every_state_has_rules_and_every_sign_a_meaning():
    assert set(RULES) == set(State) - {*WELL, State.TOO_EARLY, State.UNKNOWN}
    signs = {sign for alternatives in RULES.values() for signs in alternatives for sign in signs} | set(SHOWN)
    assert {sign.name for sign in signs} <= set(MEANS)
    assert {COPIED, ONE_POINT} <= signs


def test_a_discriminator_that_knows_its_data_is_no_illness_where_samples_are_like_new_data():
    knowing = {**WELL_RUN, "held_out_gap": 1.6}
    assert diagnose(knowing).state is State.HEALTHY
    assert diagnose({**knowing, "diversity": 0.8}).state is State.OVERFITTING
    assert diagnose({**knowing, "feature_nearest": 2.1}).state is State.OVERFITTING
