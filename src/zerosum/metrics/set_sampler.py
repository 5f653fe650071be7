"""A set of samples that are there already, as the sampler that metrics take."""

import torch
from torch import Tensor

from zerosum.data.dataset import Dataset
from zerosum.metrics.fixed_samples import Fixed
from zerosum.metrics.sampler import Sampler
from zerosum.metrics.source import read


class SetSampler(Sampler):
    """Samples that are there already as the sampler that metrics take.

    Args:
        samples: in the form of the reals.
        order: int64 [N], which of them, in which order: metrics that take fewer take the first.
    """

    def __init__(self, samples: Dataset, order: Tensor) -> None:
        self.samples, self.order = samples, order
        labels = None if samples.labels is None else samples.labels[order]
        about = {"samples": samples.name, "samples_fingerprint": samples.fingerprint}
        self._fixed = Fixed(len(order), self._images, labels, about | ({} if labels is None else {"labels": "given"}))

    def __call__(self, n: int, seed: int, labels: Tensor | None) -> tuple[Tensor, Tensor | None]:
        """Return the first `n` and their labels: others cannot be drawn, whatever the seed and the labels."""
        own = self._fixed.labels
        return self._images(0, n), None if own is None else own[:n]

    @property
    def fixed(self) -> Fixed:
        """The samples, in order."""
        return self._fixed

    def _images(self, first: int, count: int) -> Tensor:
        return torch.cat([values for values, _ in read(self.samples, self.order[first : first + count])])
