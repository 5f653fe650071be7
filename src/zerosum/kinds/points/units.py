"""Points are standardised inside."""

import torch
from torch import Tensor

from zerosum.core.spec import Spec
from zerosum.kinds.kind import Units


class Maps(Units):
    """x = center + scale * z, with z inside; see `Units`."""

    def inside(self, samples: Tensor, spec: Spec) -> Tensor:
        """Return (x - center) / scale, float32."""
        return (samples - torch.tensor(spec.facts["center"])) / torch.tensor(spec.facts["scale"])

    def outside(self, samples: Tensor, spec: Spec) -> Tensor:
        """Return z * scale + center, float32."""
        return samples * torch.tensor(spec.facts["scale"]) + torch.tensor(spec.facts["center"])
