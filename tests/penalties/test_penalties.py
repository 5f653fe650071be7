"""Penalties on critics whose gradients are known: D(x) = <w, x> has w, D(x) = <x, A x> / 2 has A x."""

import dataclasses

import pytest
import torch
from torch import nn

from zerosum.errors import UserError
from zerosum.penalties.clipping import clip_weights
from zerosum.penalties.finite_difference import FiniteDifferenceR1, FiniteDifferenceR2
from zerosum.penalties.load import penalty_class
from zerosum.penalties.local import Local
from zerosum.penalties.one_centered import OneCentered
from zerosum.penalties.r1 import R1
from zerosum.penalties.r2 import R2
from zerosum.penalties.table import PENALTIES

WEIGHT = torch.tensor([3.0, -4.0, 12.0], dtype=torch.float64)  # norm 13
SQUARE = torch.diag(torch.tensor([1.0, 2.0, -0.5], dtype=torch.float64))


def linear(x, label=None):
    return x.flatten(1) @ WEIGHT.to(x.dtype)


def quadratic(x, label=None):
    return ((x @ SQUARE.to(x.dtype)) * x).sum(1) / 2


@pytest.fixture(autouse=True)
def _seeded():
    torch.manual_seed(0)


@pytest.fixture
def sides():
    return torch.randn(6, 3, dtype=torch.float64), torch.randn(6, 3, dtype=torch.float64) + 2


@pytest.mark.parametrize("name, expected", [("r1", 169.0), ("r2", 169.0), ("one_centered", 144.0), ("local", 144.0)])
def test_on_a_linear_critic(name, expected, sides):
    """||w||^2 = 169 and (||w|| - 1)^2 = 144, wherever it is measured."""
    value = penalty_class(name)()(linear, *sides)
    assert value.shape == ()
    assert value.item() == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("name, side", [("r1", 0), ("r2", 1)])
def test_on_a_quadratic_critic(name, side, sides):
    expected = (sides[side] @ SQUARE).square().sum(1).mean()
    assert penalty_class(name)()(quadratic, *sides).item() == pytest.approx(expected.item(), rel=1e-12)


def test_one_centered_looks_between_each_real_and_its_own_fake():
    seen = []
    real, fake = torch.zeros(500, 3), torch.arange(500.0)[:, None].expand(500, 3)
    OneCentered()(lambda x: seen.append(x) or x.sum(1), real, fake)
    t = (seen[0] / fake.clamp_min(1e-9))[1:]
    assert torch.allclose(t, t[:, :1].expand_as(t), atol=1e-6)
    assert t.min() >= 0
    assert t.max() <= 1
    assert t.mean().item() == pytest.approx(0.5, abs=0.05)
    assert t.std().item() > 0.2


def test_local_looks_within_half_a_standard_deviation_above_reals():
    seen = []
    real = torch.randn(400, 3) * 2 + 1
    Local()(lambda x: seen.append(x) or x.sum(1), real, real)
    distance = (seen[0].detach() - real) / real.std()
    assert distance.min() >= -1e-6
    assert distance.max() <= 0.5
    assert distance.mean().item() == pytest.approx(0.25, abs=0.02)


@pytest.mark.parametrize("name, side", [("fd_r1", 0), ("fd_r2", 1)])
@pytest.mark.parametrize("critic", [linear, quadratic])
def test_finite_differences_agree_with_the_exact_penalty_in_expectation(name, side, critic):
    sides = [torch.randn(1, 3, dtype=torch.float64) for _ in range(2)]
    sides = [side.expand(200_000, 3) for side in sides]
    exact = penalty_class(name.removeprefix("fd_"))()(critic, *sides).item()
    estimate = penalty_class(name)(share=1.0)(critic, *sides).item()
    assert estimate == pytest.approx(exact, rel=0.02)


def test_finite_differences_look_at_a_share_of_the_batch_in_one_pass():
    seen = []
    real = torch.randn(10, 3)
    label = torch.arange(10)
    FiniteDifferenceR1(share=0.25)(lambda x, y: seen.append((x, y)) or x.sum(1), real, real, label=label)
    ((x, y),) = seen
    assert x.shape == (6, 3)
    assert torch.equal(x[:3], real[:3])
    assert y.tolist() == [0, 1, 2, 0, 1, 2]
    assert (x[3:] - x[:3]).std().item() == pytest.approx(0.05, rel=0.6)


def test_finite_differences_need_no_second_derivative():
    class Once(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, w):
            ctx.save_for_backward(x, w)
            return x @ w

        @staticmethod
        @torch.autograd.function.once_differentiable
        def backward(ctx, g):
            x, w = ctx.saved_tensors
            return g[:, None] * w, x.T @ g

    w = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    x = torch.randn(8, 3)
    FiniteDifferenceR1(share=1.0)(lambda x: Once.apply(x, w), x, x).backward()
    assert w.grad.norm() > 0
    with pytest.raises(RuntimeError):
        R1()(lambda x: Once.apply(x, w), x, x).backward()


def critic():
    return nn.Sequential(nn.Flatten(), nn.Linear(12, 16), nn.Tanh(), nn.Linear(16, 1), nn.Flatten(0))


