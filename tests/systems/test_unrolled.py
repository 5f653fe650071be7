"""Unrolled: the steps are those that D would take, the gradient flows through them, and D is left alone."""

import copy

import pytest
import torch
from torch import nn

from tiny import recipe, trainer
from zerosum.recipe.build import build_game
from zerosum.systems.unrolled import Unrolled


class Shift(nn.Module):
    """G(z) = z + theta."""

    def __init__(self, theta):
        super().__init__()
        self.theta = nn.Parameter(torch.tensor(theta, dtype=torch.float64))

    def forward(self, z):
        return z + self.theta


class Line(nn.Module):
    """D(x) = w sum(x)."""

    def __init__(self, weight):
        super().__init__()
        self.weight = nn.Parameter(torch.tensor(weight, dtype=torch.float64))

    def forward(self, x, label=None):
        return self.weight * x.sum(1)


def small(**options):
    made = build_game(recipe("unrolled", "8-ring", "width=8", "depth=2"))
    return Unrolled(made.generator, made.discriminator, latent=2, **{"unrolled": 3, "unroll_lr": 0.5, **options})


REAL = torch.randn(16, 2, generator=torch.Generator().manual_seed(0))


def test_a_wasserstein_line_is_unrolled_in_closed_form():
    """f = w (E fake - E real), so w_k = w - k eta d with d = E fake - E real, and -f_k = -(w - k eta d) d."""
    game = Unrolled(Shift(0.7), Line(0.2), latent=1, loss="wasserstein", unrolled=4, unroll_lr=0.1)
    real = torch.tensor([[1.0], [3.0]], dtype=torch.float64)
    fake = game.generator(torch.tensor([[0.5], [-0.5]], dtype=torch.float64))
    losses = game.answers(real, fake)
    d = 0.7 - 2.0
    assert [loss.item() for loss in losses] == pytest.approx([(0.2 - k * 0.1 * d) * d for k in range(5)])
    (gradient,) = torch.autograd.grad(-losses[-1], game.generator.theta)
    assert gradient.item() == pytest.approx(-(0.2 - 2 * 4 * 0.1 * d))  # through the steps; without them -(w - k eta d)


@pytest.mark.parametrize("loss", ["minimax", "hinge", "relativistic"])
def test_steps_are_those_of_plain_gradient_descent_on_a_copy(loss):
    game = small(loss=loss)
    fake = game.generator(torch.randn(16, 2)).detach()
    twin = copy.deepcopy(game.discriminator)
    optimiser = torch.optim.SGD(twin.parameters(), lr=0.5)
    expected = []
    for _ in range(4):
        value = game.rules.loss.discriminator_loss(twin(REAL), twin(fake))
        expected.append(value.item())
        optimiser.zero_grad()
        value.backward()
        optimiser.step()
    assert [loss.item() for loss in game.answers(REAL, fake)] == pytest.approx(expected, rel=1e-5)


def test_the_gradient_is_that_of_the_whole_computation():
    game = small(unrolled=3).double()
    z, real = torch.randn(16, 2, dtype=torch.float64), REAL.double()
    weight = next(game.generator.parameters())

    def value():
        return -game.answers(real, game.generator(z))[-1]

    (gradient,) = torch.autograd.grad(value(), weight)
    direction, step = torch.randn_like(weight), 1e-6
    with torch.no_grad():
        weight += step * direction
    above = value()
    with torch.no_grad():
        weight -= 2 * step * direction
    slope = (above - value()).item() / (2 * step)
    assert slope == pytest.approx((gradient * direction).sum().item(), rel=1e-4)


def test_no_step_is_the_zero_sum_game():
    game = small(unrolled=0)
    torch.manual_seed(1)
    terms = game.generator_loss({"real": REAL})
    torch.manual_seed(1)
    fake = game.fake(REAL, None)
    expected = -game.rules.loss.discriminator_loss(game.discriminator(REAL), game.discriminator(fake))
    assert terms["adversarial"].item() == pytest.approx(expected.item())
    assert terms["advance"].item() == 0


@pytest.mark.parametrize("settings", [(), ("discriminator.spectral_norm=true",), ("discriminator.batch_norm=true",)])
def test_the_discriminator_is_left_as_it_was_with_its_buffers(settings):
    game = build_game(recipe("unrolled", "digits", "network=mlp", *settings))
    before = {name: value.clone() for name, value in game.discriminator.state_dict().items()}
    terms = game.generator_loss({"real": torch.rand(16, 1, 8, 8) * 2 - 1})
    terms["adversarial"].backward(inputs=list(game.generator.parameters()))
    after = game.discriminator.state_dict()
    assert [name for name in before if not torch.equal(before[name], after[name])] == []
    assert all(parameter.grad is None for parameter in game.discriminator.parameters())


def test_a_round_moves_the_discriminator_by_one_ordinary_step():
    settings = ("optimizer=sgd", "momentum=0", "lr=0.01", "loss=minimax", "prior=normal", "width=16")
    plain = trainer(recipe("gan", "8-ring", *settings))
    ahead = trainer(recipe("unrolled", "8-ring", "optimizer=sgd", "lr=0.01", "width=16", "depth=2"))
    ahead.game.load_state_dict(plain.game.state_dict())
    for playing in (plain, ahead):
        playing.play()
    ours, theirs = plain.game.discriminator.state_dict(), ahead.game.discriminator.state_dict()
    assert all(torch.allclose(ours[name], theirs[name], atol=1e-6) for name in ours)


def test_looking_ahead_pays_the_discriminator():
    game = small(unrolled=5, unroll_lr=0.05)
    assert game.generator_loss({"real": REAL})["advance"] > 0
