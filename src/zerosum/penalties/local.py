"""The penalty of DRAGAN: the norm of the gradient near reals, to 1."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from zerosum.options import Weight
from zerosum.penalties.gradients import full_precision, one_centered
from zerosum.penalties.penalty import Penalty, Position


@dataclass(frozen=True, kw_only=True)
class Local(Penalty):
    """E[(||grad_x D(x + d)||_2 - 1)^2] close to reals: DRAGAN, Kodali et al. 2017, arXiv:1705.07215.

    Each entry of d is spread * std(x) * U[0, 1), with std over the whole batch, as in the authors' code.

    Attributes:
        gp_weight: lambda in the paper.
        spread: the size of the neighbourhood in standard deviations of the data.
    """

    gp_weight: Weight = 10.0
    spread: float = 0.5
    on: ClassVar = "near"

    @property
    def strength(self) -> float:
        """All of gp_weight."""
        return self.gp_weight

    def measure(self, at: Position) -> Tensor:
        """Return the mean squared distance of the gradient's norm from 1 near reals."""
        real = full_precision(at.real.detach())
        return one_centered(at.discriminator, real + self.spread * real.std() * torch.rand_like(real), at.label)
