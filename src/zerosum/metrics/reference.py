"""The real side of every comparison, computed once and kept."""

import dataclasses
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import torch
from torch import Tensor

from zerosum.data.dataset import Dataset
from zerosum.errors import UserError
from zerosum.metrics.checks import varied
from zerosum.metrics.feature_cache import FeatureCache
from zerosum.metrics.frechet import Moments, moments
from zerosum.metrics.labelled import classifier_features, small_pairs
from zerosum.metrics.memorisation import Train, train_side
from zerosum.metrics.neighbours import radii
from zerosum.metrics.outputs import Translated
from zerosum.metrics.path_length import Paths
from zerosum.metrics.source import choose, is_images, read, reduced
from zerosum.metrics.space import Features
from zerosum.metrics.tables.layout import Layout
from zerosum.progress.waiting import Waiting, silent

LIMIT = 10_000
ROWS = 50_000
"""Real rows of each split of a table that are looked at as rows."""
SIDE = 128
"""Images are compared as images at no more than this many pixels a side, so that memory is bounded."""


@dataclass(frozen=True)
class Drawn:
    """What the metrics look at of N samples; the images themselves are made again where they are needed."""

    features: Tensor
    """float32 [N, d]."""
    points: Tensor | None
    """The samples themselves, where they are no images: points float32 [N, D], rows of a table float64 [N, C], tokens
    float32 [N, L], whole numbers all of them."""
    labels: Tensor | None
    """The labels asked for or given, int64 [N], where there are any."""
    pairs: Callable[[int], tuple[Tensor, Tensor]]
    """Returns that many (small uint8 images, labels) of the same origin, to train a classifier on."""
    images: Callable[[int], Tensor]
    """Returns that many uint8 images of the same origin, at most 128 pixels a side."""
    seen: Callable[[], Tensor] | None = None
    """Returns the features that the classifier of the labels sees, float32 [N, 128], where there is one."""
    predict: Callable[[Tensor], Tensor] | None = None
    """Returns the classes that the classifier tells from these."""
    paths: Callable[[int], Paths] | None = None
    """Returns that many paths through the latents, where the samples' origin shows them."""
    log_probability: Callable[[Tensor], Tensor] | None = None
    """Returns the log of the probability of each token of any samples, [N, L], where the samples' origin knows it."""
    translated: Translated | None = None
    """The translations that the samples are, where they are some: sample i is number i of them."""

    def __len__(self) -> int:
        return len(self.features)

    @property
    def predicted(self) -> Tensor | None:
        """The classes that the classifier of the labels sees, int64 [N], where there is one."""
        return None if self.seen is None or self.predict is None else self.predict(self.seen())


Parts = Iterable[tuple[Tensor, Tensor | None]]
"""Samples as users see them and their labels, or None, part by part."""


