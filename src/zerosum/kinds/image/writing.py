"""Images are written as PNG files, or as an archive of bytes."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PIL import Image
from torch import Tensor

from zerosum.core.spec import Spec
from zerosum.drawing import pictures
from zerosum.kinds.kind import Writing


class Writes(Writing):
    """See `Writing`."""

    ending = ".png"

    def save(self, sample: Tensor, spec: Spec, path: Path, metadata: Mapping[str, Any] | None) -> None:
        """Write one image, uint8 [C, H, W]."""
        pictures.save(as_image(sample), path, metadata=None if metadata is None else dict(metadata))

    def array(self, samples: Tensor, spec: Spec) -> Any:
        """Return uint8 [N, H, W, C]."""
        return samples.permute(0, 2, 3, 1).numpy()


def as_image(image: Tensor) -> Image.Image:
    """Return one uint8 image [C, H, W] as a picture of the same size."""
    array = image.permute(1, 2, 0).numpy()
    return Image.fromarray(array[..., 0] if array.shape[2] == 1 else array)
