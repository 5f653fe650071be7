"""Images are floats in [-1, 1] inside."""

from torch import Tensor

from zerosum.core.spec import Spec
from zerosum.data.dataset import images_inside, images_outside
from zerosum.kinds.kind import Units


class Maps(Units):
    """Bytes 0..255 and floats [-1, 1]; see `Units`."""

    def inside(self, samples: Tensor, spec: Spec) -> Tensor:
        """Return x / 127.5 - 1, float32."""
        return images_inside(samples)

    def outside(self, samples: Tensor, spec: Spec) -> Tensor:
        """Return bytes; see `images_outside`."""
        return images_outside(samples)

    def unrounded(self, samples: Tensor, spec: Spec) -> Tensor:
        """Return floats in 0..255."""
        return ((samples + 1) * 127.5).clamp(0, 255)
