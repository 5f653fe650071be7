"""A space that samples are compared in."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import torch
from torch import Tensor

from zerosum.data.dataset import Dataset
from zerosum.metrics.classifier import LeNet
from zerosum.metrics.stacked import StackedClassifier


@dataclass(frozen=True)
class Features:
    """A map from samples as users see them to float32 [N, d] on the CPU; call it."""

    name: str
    fingerprint: str
    """Identifies the numbers it computes: scores with different fingerprints cannot be compared."""
    extract: Callable[[Tensor], Tensor]
    processing: str
    classifier: LeNet | StackedClassifier | None = None
    """What tells the classes from these features; only of those that a classifier makes."""
    unrounded: Callable[[Tensor], Tensor] | None = None
    """The same for images that are not rounded, float in 0..255; None where there is no such map."""
    kept: bool = False
    """Whether they cost so much that those of real images are kept in the cache folder."""

    def __call__(self, samples: Tensor) -> Tensor:
        """Return the features, float32 [N, d], of uint8 images [N, C, H, W] or points [N, D]."""
        return self.extract(samples)


class Maker(Protocol):
    """What has a name for `--features`: a function that makes features for the data that samples are compared with."""

    def __call__(self, train: Dataset, test: Dataset, *, device: torch.device | str, cache: Path | None) -> Features:
        """Return the features.

        Args:
            train: what was trained on; features may learn from it.
            test: its held-out split, which samples are compared with.
            device: where networks run.
            cache: folder of what is kept between runs; None: `storage.cache.cache_folder`.

        Raises:
            UserError: they do not suit the data, or lack what they need.
        """
