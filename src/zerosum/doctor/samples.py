"""Fresh samples of a generator beside its training data and data it has not seen."""

import contextlib
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from zerosum.data.dataset import Dataset
from zerosum.errors import UserError
from zerosum.evaluation.run_scores import run_sampler
from zerosum.kinds.table import kind_of
from zerosum.metrics.density_coverage import density_coverage
from zerosum.metrics.feature_cache import FeatureCache
from zerosum.metrics.features import features_for
from zerosum.metrics.kmeans import assign, kmeans
from zerosum.metrics.memorisation import copying, gaps, nearest_ratio
from zerosum.metrics.nearest import nearest
from zerosum.metrics.precision_recall import precision_recall
from zerosum.metrics.source import choose, read
from zerosum.metrics.space import Features
from zerosum.runs.generator import Generator
from zerosum.storage.cache import cache_folder
from zerosum.tasks.table import task_of

KNOWN = 0.9
"""The share of held-out data that lie nearest to train data of their own class, from which on classes are told so."""
MOST_TRAIN, MOST_FIT, MOST_HELD_OUT = 60_000, 3000, 1000
REGIONS, A_REGION = 20, 5
SHARE = 0.1
"""A class, mode or region is missing where it holds less than this share of its part in the training data."""
EXPECTED = 20
"""Samples that a group should have for its absence to mean anything."""
PAIRS = 500


@dataclass(frozen=True)
class Comparison:
    """Samples as users see them beside data, and where all of them lie.

    Attributes:
        samples: of the generator, [n, ...].
        train: at most 60,000 train samples.
        held_out: at most 1,000 held-out ones, where there are any.
        fit: which of them `features` are of, int64.
        place: of samples, train and held-out in the space where distances are taken: pixels or coordinates, [., d].
        features: of samples, at most 3,000 train samples and held-out ones, in the space that data are judged in.
        labels: of those train samples and of the held-out ones, where there are any.
        gap: distance of each sample to the nearest of `train`.
        nearest: which one that is.
    """

    samples: Tensor
    train: Tensor
    held_out: Tensor | None
    fit: Tensor
    place: tuple[Tensor, Tensor, Tensor | None]
    features: tuple[Tensor, Tensor, Tensor | None]
    labels: tuple[Tensor | None, Tensor | None]
    gap: Tensor
    nearest: Tensor


def draw(generator: Generator, train: Dataset, test: Dataset | None, n: int, seed: int) -> Comparison | None:
    """Draw `n` samples and place them among the data; None where the generator makes numbers that are not finite."""
    weights = [weight for module in generator.game.averaged().values() for weight in module.parameters()]
    if not all(bool(weight.isfinite().all()) for weight in weights):
        return None
    labels = None if train.labels is None else train.labels[torch.randint(len(train), (n,), generator=_chance(seed))]
    samples = run_sampler(generator, train if test is None else test)(n, seed, labels)[0]
    kind = kind_of(train.spec)
    at = partial(kind.judging.place, spec=train.spec)
    placed = at(samples)
    if not bool(placed.isfinite().all()):
        return None
    rows, fit = choose(MOST_TRAIN, len(train)), choose(MOST_FIT, min(MOST_TRAIN, len(train)))
    test_rows = None if test is None else choose(MOST_HELD_OUT, len(test))
    reals, held_out = _values(train, rows), None if test is None or test_rows is None else _values(test, test_rows)
    place = (placed, at(reals), None if held_out is None else at(held_out))
    features = place
    if kind.judging.names:
        # Of a translation the targets alone.
        task = task_of(generator.game)
        extract = features_for(task.judged_by(train), task.judged_by(train if test is None else test))
        test_features = None if test is None or test_rows is None else _kept(extract, test, test_rows)
        features = (extract(samples), _kept(extract, train, rows[fit]), test_features)
    true_labels = (_labels(train, rows[fit]), None if test is None or test_rows is None else _labels(test, test_rows))
    gap, which = nearest(place[0], place[1])
    return Comparison(samples, reals, held_out, fit, place, features, true_labels, gap, which)


def judge_samples(comparison: Comparison) -> dict[str, float]:
    """Return what samples look like beside data; what does not apply is left out.

    - diversity: mean distance of two samples over that of two train samples.
    - nearest, nearest_low: median and 5 % quantile of the distance to the nearest train sample, over those of held-out
      data; copying: the statistic C_T of `metrics.memorisation`.
    - feature_diversity, feature_nearest: diversity and nearest between features instead of pixels.
    - coverage: over what as many train samples reach against held-out data; precision, recall: the same in features.
    """
    fake, real, held_out = comparison.place
    numbers = {"diversity": _mean_distance(fake) / spread} if (spread := _mean_distance(real)) else {}
    if held_out is None:
        return numbers
    with contextlib.suppress(UserError):  # too few held-out samples, or copies of the train data among them
        between = gaps(real, held_out, fake)
        numbers["nearest"], numbers["nearest_low"] = nearest_ratio(between)
        numbers["copying"] = copying(between)
    with contextlib.suppress(UserError):
        numbers |= _in_features(*comparison.features)
        if len(held_out) >= EXPECTED:
            numbers |= _coverage(fake, real, held_out) | _precision(*comparison.features[:2], _held(comparison))
    return numbers


def _held(comparison: Comparison) -> Tensor:
    held_out = comparison.features[2]
    assert held_out is not None  # they have features where they have a place
    return held_out


