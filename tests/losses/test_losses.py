"""Every loss against plain arithmetic, and the contract between a loss and the game."""

import math

import pytest
import torch

from zerosum.errors import UserError
from zerosum.losses.loss import load_loss, needs_real_logits, supports_targets
from zerosum.losses.table import LOSSES

REAL, FAKE = [2.0, -0.5, 0.3], [-1.0, 0.7, -2.5]


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


def mean(values):
    values = list(values)
    return sum(values) / len(values)


def cross_entropy_of_d():
    return -mean(math.log(sigmoid(r)) for r in REAL) - mean(math.log(1 - sigmoid(f)) for f in FAKE)


GOLDEN = {
    "minimax": (cross_entropy_of_d(), mean(math.log(1 - sigmoid(f)) for f in FAKE)),
    "non_saturating": (cross_entropy_of_d(), -mean(math.log(sigmoid(f)) for f in FAKE)),
    "least_squares": (
        0.5 * mean((r - 1) ** 2 for r in REAL) + 0.5 * mean(f**2 for f in FAKE),
        0.5 * mean((f - 1) ** 2 for f in FAKE),
    ),
    "hinge": (mean(max(0, 1 - r) for r in REAL) + mean(max(0, 1 + f) for f in FAKE), -mean(FAKE)),
    "wasserstein": (mean(FAKE) - mean(REAL), -mean(FAKE)),
    "relativistic": (
        mean(math.log(1 + math.exp(f - r)) for r, f in zip(REAL, FAKE, strict=True)),
        mean(math.log(1 + math.exp(r - f)) for r, f in zip(REAL, FAKE, strict=True)),
    ),
}


def logits(values, **options):
    return torch.tensor(values, dtype=torch.float64, **options)


def test_every_loss_has_a_golden_number():
    assert GOLDEN.keys() == LOSSES.keys()


@pytest.mark.parametrize("name", GOLDEN)
def test_golden_numbers(name):
    loss = load_loss(name)
    of_d, of_g = GOLDEN[name]
    assert loss.discriminator_loss(logits(REAL), logits(FAKE)).item() == pytest.approx(of_d, rel=1e-12)
    assert loss.generator_loss(logits(FAKE), logits(REAL)).item() == pytest.approx(of_g, rel=1e-12)


def test_golden_numbers_by_hand():
    loss = load_loss("hinge")
    assert loss.discriminator_loss(logits(REAL), logits(FAKE)).item() == pytest.approx(
        (0 + 1.5 + 0.7 + 0 + 1.7 + 0) / 3
    )
    assert load_loss("wasserstein").generator_loss(logits(FAKE)).item() == pytest.approx(2.8 / 3)


@pytest.mark.parametrize("name", ["minimax", "non_saturating"])
def test_an_undecided_discriminator_costs_log_4(name):
    zeros = torch.zeros(5)
    assert load_loss(name).discriminator_loss(zeros, zeros).item() == pytest.approx(math.log(4))


@pytest.mark.parametrize("name", LOSSES)
def test_patches_are_averaged(name):
    loss = load_loss(name)
    patches = torch.randn(2, 3, 1, 4, 4)
    for whole, flat in ((patches, patches.flatten(1)),):
        assert torch.allclose(loss.discriminator_loss(*whole), loss.discriminator_loss(*flat))
        assert torch.allclose(loss.generator_loss(*whole), loss.generator_loss(*flat))
    assert loss.discriminator_loss(*patches).shape == ()


@pytest.mark.parametrize("name", LOSSES)
def test_players_pull_in_opposite_directions(name):
    loss = load_loss(name)
    real, fake = logits([0.1, -0.2], requires_grad=True), logits([0.3, -0.1], requires_grad=True)
    on_real, on_fake = torch.autograd.grad(loss.discriminator_loss(real, fake), (real, fake))
    (wanted,) = torch.autograd.grad(loss.generator_loss(fake, real.detach()), fake)
    assert (on_real < 0).all()
    assert (wanted < 0).all()
    if name != "least_squares":
        assert (on_fake > 0).all()


@pytest.mark.parametrize("name", LOSSES)
def test_extreme_logits_stay_finite(name):
    loss = load_loss(name)
    real, fake = torch.tensor([80.0, -80.0]), torch.tensor([-80.0, 80.0])
    assert loss.discriminator_loss(real, fake).isfinite()
    assert loss.generator_loss(fake, real).isfinite()


def gradient_of_g(name, value):
    fake = logits([value], requires_grad=True)
    return torch.autograd.grad(load_loss(name).generator_loss(fake), fake)[0].item()


def test_the_minimax_generator_saturates_and_the_other_does_not():
    """Where D is sure a fake is fake, l = -10: -s(l) against -(1 - s(l)); both point the same way."""
    assert gradient_of_g("minimax", -10.0) == pytest.approx(-sigmoid(-10), rel=1e-9)
    assert gradient_of_g("non_saturating", -10.0) == pytest.approx(-(1 - sigmoid(-10)), rel=1e-9)
    assert gradient_of_g("non_saturating", -10.0) / gradient_of_g("minimax", -10.0) > 2e4


def test_a_confident_discriminator_keeps_its_digits_in_float32():
    loss = load_loss("non_saturating").discriminator_loss(torch.tensor([19.0]), torch.tensor([-19.0]))
    assert loss.item() == pytest.approx(2 * math.exp(-19), rel=1e-5)


def test_only_the_right_losses_take_targets():
    assert {n for n in LOSSES if supports_targets(load_loss(n))} == {
        "minimax",
        "non_saturating",
        "least_squares",
    }


def test_only_the_relativistic_generator_needs_reals():
    assert [n for n in LOSSES if needs_real_logits(load_loss(n))] == ["relativistic"]


def test_an_unknown_loss_is_a_user_error_with_a_suggestion():
    with pytest.raises(UserError, match="no loss 'hing'; did you mean 'hinge'"):
        load_loss("hing")
