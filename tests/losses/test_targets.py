"""Label smoothing and label noise: their closed forms, and why targets stay in [0, 1]."""

import math

import pytest
import torch

from zerosum.errors import UserError
from zerosum.losses import least_squares, non_saturating, targets


def cross_entropy(logit, target):
    p = 1 / (1 + math.exp(-logit))
    return -target * math.log(p) - (1 - target) * math.log(1 - p)


def test_golden_numbers_with_targets():
    loss = non_saturating.discriminator_loss(
        torch.tensor([1.5, -0.5], dtype=torch.float64),
        torch.tensor([0.4], dtype=torch.float64),
        real_target=torch.tensor([0.9, 0.8], dtype=torch.float64),
        fake_target=0.1,
    )
    expected = (cross_entropy(1.5, 0.9) + cross_entropy(-0.5, 0.8)) / 2 + cross_entropy(0.4, 0.1)
    assert loss.item() == pytest.approx(expected, rel=1e-12)


def test_least_squares_takes_its_codes_from_the_targets():
    loss = least_squares.discriminator_loss(torch.tensor([0.5]), torch.tensor([0.5]), real_target=0.9, fake_target=0.2)
    assert loss.item() == pytest.approx(0.5 * 0.16 + 0.5 * 0.09)


def best_discriminator(p_data, p_g, **labels):
    """D at the stationary point of E_data[H(real_target, D)] + E_g[H(fake_target, D)], one logit a point, by Newton."""
    logit = torch.zeros_like(p_data, requires_grad=True)
    for _ in range(50):
        loss = sum(
            d * non_saturating.discriminator_loss(v[None], v[None], **labels)
            - (d - g) * non_saturating.cross_entropy(v[None], labels["fake_target"])
            for d, g, v in zip(p_data, p_g, logit, strict=True)
        )
        (slope,) = torch.autograd.grad(loss, logit)
        s = logit.detach().sigmoid()
        logit = (logit.detach() - slope / ((p_data + p_g) * s * (1 - s))).requires_grad_()
    return logit.detach().sigmoid()


@pytest.mark.parametrize("alpha", [1 - 1e-3, 0.9, 0.7])
def test_the_best_discriminator_under_one_sided_smoothing(alpha):
    p_data = torch.tensor([0.6, 0.3, 0.1], dtype=torch.float64)
    p_g = torch.tensor([0.2, 0.3, 0.5], dtype=torch.float64)
    best = best_discriminator(p_data, p_g, real_target=alpha, fake_target=0.0)
    assert torch.allclose(best, alpha * p_data / (p_data + p_g), atol=1e-8)


def test_two_sided_smoothing_favours_fakes_where_there_are_no_data():
    p_data, p_g = torch.tensor([0.001], dtype=torch.float64), torch.tensor([0.5], dtype=torch.float64)
    one = best_discriminator(p_data, p_g, real_target=0.9, fake_target=0.0)
    two = best_discriminator(p_data, p_g, real_target=0.9, fake_target=0.1)
    assert one.item() < 0.002
    assert two.item() == pytest.approx(0.1, abs=0.002)


def test_smoothed_labels_have_the_shape_of_the_logits():
    logits = torch.randn(3, 1, 2, 2, requires_grad=True)
    labels = targets.smoothed(logits)
    assert labels.shape == logits.shape
    assert not labels.requires_grad
    assert (labels == 0.9).all()


@pytest.mark.parametrize("label", [0.0, 0.9, 1.0])
@pytest.mark.parametrize("options", [{"uniform": 1.0}, {"uniform": 0.3, "flip": 0.2}, {"flip": 0.5}])
def test_targets_never_leave_0_to_1(label, options):
    torch.manual_seed(0)
    noisy = targets.noisy(torch.full((10_000,), label), **options)
    assert noisy.min() >= 0
    assert noisy.max() <= 1
    assert noisy.unique().numel() > 1


def test_the_noise_has_the_size_it_was_asked_for():
    torch.manual_seed(0)
    ones = torch.ones(200_000)
    assert targets.noisy(ones, uniform=0.2).mean().item() == pytest.approx(1 - 0.2 / 4, abs=1e-3)
    assert targets.noisy(ones / 2, uniform=0.2).std().item() == pytest.approx(0.2 / math.sqrt(3), rel=0.01)
    assert targets.noisy(ones, flip=0.1).mean().item() == pytest.approx(0.9, abs=3e-3)
    assert torch.equal(targets.noisy(ones), ones)


def test_softened_is_one_sided_unless_noise_is_asked_for():
    labels = targets.softened(torch.zeros(4), torch.zeros(6), real_label=0.9)
    assert torch.equal(labels["real_target"], torch.full((4,), 0.9))
    assert torch.equal(labels["fake_target"], torch.zeros(6))
    noisy = targets.softened(torch.zeros(4), torch.zeros(6), label_noise=0.5)
    assert (noisy["fake_target"] > 0).any()


def test_a_target_above_1_is_unbounded_below_and_one_up_to_1_is_not():
    """softplus(l) - t l tends to (1 - t) l: -0.05 l for the label 1.05."""
    logits, fakes = torch.tensor([1e2, 1e4, 1e6], dtype=torch.float64), torch.tensor([-1e6], dtype=torch.float64)
    above = [non_saturating.discriminator_loss(v[None], fakes, real_target=1.05).item() for v in logits]
    within = [non_saturating.discriminator_loss(v[None], fakes, real_target=0.95).item() for v in logits]
    assert above == pytest.approx([-5.0, -500.0, -50_000.0])
    assert within == pytest.approx([5.0, 500.0, 50_000.0])
    (slope,) = torch.autograd.grad(
        non_saturating.discriminator_loss(big := logits[:1].requires_grad_(), fakes, real_target=1.05), big
    )
    assert slope.item() < -0.04


@pytest.mark.parametrize(
    "call",
    [
        lambda: targets.smoothed(torch.zeros(1), 1.05),
        lambda: targets.noisy(torch.zeros(1), uniform=-0.1),
        lambda: targets.noisy(torch.zeros(1), flip=2.0),
    ],
)
def test_settings_outside_0_to_1_are_user_errors(call):
    with pytest.raises(UserError, match="between 0 and 1"):
        call()