def _in_features(fake: Tensor, train: Tensor, held_out: Tensor | None) -> dict[str, float]:
    """Return feature_diversity, and feature_nearest where there are data to be new; see `judge_samples`."""
    numbers = {"feature_diversity": _mean_distance(fake) / spread} if (spread := _mean_distance(train)) else {}
    if held_out is None or len(held_out) < EXPECTED:
        return numbers
    usual = float(nearest(held_out, train)[0].median())
    return numbers | ({"feature_nearest": float(nearest(fake, train)[0].median()) / usual} if usual else {})


def _coverage(fake: Tensor, train: Tensor, held_out: Tensor) -> dict[str, float]:
    """Return the share of held-out data with a sample near, over what as many train samples reach."""
    n = min(len(held_out), len(fake))
    ours, floor = (density_coverage(held_out, part)[1] for part in (fake[:n], _again(train, n)))
    return {"coverage": ours / floor} if floor else {}


def _precision(fake: Tensor, train: Tensor, held_out: Tensor) -> dict[str, float]:
    """Return precision and recall, over what as many train samples reach; nothing where there are fewer."""
    n = min(len(held_out), len(fake))
    if len(train) < n:
        return {}
    ours, best = (precision_recall(held_out, part) for part in (fake[:n], _again(train, n)))
    names = ("precision", "recall")
    return {name: mine / floor for name, mine, floor in zip(names, ours, best, strict=True) if floor}


def _again(train: Tensor, n: int) -> Tensor:
    """Return `n` train samples; fewer are taken again and again: what a perfect copy of them would reach."""
    return train[torch.arange(n) % len(train)]


@dataclass(frozen=True)
class Groups:
    """What data fall into: classes, modes or regions.

    Attributes:
        names: of the groups.
        real: group of each train sample looked at, int64.
        fake: group of each generated sample, int64.
        rows: which of the train samples these are; None where they are all.
    """

    names: tuple[str, ...]
    real: Tensor
    fake: Tensor
    rows: Tensor | None = None

    def shares(self) -> tuple[Tensor, Tensor]:
        """Return each group's share of the train data and of the samples, float64 [K]."""
        real, fake = (torch.bincount(part, minlength=len(self.names)).double() for part in (self.real, self.fake))
        return real / real.sum(), fake / fake.sum()

    def missing(self) -> list[int]:
        """Return the groups with less than a tenth of their part, where 20 samples should have been in them."""
        real, fake = self.shares()
        gone = (fake < SHARE * real) & (real * len(self.fake) >= EXPECTED)
        numbers: list[int] = gone.nonzero()[:, 0].tolist()
        return numbers

    def missing_share(self) -> float:
        """Return the share of the train data that the missing groups hold."""
        return float(self.shares()[0][self.missing()].sum())

    def missing_names(self) -> tuple[str, ...]:
        """Return the names of the missing groups."""
        return tuple(self.names[number] for number in self.missing())

    def examples(self, number: int, count: int) -> Tensor:
        """Return the positions of at most `count` train samples of a group."""
        positions = (self.real == number).nonzero()[:count, 0]
        return positions if self.rows is None else self.rows[positions]


def groups_of(comparison: Comparison, train: Dataset) -> Groups:
    """Return the modes of a toy density, else classes that neighbours tell apart, else k-means regions."""
    density = train.density
    if density is not None and density.modes is not None:
        names = tuple(f"mode at ({', '.join(f'{x:.2f}' for x in mode)})" for mode in density.modes.tolist())
        real, fake = (nearest(part, density.modes)[1] for part in (comparison.train, comparison.samples))
        return Groups(names, real, fake)
    # Regions of pixels, not of features: these fall into other regions altogether where the texture is a little off.
    fake, real = comparison.place[0], comparison.place[1][comparison.fit]
    labels = _told_apart(comparison)
    if labels is not None:
        return Groups(train.classes, labels, labels[nearest(fake, real)[1]], comparison.fit)
    centres = kmeans(real, max(1, min(REGIONS, len(real) // A_REGION)))
    names = tuple(f"region {number}" for number in range(len(centres)))
    return Groups(names, assign(real, centres), assign(fake, centres), comparison.fit)


def _told_apart(comparison: Comparison) -> Tensor | None:
    """Return the classes of the train samples that features are of, where held-out ones lie nearest to their own."""
    (own, true), (_, real, held_out) = comparison.labels, comparison.place
    if own is None or true is None or held_out is None or len(own.bincount().nonzero()) < 2:
        return None
    right = (own[nearest(held_out, real[comparison.fit])[1]] == true).double().mean()
    return own if float(right) >= KNOWN else None


def _labels(data: Dataset, rows: Tensor) -> Tensor | None:
    return None if data.labels is None else data.labels.cpu()[rows]


def _kept(extract: Features, data: Dataset, rows: Tensor) -> Tensor:
    """Return the features of real samples, out of the cache folder where they were taken before."""
    cache = FeatureCache(cache_folder() if extract.kept else None)
    features = cache.of(extract, data, rows)
    if features is None:
        features = extract(_values(data, rows))
        cache.keep(extract, data, rows, features)
    return features


def _values(data: Dataset, indices: Tensor) -> Tensor:
    return torch.cat([samples for samples, _ in read(data, indices)])


def _mean_distance(points: Tensor) -> float:
    some = points[:PAIRS].double()
    return float(torch.pdist(some).mean()) if len(some) > 1 else 0.0


def _chance(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)
