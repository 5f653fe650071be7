"""R1: the squared gradient of D at reals, to 0."""

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from zerosum.penalties.gradients import zero_centered
from zerosum.penalties.penalty import Position
from zerosum.penalties.zero_centered import ZeroCentered


@dataclass(frozen=True, kw_only=True)
class R1(ZeroCentered):
    """E[||grad_x D(x)||^2] on reals, zero-centred: equation 9 of Mescheder et al. 2018, arXiv:1801.04406."""

    on: ClassVar = "real"
    reuses: ClassVar = "real"

    def measure(self, at: Position) -> Tensor:
        """Return the mean squared norm of the gradient at reals."""
        return zero_centered(at.discriminator, at.real, at.real_logits, at.label)
