"""Hinge loss of Lim and Ye 2017 (Geometric GAN), arXiv:1705.02894; equations 16 and 17 of arXiv:1802.05957 (SN-GAN)."""

from torch import Tensor
from torch.nn.functional import relu


def discriminator_loss(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """Return E[max(0, 1 - D(x))] + E[max(0, 1 + D(G(z)))]."""
    return relu(1 - real_logits).mean() + relu(1 + fake_logits).mean()


def generator_loss(fake_logits: Tensor, real_logits: Tensor | None = None) -> Tensor:
    """Return -E[D(G(z))]."""
    return -fake_logits.mean()
