"""Modes of stacked images: which of the K^3 combinations a generator makes, told by a classifier of single channels.

Srivastava et al. 2017, arXiv:1705.07761; Lin et al. 2017, arXiv:1712.04086: 25,600 samples, each channel classified on
its own, modes = combinations seen at least once, KL of their histogram to the even one.
"""

from torch import Tensor

from zerosum.data.stacked import CHANNELS, mode_of
from zerosum.metrics.classes import histogram, kl_to_uniform
from zerosum.metrics.classifier import FEATURES, LeNet, shrink

SAMPLES = 25_600


class StackedClassifier:
    """A classifier of single images that looks at each channel on its own."""

    def __init__(self, single: LeNet) -> None:
        self.single = single
        self.classes: int = single.classes**CHANNELS

    def features(self, images: Tensor) -> Tensor:
        """Return the features of the channels side by side, float32 [N, 3 x 128], of uint8 images [N, 3, H, W]."""
        channels = shrink(images).flatten(0, 1).unsqueeze(1)
        return self.single.features(channels).view(len(images), -1)

    def predict_from(self, features: Tensor) -> Tensor:
        """Return the most likely mode, int64 [N] on the CPU, of what `features` returned."""
        labels = self.single.predict_from(features.reshape(-1, FEATURES))
        return mode_of(labels.view(-1, CHANNELS), self.single.classes)


def stacked_modes(predicted: Tensor, classes: int) -> tuple[int, float]:
    """Return (modes seen, KL of their histogram to the even one in nats) of the modes [N] that a classifier saw.

    A perfect sampler of K even modes gets a KL of about (K - 1) / (2 N) by chance alone: 0.0195 from 25,600 samples of
    1,000 modes. MNIST's train digits are not quite even, which makes it 0.0238.

    Raises:
        UserError: there are no samples.
    """
    counts = histogram(predicted, classes)
    return int((counts > 0).sum()), kl_to_uniform(counts)
