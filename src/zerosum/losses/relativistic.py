"""Relativistic pairing loss: Jolicoeur-Martineau 2018, arXiv:1807.00734; equation 2 of R3GAN, arXiv:2501.05441.

Each fake is compared with the real of the same index, so D need only order the pair: f(D(G(z)) - D(x)) with
f(t) = -log(1 + exp(-t)). Real and fake logits must have the same shape.
"""

from torch import Tensor
from torch.nn.functional import softplus


def discriminator_loss(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """Return E[log(1 + exp(-(D(x) - D(G(z)))))]."""
    return softplus(fake_logits - real_logits).mean()


def generator_loss(fake_logits: Tensor, real_logits: Tensor) -> Tensor:
    """Return E[log(1 + exp(-(D(G(z)) - D(x))))]."""
    return softplus(real_logits - fake_logits).mean()
