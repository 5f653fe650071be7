"""The weights of a critic, kept small: what WGAN had before penalties."""

import torch
from torch import nn

from zerosum.errors import UserError


@torch.no_grad()
def clip_weights(module: nn.Module, bound: float) -> None:
    """Clamp every parameter of `module` to [-bound, bound]: Algorithm 1, line 7 of WGAN, arXiv:1701.07875.

    Raises:
        UserError: `bound` is not above 0.
    """
    if not bound > 0:
        raise UserError(f"weights are clipped to a bound above 0, not {bound:g}: the paper's is 0.01")
    for weight in module.parameters():
        weight.clamp_(-bound, bound)
