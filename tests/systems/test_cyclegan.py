"""CycleGAN: equation 3, both directions, pools, what is refused."""

import pytest
import torch
from translations import batch, game

from zerosum.errors import UserError

DATA = batch()


def test_the_losses_are_those_of_the_paper():
    made, x, y = game("cyclegan"), DATA["x"], DATA["real"]
    with torch.no_grad():
        there, back = made.to_target(x), made.to_source(y)
        expected = {
            "adversarial": (made.critic("target")(there) - 1).square().mean() / 2,
            "adversarial_back": (made.critic("source")(back) - 1).square().mean() / 2,
            "cycle": 10 * ((made.to_source(there) - x).abs().mean() + (made.to_target(back) - y).abs().mean()),
            "identity": 5 * ((made.to_target(y) - y).abs().mean() + (made.to_source(x) - x).abs().mean()),
        }
    terms = made.generator_loss(DATA)
    assert {name: term.item() for name, term in terms.items()} == pytest.approx(
        {name: term.item() for name, term in expected.items()}, rel=1e-5
    )


def test_either_half_of_the_cycle_does_alone():
    made, x, y = game("cyclegan"), DATA["x"], DATA["real"]
    halves = {
        "forward": (made.to_source(made.to_target(x)) - x).abs().mean().item(),
        "backward": (made.to_target(made.to_source(y)) - y).abs().mean().item(),
    }
    assert halves["forward"] != pytest.approx(halves["backward"], rel=0.01)
    for cycles, lost in halves.items():
        terms = game("cyclegan", f"cycles={cycles}").generator_loss(DATA)
        assert terms["cycle"].item() == pytest.approx(10 * lost, rel=1e-5)


@pytest.mark.parametrize(("learns", "hides"), [("both", True), ("last", False)])
def test_of_what_is_lost_there_and_back_the_first_translator_learns_only_where_it_shall(learns, hides):
    made = game("cyclegan", "cycles=backward", f"cycle_learns={learns}")
    made.generator_loss(DATA)["cycle"].backward()
    first, last = (made.generator[name].parameters() for name in ("to_source", "to_target"))
    assert any(one.grad is not None and one.grad.any() for one in first) == hides
    assert all(one.grad is not None and one.grad.any() for one in last)


def test_each_discriminator_judges_its_own_domain():
    made = game("cyclegan")
    with torch.no_grad():
        fakes = {"target": made.to_target(DATA["x"]), "source": made.to_source(DATA["real"])}
    terms = made.discriminator_loss(DATA)
    for name, real, prefix in (("target", DATA["real"], ""), ("source", DATA["x"], "source_")):
        critic = made.critic(name)
        expected = ((critic(real) - 1).square().mean() + critic(fakes[name]).square().mean()) / 2
        assert terms[f"{prefix}adversarial"].item() == pytest.approx(expected.item(), rel=1e-5)


def test_without_cycle_and_identity_they_are_two_games():
    made = game("cyclegan", "cycle_weight=0", "identity_weight=0")
    assert made.generator_loss(DATA).keys() == {"adversarial", "adversarial_back"}


def test_players_move_in_pairs():
    made = game("cyclegan")
    assert [turn.player for turn in made.turns(0)] == [made.generator, made.discriminator]
    assert set(made.generator) == {"to_target", "to_source"}
    assert made.players == {"generator": "generator", "discriminator": "discriminator"}


def test_it_translates_both_ways():
    made = game("cyclegan", "identity_weight=0", source=(1, 8, 8), shape=(3, 8, 8))
    with torch.no_grad():
        there = made.translate(torch.zeros(2, 1, 9, 14))
        back = made.translate(there, direction="backward")
    assert (there.shape, back.shape) == ((2, 3, 9, 14), (2, 1, 9, 14))
    with pytest.raises(UserError, match="no direction 'sideways': use forward or backward"):
        made.translate(there, direction="sideways")
    with pytest.raises(UserError, match="fills no holes"):
        made.translate(torch.zeros(2, 1, 8, 8), mask=torch.zeros(2, 1, 8, 8))


def test_the_identity_loss_needs_as_many_channels():
    with pytest.raises(UserError, match="not 1 and 3: use --channels 3, or --set identity_weight=0"):
        game("cyclegan", source=(1, 8, 8), shape=(3, 8, 8))


def test_discriminators_see_what_left_the_pool():
    made = game("cyclegan", "pool=6")
    for _ in range(2):
        torch.manual_seed(3)
        list(made.turns(0))
        terms = made.discriminator_loss(DATA)
        torch.manual_seed(3)
        seen = made.pool("target").mixed(made.to_target(DATA["x"]))
        expected = made.critic("target")(seen).mean().item()
        assert terms["fake_logit"].item() == pytest.approx(expected, abs=1e-5)
        made.pool("target").store()
    assert made.pool("target").count == 6


def test_a_pool_is_part_of_the_state_of_the_game():
    made = game("cyclegan", "pool=4")
    made.discriminator_loss(DATA)
    for name in made.pools:
        made.pool(name).store()
    state = made.state_dict()
    assert state["pools.target.count"] == state["pools.source.count"] == 4
    assert state["pools.target.images"].unique().numel() > 10
    assert set(made.averaged()) == {"generator"}


def test_data_without_a_source_are_refused():
    with pytest.raises(UserError, match="cyclegan translates images: give --target or --pairs"):
        game("cyclegan", source=None)
