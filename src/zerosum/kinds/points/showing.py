"""Points are drawn as a plot of all of them."""

import torch
from PIL import Image
from torch import Tensor

from zerosum.core.spec import Spec
from zerosum.drawing import pictures
from zerosum.kinds.kind import Showing

CURVE_POINTS = 400


class Shows(Showing):
    """See `Showing`."""

    many = few = 2000

    def picture(
        self, samples: Tensor, spec: Spec, real: Tensor | None = None, *, columns: int | None = None
    ) -> Image.Image:
        """Draw densities on a line, or points in a plane: of more dimensions the first two principal axes."""
        return pictures.points_picture(samples, real)

    def small(self, samples: Tensor, spec: Spec, real: Tensor | None = None) -> Image.Image:
        """Draw the same."""
        return self.picture(samples, spec, real)

    def axis(self, real: Tensor, spec: Spec) -> Tensor | None:
        """Return 400 places, [400, 1], of data on a line; of others there is no picture of D."""
        if spec.shape != (1,):
            return None
        return torch.linspace(float(real.min()), float(real.max()), CURVE_POINTS)[:, None]
