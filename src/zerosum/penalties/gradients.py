"""Gradients of D by its inputs, and the squared norms that penalties are made of, in float32 outside autocast."""

import torch
from torch import Tensor

from zerosum.penalties.penalty import Critic


def gradient(x: Tensor, logits: Tensor) -> Tensor:
    """The gradient d D(x_i) / d x_i, [N, -1] in float32, which stays in the graph."""
    (gradient,) = torch.autograd.grad(per_sample(logits).sum(), x, create_graph=True)
    flat: Tensor = full_precision(gradient).flatten(1)
    return flat


def logits_of(discriminator: Critic, x: Tensor, label: Tensor | None) -> Tensor:
    """D(x), or D(x, label) where labels are given."""
    logits: Tensor = discriminator(x) if label is None else discriminator(x, label)
    return logits


def per_sample(logits: Tensor) -> Tensor:
    """[N, ...] -> [N]: the mean over patches, in float32."""
    return full_precision(logits).flatten(1).mean(1) if logits.ndim > 1 else full_precision(logits)


def full_precision(x: Tensor) -> Tensor:
    """`x` in float32, or in float64 where it came so."""
    return x.to(torch.promote_types(x.dtype, torch.float32))


def zero_centered(discriminator: Critic, x: Tensor, logits: Tensor | None, label: Tensor | None) -> Tensor:
    """E[||grad_x D(x)||^2], from the game's own `logits` where they lead back to `x`."""
    if logits is None or not x.requires_grad:
        x = full_precision(x.detach()).requires_grad_()
        logits = logits_of(discriminator, x, label)
    with torch.autocast(x.device.type, enabled=False):
        return gradient(x, logits).square().sum(1).mean()


def one_centered(discriminator: Critic, x: Tensor, label: Tensor | None) -> Tensor:
    """E[(||grad_x D(x)||_2 - 1)^2]."""
    logits = logits_of(discriminator, x.requires_grad_(), label)
    with torch.autocast(x.device.type, enabled=False):
        norms: Tensor = torch.linalg.vector_norm(gradient(x, logits), dim=1)
        return (norms - 1).square().mean()
