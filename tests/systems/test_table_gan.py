"""GANs of tables: what D sees, what G is asked for, and what is minimised."""

import math

import pytest
import torch

from tiny import recipe, trainer
from zerosum.core.control import control_of
from zerosum.kinds.table import kind_of
from zerosum.networks.headed import Headed
from zerosum.recipe.build import build_game
from zerosum.sampling import sampler


def playing(*settings, system="ctgan"):
    return trainer(recipe(system, "people", *settings))


def test_every_system_of_points_makes_rows_by_the_head_of_the_kind():
    made = recipe("r1gan", "people")
    game = build_game(made)
    assert isinstance(game.generator, Headed)
    assert game.generator.head.sizes == kind_of(made.data.spec).suiting.head(made.data.spec).sizes
    assert not isinstance(build_game(recipe("r1gan", "8-ring")).generator, Headed)
    assert not isinstance(build_game(recipe("r1gan", "digits")).generator, Headed)


def test_the_discriminator_sees_packs_of_rows_with_their_conditions():
    game, batch = playing().game, playing().shards[0].at(0)
    real, condition = game.drawn(batch)
    assert torch.equal(real, batch["balanced"])
    width = real.shape[1] + condition.shape[1]
    seen = game.seen(real, condition)
    assert seen.shape == (4, 10 * width)
    assert torch.equal(seen[1, width : 2 * width], torch.cat([real[11], condition[11]]))


def test_reals_meet_the_conditions_that_they_were_drawn_by():
    game, batch = playing().game, playing().shards[0].at(3)
    real, condition = game.drawn(batch)
    blocks = torch.cat([real[:, block.slice] for block in game.columns.conditions], 1)
    assert torch.equal((blocks * condition).sum(1), torch.ones(len(real)))


def test_what_was_missed_is_a_cross_entropy_of_the_column_that_was_asked_for():
    game = playing().game
    first = game.columns.conditions[0]
    raw, condition = torch.zeros(2, game.columns.width), torch.zeros(2, game.columns.condition_width)
    condition[:, 1] = 1
    raw[1, first.start + 1] = 2.0
    even, sure = math.log(first.size), math.log(first.size - 1 + math.exp(2)) - 2
    assert float(game.missed(raw, condition)) == pytest.approx((even + sure) / 2, abs=1e-6)


def test_the_critic_minimises_the_loss_of_wgan_gp_on_packs():
    game, batch = playing("discriminator.dropout=0").game, playing().shards[0].at(0)
    torch.manual_seed(0)
    terms = game.discriminator_loss(batch)
    assert float(terms["adversarial"].detach()) == pytest.approx(
        float(terms["fake_logit"] - terms["real_logit"]), abs=1e-5
    )
    assert float(terms["one_centered"].detach()) > 0
    assert set(game.generator_loss(batch)) == {"adversarial", "condition"}


def test_without_conditions_rows_are_drawn_evenly_and_g_has_its_latent_alone():
    game, batch = playing("conditional=false").game, playing().shards[0].at(0)
    assert [control.name for control in game.controls] == ["latent"]
    assert torch.equal(game.drawn(batch)[0], batch["real"])
    assert game.drawn(batch)[1] is None
    assert set(game.generator_loss(batch)) == {"adversarial"}


def test_g_learns_to_make_what_it_is_asked_for():
    learning = playing("width=64", "lr=0.003", "condition_weight=3", system="tablegan-modern")
    learning.fit(150)
    with torch.no_grad():
        form = control_of(learning.game.controls, "condition").form
        condition = torch.zeros(64, form.size)
        condition[:, -1] = 1  # the last category of the last column
        rows, _ = sampler.sample(learning.game, 64, given={"condition": condition})
    last = learning.game.columns.conditions[-1]
    assert float((rows[:, last.slice].argmax(1) == last.size - 1).double().mean()) > 0.9


def test_the_judge_gets_a_logit_of_every_row():
    game = playing().game.eval()
    rows = playing().shards[0].dataset.batch(torch.arange(37))
    assert game.logits(rows).shape == (37,)
    assert game.opinion(rows["real"]) is None
    own = game.own_conditions(rows["real"])
    blocks = torch.cat([rows["real"][:, block.slice] for block in game.columns.conditions], 1)
    assert torch.equal((own * blocks).sum(1), torch.ones(37))
