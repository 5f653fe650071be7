"""Least squares, equation 9 of Mao et al. 2017 (LSGAN), arXiv:1611.04076: codes a = 0 for fakes, b = c = 1."""

from torch import Tensor


def discriminator_loss(
    real_logits: Tensor, fake_logits: Tensor, *, real_target: float | Tensor = 1.0, fake_target: float | Tensor = 0.0
) -> Tensor:
    """Return (1/2) E[(D(x) - b)^2] + (1/2) E[(D(G(z)) - a)^2], b = `real_target`, a = `fake_target`."""
    return ((real_logits - real_target).square().mean() + (fake_logits - fake_target).square().mean()) / 2


def generator_loss(fake_logits: Tensor, real_logits: Tensor | None = None) -> Tensor:
    """Return (1/2) E[(D(G(z)) - 1)^2]."""
    return (fake_logits - 1).square().mean() / 2