class Reference:
    """Real data to measure against: at most 10,000 of the test split, and train samples for the floors.

    Args:
        train: what was trained on.
        test: its held-out split.
        features: the space of comparison.
        device: where networks run.
        folder: where costly features of real images are kept; None keeps none.
        waiting: is told what is waited for.
        target: of a table: the column that models are to tell from the others; None: that of the data, if any.

    Raises:
        UserError: there is no such column.
    """

    def __init__(
        self,
        train: Dataset,
        test: Dataset,
        features: Features,
        *,
        device: torch.device | str = "cpu",
        folder: Path | None = None,
        waiting: Waiting = silent,
        target: str | None = None,
    ) -> None:
        self.train, self.test, self.features, self.device, self.waiting = train, test, features, device, waiting
        self.kept, self.folder = FeatureCache(folder), folder
        self.images = is_images(train)
        self.layout = layout_of(train, target)
        self.radii = cache(self._radii)
        self.real_train = cache(self._real_train)

    @cached_property
    def labelled(self) -> Features:
        """The classifier of the labels, as features; asked for only where the data are `classifiable`."""
        if self.features.classifier is not None:
            return self.features
        self.waiting("the classifier of the labels, trained once a data set", 0, 0)
        features = classifier_features(self.train, self.test, device=self.device, cache=self.folder)
        assert features is not None
        return features

    @cached_property
    def shape(self) -> tuple[int, ...]:
        """The shape of a sample as users see it."""
        ((sample, _),) = read(self.train, torch.arange(1))
        return tuple(sample.shape[1:])

    @cached_property
    def indices(self) -> Tensor:
        """The test samples used: all of them, or 10,000 in a fixed order."""
        return choose(LIMIT, len(self.test))

    @cached_property
    def real(self) -> Drawn:
        """The test split."""
        return self._draw(self.test, self.indices)

    @cached_property
    def train_rows(self) -> Tensor:
        """At most 50,000 rows of the train split of a table, as they were read, float64 [N, C]."""
        return rows_of(self.train)

    @cached_property
    def test_rows(self) -> Tensor:
        """At most 50,000 rows of the test split of a table, as they were read, float64 [M, C]."""
        return rows_of(self.test)

    @cached_property
    def moments(self) -> Moments:
        """Mean and covariance of the test split's features."""
        return self.moments_of(self.real)

    def moments_of(self, samples: Drawn) -> Moments:
        """Return mean and covariance of samples' features, on a CUDA card where there is one: its float64 is quick.

        Others, as Apple's, have no float64.
        """
        quick = torch.device(self.device).type == "cuda"
        return moments(samples.features.to(self.device if quick else "cpu"))

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

    def draw(self, parts: Parts, empty: Drawn, *, count: int, what: str, classify: bool) -> Drawn:
        """Return `empty` with what the metrics look at of `count` samples, taken part by part.

        `classify`: whether the classifier of the labels is to see them.
        """
        features, points, labels, seen = [], [], [], []
        for samples, label in self._watched(parts, count, what):
            features.append(self.features(samples))
            points += [] if self.images else [samples.detach().cpu().to(self._precision)]
            labels += [] if label is None else [label.cpu()]
            seen += [self.labelled(samples)] if classify else []
        return dataclasses.replace(
            empty,
            features=torch.cat(features),
            points=torch.cat(points) if points else None,
            labels=torch.cat(labels) if labels else None,
            seen=(lambda: torch.cat(seen)) if classify else None,
            predict=self._predict if classify else None,
        )

    @property
    def _precision(self) -> torch.dtype:
        return torch.float32 if self.layout is None else torch.float64

    def _predict(self, seen: Tensor) -> Tensor:
        assert self.labelled.classifier is not None
        return self.labelled.classifier.predict_from(seen)

    def _watched(self, parts: Parts, count: int, what: str) -> Iterator[tuple[Tensor, Tensor | None]]:
        done = 0
        self.waiting(what, 0, count)
        for samples, label in parts:
            yield samples, label
            done += len(samples)
            self.waiting(what, done, count)

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

        @cache
        def seen() -> Tensor:
            return torch.cat([self.labelled(samples) for samples, _ in read(data, indices)])

        what = f"features of {len(indices):,} real {data.split} images"
        features = self.kept.of(self.features, data, indices) if self.features.kept else None
        reals = Drawn(torch.empty(0), None, None, pairs, again)
        if features is None:
            reals = self.draw(read(data, indices), reals, count=len(indices), what=what, classify=False)
            features = reals.features
            if self.features.kept:
                self.kept.keep(self.features, data, indices, features)
        labels = None if data.labels is None else data.labels.cpu()[indices]
        return dataclasses.replace(reals, features=features, labels=labels, seen=seen, predict=self._predict)


def layout_of(data: Dataset, target: str | None) -> Layout | None:
    """Return the columns of a table, with its own target or another one; None where data are none.

    Raises:
        UserError: a target of what is no table, or no such column.
    """
    layout: Layout | None = data.spec.answers.judging.layout(data)
    if layout is None and target is not None:
        raise UserError(f"{data.name} holds {data.spec.answers.unit.many}, not rows of a table: leave out the target")
    return None if layout is None else layout.aimed(target)


def rows_of(data: Dataset) -> Tensor:
    """Return at most 50,000 rows of a table as they were read, float64 [N, C]."""
    return torch.cat([rows for rows, _ in read(data, choose(ROWS, len(data)))])
