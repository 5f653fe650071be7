"""Images are judged through a network that knows photos, and laid beside one another by their pixels."""

from pathlib import Path
from typing import Any

from torch import Tensor

from zerosum.core.spec import Spec
from zerosum.data.dataset import Dataset, images_outside
from zerosum.kinds.kind import Judging
from zerosum.metrics.features import features_of_images, pixels
from zerosum.metrics.space import Features


class Judges(Judging):
    """See `Judging`."""

    names = ("imagenet", "patches", "classifier", "pixels", "inception", "dinov2")

    def place(self, samples: Tensor, spec: Spec) -> Tensor:
        """Return the pixels, area-averaged to at most 16 x 16; see `metrics.features.pixels`."""
        return pixels(samples)

    def near(self, samples: Tensor, spec: Spec) -> Tensor:
        """Return the pixels of what samples are outside."""
        return pixels(images_outside(samples))

    def features(self, train: Dataset, test: Dataset, *, device: Any = "cpu", cache: Path | None) -> Features:
        """Return the maps of EfficientNet-Lite0, or patches where its package is not installed."""
        return features_of_images(train, test, device=device, cache=cache)
