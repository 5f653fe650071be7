"""R1: the squared gradient of D at reals, to 0."""

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from zerosum.options import Weight
from zerosum.penalties.gradients import zero_centered
from zerosum.penalties.penalty import Penalty, Position


@dataclass(frozen=True, kw_only=True)
class R1(Penalty):
    """E[||grad_x D(x)||^2] on reals, zero-centred: equation 9 of Mescheder et al. 2018, arXiv:1801.04406.

    Attributes:
        gamma: the loss gets gamma / 2 times the penalty.
    """

    gamma: Weight = 1.0
    on: ClassVar = "real"
    reuses: ClassVar = "real"

    @property
    def strength(self) -> float:
        """Half of gamma."""
        return self.gamma / 2

    def measure(self, at: Position) -> Tensor:
        """Return the mean squared norm of the gradient at reals."""
        return zero_centered(at.discriminator, at.real, at.real_logits, at.label)
