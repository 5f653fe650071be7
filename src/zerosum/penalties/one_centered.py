"""The penalty of WGAN-GP: the norm of the gradient between reals and fakes, to 1."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from zerosum.options import Weight
from zerosum.penalties.gradients import full_precision, one_centered
from zerosum.penalties.penalty import Penalty, Position


@dataclass(frozen=True, kw_only=True)
class OneCentered(Penalty):
    """E[(||grad_x D(x)||_2 - 1)^2] on lines between reals and fakes: WGAN-GP, equation 3 of arXiv:1704.00028.

    Attributes:
        gp_weight: lambda in the paper.
    """

    gp_weight: Weight = 10.0
    on: ClassVar = "between"

    @property
    def strength(self) -> float:
        """All of gp_weight."""
        return self.gp_weight

    def measure(self, at: Position) -> Tensor:
        """Return the mean squared distance of the gradient's norm from 1 at a random point between each pair."""
        real, fake = full_precision(at.real.detach()), full_precision(at.fake.detach())
        t = torch.rand(len(real), *[1] * (real.ndim - 1), dtype=real.dtype, device=real.device)
        return one_centered(at.discriminator, torch.lerp(real, fake, t), at.label)
