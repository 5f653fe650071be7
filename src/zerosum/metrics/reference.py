"""The real side of every comparison, computed once and kept."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, cached_property

import torch
from torch import Tensor

from zerosum.data.dataset import Dataset
from zerosum.metrics.checks import varied
from zerosum.metrics.features import Features, small_pairs
from zerosum.metrics.frechet import Moments, moments
from zerosum.metrics.memorisation import Train, train_side
from zerosum.metrics.neighbours import radii
from zerosum.metrics.path_length import Paths
from zerosum.metrics.source import choose, is_images, read, reduced
from zerosum.metrics.translated import Translated

LIMIT = 10_000
SIDE = 128
"""Images are compared as images at no more than this many pixels a side, so that memory is bounded."""


@dataclass(frozen=True)
class Drawn:
    """What the metrics look at of N samples; the images themselves are made again where they are needed."""

    features: Tensor
    """float32 [N, d]."""
    points: Tensor | None
    """The samples themselves, float32 [N, D], where they are points."""
    predicted: Tensor | None
    """The classes that the features' classifier sees, int64 [N], where there is one."""
    asked: Tensor | None
    """The labels asked for or given, int64 [N], where there are any."""
    pairs: Callable[[int], tuple[Tensor, Tensor]]
    """Returns that many (small uint8 images, labels) of the same origin, to train a classifier on."""
    images: Callable[[int], Tensor]
    """Returns that many uint8 images of the same origin, at most 128 pixels a side."""
    paths: Callable[[int], Paths] | None = None
    """Returns that many paths through the latents, where the samples' origin shows them."""
    translated: Translated | None = None
    """The translations that the samples are, where they are some: sample i is number i of them."""

    def __len__(self) -> int:
        return len(self.features)


def draw(
    parts: Iterable[tuple[Tensor, Tensor | None]],
    features: Features,
    *,
    images: bool,
    pairs: Callable[[int], tuple[Tensor, Tensor]],
    again: Callable[[int], Tensor],
    paths: Callable[[int], Paths] | None = None,
    translated: Translated | None = None,
) -> Drawn:
    """Turn `parts` of (samples as users see them, labels or None) into what the metrics look at, part by part."""
    embedded, points, labels = [], [], []
    for samples, label in parts:
        embedded.append(features(samples))
        points += [] if images else [samples.detach().cpu().float()]
        labels += [] if label is None else [label.cpu()]
    together = torch.cat(embedded)
    predicted = None if features.classifier is None else features.classifier.predict_from(together)
    return Drawn(
        together,
        torch.cat(points) if points else None,
        predicted,
        torch.cat(labels) if labels else None,
        pairs,
        again,
        paths,
        translated,
    )


class Reference:
    """Real data to measure against: at most 10,000 of the test split, and train samples for the floors."""

    def __init__(
        self, train: Dataset, test: Dataset, features: Features, *, device: torch.device | str = "cpu"
    ) -> None:
        self.train, self.test, self.features, self.device = train, test, features, device
        self.images = is_images(train)
        self.radii = cache(self._radii)
        self.real_train = cache(self._real_train)

    @cached_property
    def indices(self) -> Tensor:
        """The test samples used: all of them, or 10,000 in a fixed order."""
        return choose(LIMIT, len(self.test))

    @cached_property
    def real(self) -> Drawn:
        """The test split."""
        return self._draw(self.test, self.indices)

    @cached_property
    def moments(self) -> Moments:
        """Mean and covariance of the test split's features."""
        return moments(self.real.features)

    @cached_property
    def test_pairs(self) -> tuple[Tensor, Tensor]:
        """Small images and labels of the test split."""
        return small_pairs(self.test, self.indices)

    @cached_property
    def varied(self) -> bool:
        """Whether the test split's features differ at all."""
        return varied(self.real.features)

    @cached_property
    def train_side(self) -> Train:
        """At most 10,000 train samples and their cells, to tell copies by: a copier copies them as often as others."""
        return train_side(self.real_train(LIMIT).features)

    @cached_property
    def gaps(self) -> tuple[Tensor, Tensor]:
        """How far the test split is from those train samples, and in which cells."""
        return self.train_side.gaps(self.real.features)

    def _real_train(self, n: int) -> Drawn:
        """Return `n` train samples in a fixed order, or all there are: what the floors are measured on."""
        return self._draw(self.train, choose(n, len(self.train)))

    def _radii(self, k: int) -> Tensor:
        return radii(self.real.features, k)

    def _draw(self, data: Dataset, indices: Tensor) -> Drawn:
        def pairs(count: int) -> tuple[Tensor, Tensor]:
            return small_pairs(data, choose(count, len(data)))

        def again(count: int) -> Tensor:
            return torch.cat([reduced(images, SIDE) for images, _ in read(data, indices[:count])])

        return draw(read(data, indices), self.features, images=self.images, pairs=pairs, again=again)
