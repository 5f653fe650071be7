"""Wasserstein loss, equations 2 and 3 of Arjovsky et al. 2017 (WGAN), arXiv:1701.07875.

It means a distance only while the critic is Lipschitz: clip its weights (`penalties.clip_weights`) or penalise its
gradient (`penalties.OneCentered`).
"""

from torch import Tensor


def discriminator_loss(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """Return E[D(G(z))] - E[D(x)], the negative of the estimate of the distance."""
    return fake_logits.mean() - real_logits.mean()


def generator_loss(fake_logits: Tensor, real_logits: Tensor | None = None) -> Tensor:
    """Return -E[D(G(z))]."""
    return -fake_logits.mean()
