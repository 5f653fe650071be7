"""Rows are written as a table."""

from typing import Any

from torch import Tensor

from zerosum.core.spec import Spec
from zerosum.kinds.kind import Writing


class Writes(Writing):
    """See `Writing`."""

    def array(self, samples: Tensor, spec: Spec) -> Any:
        """Return float64 [N, C]."""
        return samples.numpy()
