"""Non-saturating loss, section 3 of Goodfellow et al. 2014, arXiv:1406.2661.

D minimises binary cross-entropy; G minimises -E[log s(D(G(z)))], s the sigmoid, which has the fixed point of the
minimax game but whose gradient does not vanish where D is sure that a fake is fake.
"""

from torch import Tensor
from torch.nn.functional import softplus


def discriminator_loss(
    real_logits: Tensor, fake_logits: Tensor, *, real_target: float | Tensor = 1.0, fake_target: float | Tensor = 0.0
) -> Tensor:
    """Return H(real_target, s(D(x))) + H(fake_target, s(D(G(z)))), H the binary cross-entropy.

    With the default targets this is -E[log s(D(x))] - E[log(1 - s(D(G(z))))], the negative of equation 1.

    Args:
        real_logits: D(x), any shape.
        fake_logits: D(G(z)), any shape.
        real_target: probability in [0, 1] to be given to reals (see `targets`), a number or shaped like the logits.
        fake_target: the same for fakes.
    """
    return cross_entropy(real_logits, real_target) + cross_entropy(fake_logits, fake_target)


def generator_loss(fake_logits: Tensor, real_logits: Tensor | None = None) -> Tensor:
    """Return -E[log s(D(G(z)))]."""
    return softplus(-fake_logits).mean()


def cross_entropy(logits: Tensor, target: float | Tensor) -> Tensor:
    """Return the mean of -t log s(l) - (1 - t) log(1 - s(l)) = t softplus(-l) + (1 - t) softplus(l).

    The equal form softplus(l) - t l would lose every digit of the loss of a confident D to cancellation.
    """
    return (target * softplus(-logits) + (1 - target) * softplus(logits)).mean()
