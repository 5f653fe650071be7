"""Samples that are there already and cannot be drawn anew: what others made, or what was exported, as a sampler."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from zerosum.data.dataset import Dataset
from zerosum.metrics.source import read


@dataclass(frozen=True)
class Fixed:
    """A fixed set of samples, numbered in some order.

    Attributes:
        count: how many there are.
        images: images(first, count), uint8 [count, C, H, W], or points, float32 [count, D].
        labels: int64 [count], numbers of the reals' classes; None where there are none.
        about: what protocols say of it.
    """

    count: int
    images: Callable[[int, int], Tensor]
    labels: Tensor | None = None
    about: dict[str, Any] = field(default_factory=dict)


class SetSampler:
    """Samples that are there already as the sampler that metrics take: it has an attribute `fixed`.

    Args:
        samples: in the form of the reals.
        order: int64 [N], which of them, in which order: metrics that take fewer take the first.
    """

    def __init__(self, samples: Dataset, order: Tensor) -> None:
        self.samples, self.order = samples, order
        labels = None if samples.labels is None else samples.labels[order]
        about = {"samples": samples.name, "samples_fingerprint": samples.fingerprint}
        self.fixed = Fixed(len(order), self._images, labels, about | ({} if labels is None else {"labels": "given"}))

    def __call__(self, n: int, seed: int, labels: Tensor | None) -> tuple[Tensor, Tensor | None]:
        """Return the first `n` and their labels: others cannot be drawn, whatever the seed and the labels."""
        own = self.fixed.labels
        return self._images(0, n), None if own is None else own[:n]

    def _images(self, first: int, count: int) -> Tensor:
        return torch.cat([values for values, _ in read(self.samples, self.order[first : first + count])])
