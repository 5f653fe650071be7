"""Tokens are the same whole numbers inside and outside."""

from torch import Tensor

from zerosum.core.spec import Spec
from zerosum.core.tokens import ended
from zerosum.kinds.kind import Units


class Maps(Units):
    """Ids, int64 [N, L]; see `zerosum.core.tokens`."""

    def inside(self, samples: Tensor, spec: Spec) -> Tensor:
        """Return the ids."""
        return samples.long()

    def outside(self, samples: Tensor, spec: Spec) -> Tensor:
        """Return the ids, with padding behind each end."""
        return ended(samples.long())
