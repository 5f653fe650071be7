"""BiGAN: pairs, whose loss is whose, and the way back that is kept with the generator."""

import math

import pytest
import torch
from torch.nn.functional import softplus

from tiny import recipe, trainer
from zerosum.errors import UserError
from zerosum.networks.pair import paired
from zerosum.recipe.build import build_game
from zerosum.runs.generator import load_generator, save_generator
from zerosum.runs.run import Run
from zerosum.systems.bigan import BiGAN


@pytest.fixture
def made():
    return build_game(recipe("bigan", "digits", "latent=5", "discriminator.dropout=0"))


REAL = torch.rand(6, 1, 8, 8, generator=torch.Generator().manual_seed(0)) * 2 - 1


def test_pairs_hold_sample_and_latent(made):
    pair = made.encoded(REAL)
    assert pair.shape == (6, 64 + 5)
    assert torch.equal(pair[:, :64], REAL.flatten(1))
    assert torch.equal(pair[:, 64:], made.encoder(REAL))
    pair = made.decoded(REAL)
    assert torch.equal(made.generator(pair[:, 64:]).flatten(1), pair[:, :64])


def test_the_discriminator_looks_at_both_halves(made):
    pair = made.decoded(REAL)
    said = made.discriminator(pair)
    other_sample, other_latent = pair.clone(), pair.clone()
    other_sample[:, :64], other_latent[:, 64:] = 0.3, 0.3
    assert not torch.allclose(made.discriminator(other_sample), said)
    assert not torch.allclose(made.discriminator(other_latent), said)


def test_losses_in_plain_arithmetic(made):
    torch.manual_seed(0)
    terms = made.discriminator_loss({"real": REAL})
    torch.manual_seed(0)
    real, fake = made.discriminator(made.encoded(REAL)), made.discriminator(made.decoded(REAL))
    assert terms["adversarial"].item() == pytest.approx((softplus(-real).mean() + softplus(fake).mean()).item())
    torch.manual_seed(0)
    assert made.generator_loss({"real": REAL})["adversarial"].item() == pytest.approx(softplus(-fake).mean().item())
    assert made.encoder_loss({"real": REAL})["adversarial"].item() == pytest.approx(softplus(real).mean().item())


def test_a_paired_loss_is_mirrored_for_the_encoder():
    made = build_game(recipe("bigan", "digits", "latent=5", "loss=relativistic"))
    torch.manual_seed(0)
    fake, real = made.discriminator(made.decoded(REAL)), made.discriminator(made.encoded(REAL))
    torch.manual_seed(0)
    assert made.encoder_loss({"real": REAL})["adversarial"].item() == pytest.approx(softplus(real - fake).mean().item())
    torch.manual_seed(0)
    assert made.generator_loss({"real": REAL})["adversarial"].item() == pytest.approx(
        softplus(real - fake).mean().item()
    )


def test_three_players_take_turns_and_only_their_own_half_moves_them(made):
    players = [turn.player for turn in made.turns(0)]
    assert players == [made.discriminator, made.generator, made.encoder]
    made.generator_loss({"real": REAL})["adversarial"].backward()
    assert all(parameter.grad is None for parameter in made.encoder.parameters())
    made.zero_grad()
    made.encoder_loss({"real": REAL})["adversarial"].backward()
    assert all(parameter.grad is None for parameter in made.generator.parameters())


def test_penalties_look_at_sample_and_latent():
    penalties = "penalties={r1: {}, r2: {}, one_centered: {}, local: {}, fd_r1: {}, fd_r2: {}}"
    playing = trainer(recipe("bigan", "digits", penalties))
    playing.play()
    assert all(math.isfinite(mean) for mean in playing.meter.means().values())


def test_regression_teaches_the_encoder_to_undo_the_generator():
    playing = trainer(recipe("bigan", "digits", "regression_weight=10", "latent=4", "encoder.lr=0.003"))
    playing.fit(1)
    first = playing.meter.means()["encoder/regression"]
    playing.fit(150)
    playing.meter.clear()
    playing.fit(170)
    assert playing.meter.means()["encoder/regression"] < 0.5 * first


def test_a_bounded_prior_bounds_the_encoder():
    made = build_game(recipe("bigan", "digits", "prior=uniform"))
    assert made.encoder(100 * REAL).abs().max() <= 1


def test_the_encoder_is_averaged_saved_and_loaded(tmp_path):
    told, run = recipe("bigan", "digits", "latent=5"), Run(tmp_path / "run")
    playing = trainer(told)
    playing.fit(3)
    with run.locked():
        run.begin(told, fresh=False)
    with playing.averaged():
        playing.game.eval()
        expected = playing.game.encode(REAL)["latent"]
        save_generator(run.path, told, playing.game, {"step": 3})
    generator = load_generator(run.path)
    assert torch.equal(generator.game.encode(REAL)["latent"], expected)
    assert generator.sample(6, given={"latent": expected.detach()}).shape == (6, 1, 8, 8)


def test_a_loss_without_a_mirror_is_refused():
    with pytest.raises(UserError, match="least_squares does not treat real and fake alike; use loss=non_saturating"):
        BiGAN.complete({"loss": "least_squares"})


def test_pairs_are_rows_of_numbers():
    assert paired(torch.zeros(2, 3, 4, 4), torch.ones(2, 5)).shape == (2, 53)