@pytest.mark.parametrize("kind, side", [(R1, 0), (R2, 1)])
def test_the_reused_forward_gives_the_same_value_and_gradient(kind, side):
    network = critic()
    inputs = [torch.randn(5, 3, 2, 2), torch.randn(5, 3, 2, 2)]
    fresh = torch.autograd.grad(kind()(network, *inputs), network[1].weight)[0]
    ready = [x.clone().requires_grad_() for x in inputs]
    logits = [network(x) for x in ready]

    def never(x):
        raise AssertionError("the forward pass was not reused")

    value = kind()(never, *ready, *logits)
    assert torch.allclose(value, kind()(network, *inputs))
    assert torch.allclose(torch.autograd.grad(value, network[1].weight)[0], fresh)
    assert kind.reuses == ("real", "fake")[side]


def test_logits_of_inputs_without_a_gradient_are_not_used():
    x = torch.randn(4, 3)
    assert R1()(linear, x, x, linear(x), linear(x)).item() == pytest.approx(169.0, rel=1e-5)


def test_reused_logits_still_serve_the_loss_afterwards():
    network = critic()
    real = torch.randn(4, 3, 2, 2, requires_grad=True)
    logits = network(real)
    (R1()(network, real, real, logits) + logits.mean()).backward(inputs=list(network.parameters()))
    assert all(p.grad is not None for p in network.parameters() if p.ndim > 1)


@pytest.mark.parametrize("name", PENALTIES)
def test_bfloat16_fakes_and_logits_give_a_float32_penalty_that_trains(name):
    network = critic()
    real, fake = torch.randn(8, 3, 2, 2), torch.randn(8, 3, 2, 2).bfloat16()
    torch.manual_seed(1)
    exact = penalty_class(name)()(network, real, fake)
    with torch.autocast("cpu", torch.bfloat16):
        torch.manual_seed(1)
        value = penalty_class(name)()(network, real, fake)
    value.backward()
    assert value.dtype == torch.float32
    assert value.item() == pytest.approx(exact.item(), rel=0.03)
    assert network[1].weight.grad.isfinite().all()
    assert network[1].weight.grad.norm() > 0


@pytest.mark.parametrize("name", ["fd_r1", "fd_r2"])
def test_finite_differences_are_exact_under_autocast(name):
    """bfloat16 holds a logit of 100 to 0.5, ten times the step: the difference must not be taken there."""
    network = nn.Sequential(nn.Linear(3, 1), nn.Flatten(0))
    nn.init.constant_(network[0].bias, 100.0)
    x = torch.randn(4000, 3)
    with torch.autocast("cpu", torch.bfloat16):
        value = penalty_class(name)(share=1.0)(network, x, x)
    assert value.item() == pytest.approx(network[0].weight.square().sum().item(), rel=0.1)


@pytest.mark.parametrize("name", PENALTIES)
def test_patches_count_as_their_mean(name):
    real, fake = torch.randn(8, 3, 2, 2), torch.randn(8, 3, 2, 2)
    network = nn.Conv2d(3, 1, 1)
    values = []
    for critic in (network, lambda x: network(x).mean((1, 2, 3))):
        torch.manual_seed(1)
        values.append(penalty_class(name)()(critic, real, fake).item())
    assert values[0] == pytest.approx(values[1], rel=1e-4)


@pytest.mark.parametrize("name", PENALTIES)
def test_labels_reach_the_discriminator(name):
    def critic(x, label):
        return x.sum(1) * (label + 1)

    x, label = torch.randn(8, 3), torch.full((8,), 3)
    torch.manual_seed(1)
    labelled = penalty_class(name)()(critic, x, x, label=label)
    torch.manual_seed(1)
    assert labelled.item() == pytest.approx(penalty_class(name)()(lambda x: 4 * x.sum(1), x, x).item(), rel=1e-5)


def test_a_flat_critic_has_a_finite_gradient():
    network = critic()
    nn.init.zeros_(network[3].weight)
    x = torch.randn(4, 3, 2, 2)
    OneCentered()(network, x, x).backward()
    assert all(p.grad.isfinite().all() for p in network.parameters() if p.grad is not None)


def test_weights():
    assert R1(gamma=10.0).weight == 5.0
    assert R2(gamma=1.0).weight == 0.5
    assert FiniteDifferenceR1(gamma=0.2).weight == 0.1
    assert FiniteDifferenceR2(gamma=0.2).weight == 0.1
    assert OneCentered().weight == 10.0
    assert Local(gp_weight=3.0).weight == 3.0


@pytest.mark.parametrize("name", PENALTIES)
def test_lazy_penalties_add_up_to_the_same_weight(name):
    eager, lazy = penalty_class(name)(), penalty_class(name)(every=4)
    total = [sum(p.weight for step in range(16) if p.due(step)) for p in (eager, lazy)]
    assert total[0] == total[1]
    assert [step for step in range(9) if lazy.due(step)] == [0, 4, 8]


def test_every_option_has_a_default_of_a_plain_type():
    for kind in map(penalty_class, PENALTIES):
        assert all(isinstance(field.default, int | float) for field in dataclasses.fields(kind))


@pytest.mark.parametrize(
    "make", [lambda: R1(every=0), lambda: FiniteDifferenceR1(sigma=0.0), lambda: FiniteDifferenceR2(share=1.5)]
)
def test_impossible_settings_are_user_errors(make):
    with pytest.raises(UserError, match="set "):
        make()


def test_clipped_weights():
    network = nn.Linear(50, 50)
    before = network.weight.detach().clone()
    clip_weights(network, 0.05)
    assert torch.equal(network.weight, before.clamp(-0.05, 0.05))
    assert network.bias.abs().max() <= 0.05
    with pytest.raises(UserError, match="above 0"):
        clip_weights(network, 0.0)
