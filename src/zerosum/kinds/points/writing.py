"""Points are written as an archive of floats."""

from typing import Any

from torch import Tensor

from zerosum.core.spec import Spec
from zerosum.kinds.kind import Writing


class Writes(Writing):
    """See `Writing`."""

    def array(self, samples: Tensor, spec: Spec) -> Any:
        """Return float32 [N, D]."""
        return samples.numpy()
