"""Minimax loss, equation 1 of Goodfellow et al. 2014, arXiv:1406.2661.

min over G, max over D of V(D, G) = E[log s(D(x))] + E[log(1 - s(D(G(z))))], s the sigmoid. It saturates: where D is
sure that a fake is fake, G's gradient is s(D(G(z))), almost 0.
"""

from torch import Tensor
from torch.nn.functional import softplus

from zerosum.losses.non_saturating import discriminator_loss

__all__ = ["discriminator_loss", "generator_loss"]


def generator_loss(fake_logits: Tensor, real_logits: Tensor | None = None) -> Tensor:
    """Return E[log(1 - s(D(G(z))))], never positive."""
    return -softplus(fake_logits).mean()
