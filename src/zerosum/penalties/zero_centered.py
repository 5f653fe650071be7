"""What R1 and R2 share: a squared gradient norm that is pulled to 0, and its weight."""

from abc import ABC
from dataclasses import dataclass

from zerosum.options import Weight
from zerosum.penalties.penalty import Penalty


@dataclass(frozen=True, kw_only=True)
class ZeroCentered(Penalty, ABC):
    """A penalty E[||grad_x D(x)||^2]; see Mescheder et al. 2018, arXiv:1801.04406.

    Attributes:
        gamma: the loss gets gamma / 2 times the penalty.
    """

    gamma: Weight = 1.0

    @property
    def strength(self) -> float:
        """Half of gamma."""
        return self.gamma / 2
