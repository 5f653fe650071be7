"""Softened labels for D: one-sided label smoothing and label noise.

One-sided smoothing (Salimans et al. 2016, section 3.4, arXiv:1606.03498) asks D for alpha < 1 on reals and still for 0
on fakes. The best D is then alpha p_data / (p_data + p_g): a scaled copy of the honest one. Smoothing fakes to beta as
well would give (alpha p_data + beta p_g) / (p_data + p_g), which rewards fakes where p_data is nearly 0 for staying
there.

Every target here lies in [0, 1]. That is not tidiness: with a target t > 1 binary cross-entropy is softplus(l) - t l,
which tends to (1 - t) l -> -infinity as the logit l grows, so there is no best D to approach and logits run away.
Recipes that add noise to the label 1 without clipping train on such targets.
"""

import torch
from torch import Tensor

from zerosum.errors import UserError


def smoothed(like: Tensor, value: float = 0.9) -> Tensor:
    """Return targets `value` (alpha in the paper) shaped like the logits `like`.

    Raises:
        UserError: `value` is outside [0, 1].
    """
    _check("a smoothed label", value)
    return torch.full_like(like, value, requires_grad=False)


def noisy(target: Tensor, *, uniform: float = 0.0, flip: float = 0.0) -> Tensor:
    """Return `target` flipped (t -> 1 - t) with probability `flip`, plus U(-uniform, uniform), clipped to [0, 1].

    Clipping halves the noise at the ends: around 1 the mean target becomes 1 - uniform / 4.

    Args:
        target: targets in [0, 1], any shape, of a floating type.
        uniform: half the width of the additive noise.
        flip: probability with which the label of one sample is swapped.

    Raises:
        UserError: `uniform` or `flip` is outside [0, 1].
    """
    _check("label noise", uniform)
    _check("the probability of flipping a label", flip)
    flipped = torch.where(torch.rand_like(target) < flip, 1 - target, target)
    return (flipped + uniform * (2 * torch.rand_like(target) - 1)).clamp(0, 1)


def softened(
    real_logits: Tensor,
    fake_logits: Tensor,
    *,
    real_label: float = 1.0,
    label_noise: float = 0.0,
    label_flip: float = 0.0,
) -> dict[str, Tensor]:
    """Return the keywords `real_target` and `fake_target` of a `discriminator_loss` that takes them.

    Args:
        real_logits: gives the shape of the targets of reals.
        fake_logits: gives the shape of the targets of fakes.
        real_label: alpha, the target of reals; 0.9 in the paper. Fakes keep 0.
        label_noise: `uniform` of `noisy`, for reals and fakes.
        label_flip: `flip` of `noisy`, for reals and fakes.
    """
    return {
        "real_target": noisy(smoothed(real_logits, real_label), uniform=label_noise, flip=label_flip),
        "fake_target": noisy(smoothed(fake_logits, 0.0), uniform=label_noise, flip=label_flip),
    }


def _check(what: str, value: float) -> None:
    if not 0 <= value <= 1:
        raise UserError(f"{what} must lie between 0 and 1, not {value:g}: outside it the loss of D has no minimum")
