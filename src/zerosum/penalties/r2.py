"""R2: the squared gradient of D at fakes, to 0."""

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from zerosum.penalties.gradients import zero_centered
from zerosum.penalties.penalty import Position
from zerosum.penalties.zero_centered import ZeroCentered


@dataclass(frozen=True, kw_only=True)
class R2(ZeroCentered):
    """E[||grad_x D(x)||^2] on fakes, zero-centred: section 4.1 of Mescheder et al. 2018, arXiv:1801.04406."""

    on: ClassVar = "fake"
    reuses: ClassVar = "fake"

    def measure(self, at: Position) -> Tensor:
        """Return the mean squared norm of the gradient at fakes."""
        return zero_centered(at.discriminator, at.fake, at.fake_logits, at.label)
