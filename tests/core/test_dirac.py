"""The Dirac-GAN of Mescheder et al. 2018 (section 2, arXiv:1801.04406): data at 0, a fake at theta, D(x) = psi x.

Its equilibrium is theta = psi = 0. Which method gets there is known in closed form, and checks losses, penalties, their
signs and their weights at once: unregularised training circles, leaves or hardly closes in, R1 and R2 spiral in,
WGAN-GP does not arrive.
"""

import pytest
import torch

from zerosum.losses.loss import load_loss
from zerosum.penalties.finite_difference import FiniteDifferenceR1
from zerosum.penalties.load import penalty_class
from zerosum.penalties.one_centered import OneCentered
from zerosum.penalties.r1 import R1

RATE = 0.05


def play(loss, penalty=None, *, steps=800, alternating=True, start=(1.0, 1.0)):
    """The radii of (theta, psi) over training, first to last."""
    loss = load_loss(loss)
    theta, psi = (torch.tensor(value, dtype=torch.float64, requires_grad=True) for value in start)
    radii = []
    for _ in range(steps):
        (on_psi,) = torch.autograd.grad(of_discriminator(loss, penalty, theta.detach(), psi), psi)
        moved = (psi - RATE * on_psi).detach().requires_grad_()
        against = moved if alternating else psi
        (on_theta,) = torch.autograd.grad(loss.generator_loss((against.detach() * theta)[None], torch.zeros(1)), theta)
        theta, psi = (theta - RATE * on_theta).detach().requires_grad_(), moved
        radii.append(torch.stack([theta, psi]).norm().item())
    return radii


def of_discriminator(loss, penalty, theta, psi):
    real, fake = torch.zeros(1, 1, dtype=torch.float64), theta.reshape(1, 1)
    total = loss.discriminator_loss((psi * real)[:, 0], (psi * fake)[:, 0])
    if penalty is not None:
        total = total + penalty.weight * penalty(lambda x: psi * x[:, 0], real, fake)
    return total


@pytest.mark.parametrize("loss", ["wasserstein", "minimax"])
def test_simultaneous_steps_without_a_penalty_move_away(loss):
    radii = play(loss, alternating=False)
    assert radii[-1] > 1.5
    assert radii == sorted(radii)


@pytest.mark.parametrize("loss", ["wasserstein", "minimax"])
def test_alternating_steps_without_a_penalty_circle(loss):
    radii = play(loss, steps=1600)
    assert min(radii) > 1.2
    assert max(radii) < 1.8


@pytest.mark.parametrize("loss", ["non_saturating", "relativistic"])
def test_non_saturating_drifts_in_slower_than_any_exponential(loss):
    """Over a turn d(r^2)/dt = 2 psi theta (1 - 2 s(psi theta)) averages to -r^4 / 8: 1 / r^2 = 1 / r_0^2 + t / 8."""
    radii = play(loss, steps=1600)
    for step in (400, 800, 1600):
        assert radii[step - 1] == pytest.approx((1 / 2 + step * RATE / 8) ** -0.5, rel=0.08)


@pytest.mark.parametrize("loss", ["non_saturating", "relativistic"])
def test_simultaneous_non_saturating_does_not_arrive(loss):
    """Steps stretch r^2 by RATE^2 / 4 and the drift shrinks it by RATE r^2 / 8: they balance at r^2 = 2 RATE."""
    radii = play(loss, alternating=False, steps=1000, start=(0.1, 0.1))
    assert radii[-1] > 1.2 * radii[0]
    assert max(radii) < 1.2 * (2 * RATE) ** 0.5


def test_simultaneous_wgan_grows_as_predicted():
    """Each step is a rotation stretched by (1 + RATE^2)^(1/2)."""
    radii = play("wasserstein", alternating=False, steps=100)
    assert radii[-1] == pytest.approx(2**0.5 * (1 + RATE**2) ** 50, rel=1e-9)


@pytest.mark.parametrize("name", ["r1", "r2"])
@pytest.mark.parametrize("loss", ["wasserstein", "non_saturating", "minimax", "relativistic"])
@pytest.mark.parametrize("alternating", [True, False])
def test_zero_centred_penalties_spiral_in(loss, name, alternating):
    radii = play(loss, penalty_class(name)(gamma=1.0), alternating=alternating)
    assert radii[-1] < 1e-2


def test_a_weaker_penalty_spirals_in_more_slowly():
    fast, slow = (play("non_saturating", R1(gamma=gamma), steps=400)[-1] for gamma in (0.5, 0.1))
    assert fast < slow < 2**0.5


def test_finite_differences_spiral_in_too():
    torch.manual_seed(0)
    assert play("non_saturating", FiniteDifferenceR1(gamma=1.0))[-1] < 5e-2


@pytest.mark.parametrize("alternating", [True, False])
def test_wgan_gp_does_not_arrive(alternating):
    """Its penalty holds |psi| near 1, where the generator keeps moving."""
    torch.manual_seed(0)
    radii = play("wasserstein", OneCentered(gp_weight=1.0), alternating=alternating)
    assert min(radii[400:]) > 0.3
