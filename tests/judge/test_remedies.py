"""Remedies: whatever is advised can be pasted behind --set, for every system, and changes something."""

import pytest

from tiny import CASES, has_discriminator, recipe
from zerosum.judge.age import needed, sees
from zerosum.judge.remedies import OFFERS, applied, remedies
from zerosum.judge.verdict import WELL, Remedy, State

ILL = [state for state in State if state not in (*WELL, State.UNKNOWN)]
CONTEST = (State.STARVED,)
"""What only games of two can suffer from."""


@pytest.mark.parametrize("system, data", CASES)
def test_every_system_has_valid_remedies_against_every_illness(system, data):
    made = recipe(system, data)
    for state in ILL:
        offered = remedies(state, made)
        assert offered or (state in CONTEST and not has_discriminator(system)), state
        for remedy in offered:
            changed = applied(remedy, made)
            assert changed is not None
            assert changed != made
            assert remedy.why


def test_a_run_that_is_too_short_is_to_be_played_longer_and_a_long_one_to_be_waited_for():
    short, long = recipe(steps=60), recipe(steps=100_000)
    assert [each.settings for each in remedies(State.TOO_EARLY, short)] == [(f"steps={needed(short)}",)]
    assert remedies(State.TOO_EARLY, long) == ()


@pytest.mark.parametrize(
    "budget, longer", [({"minutes": 3.0, "steps": None}, "minutes=12"), ({"steps": 50}, "steps=200")]
)
def test_longer_is_advised_in_what_the_budget_is_in_and_first_where_d_sees_through_a_network(budget, longer):
    assert (longer,) in [each.settings for each in remedies(State.NOT_LEARNING, recipe(**budget))]
    made = recipe(**budget)
    heads = {**made.players["discriminator"], "network": "projected"}
    seeing = made.model_copy(update={"players": {**made.players, "discriminator": heads}})
    assert sees(seeing)
    for state in (State.PARTLY_COLLAPSED, State.POOR):
        assert next(OFFERS[state](seeing)).settings == (longer,)


def test_nothing_is_advised_where_nothing_is_wrong():
    assert remedies(State.HEALTHY, recipe()) == ()
    assert remedies(State.UNKNOWN, recipe()) == ()


def test_a_penalty_is_advised_first_where_there_is_none_and_made_stronger_where_there_is():
    bare = recipe("dcgan", "8-ring")
    assert remedies(State.DIVERGING, bare)[0].settings == ("penalties.r1.gamma=0.01",)
    strong = applied(Remedy(("penalties.r1.gamma=0.5",), ""), bare)
    assert not any("penalties.r1.gamma=0.01" in each.settings for each in remedies(State.OVERFITTING, strong))
    assert ("penalties.r1.gamma=5",) in [each.settings for each in remedies(State.OVERFITTING, strong)]
    weak = applied(Remedy(("penalties.r1.gamma=0.001",), ""), recipe("dcgan", "digits"))
    assert remedies(State.OVERFITTING, weak)[0].settings == ("penalties.r1.gamma=5",)


def test_a_penalty_takes_the_place_of_clipping():
    offered = [each.settings for each in remedies(State.DIVERGING, recipe("wgan", "8-ring"))]
    assert ("penalties.r1.gamma=0.01", "clip=0") in offered


@pytest.mark.parametrize("state", [State.COLLAPSED, State.PARTLY_COLLAPSED, State.STARVED, State.POOR])
def test_where_the_players_do_not_meet_they_are_paired_first(state):
    wgan = recipe("wgan", "8-ring")
    assert remedies(state, wgan)[0].settings == (
        "loss=relativistic",
        "penalties.r1.gamma=0.01",
        "penalties.r2.gamma=0.01",
        "n_critic=1",
        "clip=0",
        "optimizer=adam",
        "lr=0.003",
    )


def test_what_is_far_from_the_systems_own_values_goes_back_to_them_with_the_first_remedy():
    made = recipe("r1gan", "digits", "discriminator.lr=1e-6", "discriminator.width=2", "penalties.r1.gamma=100")
    first = remedies(State.POOR, made)[0]
    assert {"discriminator.lr=0.002", "discriminator.width=32", "penalties.r1.gamma=0.05"} <= set(first.settings)
    assert "r1gan's own values" in first.why


def test_a_saturating_loss_is_replaced():
    made = recipe("r1gan", "digits", "loss=minimax", "n_critic=5")
    offered = [each.settings for each in remedies(State.STARVED, made)]
    assert offered[0] == ("loss=relativistic", "penalties.r2.gamma=0.05", "n_critic=1")
    assert offered[1:3] == [("loss=non_saturating",), ("n_critic=1",)]


def test_a_generator_that_runs_ahead_gets_the_rate_of_its_discriminator():
    made = recipe("dcgan", "8-ring", "generator.lr=1e-2", "discriminator.lr=1e-4")
    assert ("generator.lr=0.0001",) in [each.settings for each in remedies(State.COLLAPSED, made)]


def test_settings_that_a_recipe_does_not_know_are_left_out():
    assert applied(Remedy(("levels.0.lr=1",), ""), recipe()) is None
    assert applied(Remedy(("penalties.no_such.gamma=1",), ""), recipe()) is None


def test_remedies_reach_the_players_of_systems_that_translate():
    offered = [
        each.settings for each in remedies(State.OVERFITTING, recipe("pix2pix", "digits", "discriminator.width=32"))
    ]
    assert ("discriminator.width=16",) in offered
