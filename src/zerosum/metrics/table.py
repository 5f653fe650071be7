"""Each metric's measure on common terms: the one place that knows constants, directions and when a metric applies."""

import logging
import math

from zerosum.data.stacked import Stacked
from zerosum.metrics import classes, classifier, modes, translation
from zerosum.metrics.checks import varied
from zerosum.metrics.classification_accuracy import LIMIT, classification_accuracy_score, pairs_wanted
from zerosum.metrics.frechet import frechet_from_moments
from zerosum.metrics.kernel import kernel_distance
from zerosum.metrics.labelled import classifiable
from zerosum.metrics.manifolds import manifolds
from zerosum.metrics.memorisation import A_CELL, CELLS, LOW, Gaps, copying, nearest_ratio, quantile
from zerosum.metrics.metric import Metric, Value, always, binomial, needs_classes, no_more_than_real
from zerosum.metrics.optional_table import ON_REQUEST
from zerosum.metrics.privacy.scores import PRIVACY
from zerosum.metrics.reference import LIMIT as TRAIN_LIMIT
from zerosum.metrics.reference import Drawn, Reference
from zerosum.metrics.stacked import StackedClassifier, stacked_modes
from zerosum.metrics.tables.scores import TABLES
from zerosum.metrics.text.table import TEXT
from zerosum.metrics.wasserstein import wasserstein_1d

log = logging.getLogger(__name__)
PRECISION_K = 3
DENSITY_K = 5
SUBSETS, SUBSET_SIZE = 100, 1000


def _frechet(reference: Reference, fake: Drawn) -> dict[str, Value]:
    return {"fd": (frechet_from_moments(reference.moments, reference.moments_of(fake)), None)}


def _kernel(reference: Reference, fake: Drawn) -> dict[str, Value]:
    real = reference.real.features
    value, error = kernel_distance(real, fake.features, subsets=SUBSETS, subset_size=SUBSET_SIZE)
    return {"kd": (value, error if math.isfinite(error) else None)}


def _manifolds(reference: Reference, fake: Drawn) -> dict[str, Value]:
    features = fake.features[: len(reference.real)]
    if not varied(features):
        log.warning("all %s samples have the same features: a collapse, of which density says nothing", len(features))
    reach = {k: reference.radii(k) for k in (PRECISION_K, DENSITY_K)}
    overlap = manifolds(reference.real.features, features, near=PRECISION_K, dense=DENSITY_K, real_radii=reach)
    return {
        "precision": (overlap.precision, binomial(overlap.precision, len(features))),
        "recall": (overlap.recall, None),
        "density": (overlap.density, None),
        "coverage": (overlap.coverage, None),
    }


def _memorisation(reference: Reference, fake: Drawn) -> dict[str, Value]:
    gaps = Gaps.of(reference.train_side.gaps(fake.features), reference.gaps)
    median, low = nearest_ratio(gaps)
    return {"nearest_ratio": (median, None), "nearest_ratio_low": (low, None), "copying": (copying(gaps), None)}


def _classes(reference: Reference, fake: Drawn) -> dict[str, Value]:
    assert fake.predicted is not None
    counts = classes.histogram(fake.predicted, len(reference.train.classes))
    return {"classes": (classes.class_coverage(counts), None), "class_kl": (classes.kl_to_uniform(counts), None)}


def _label_accuracy(reference: Reference, fake: Drawn) -> dict[str, Value]:
    assert fake.predicted is not None
    assert fake.labels is not None
    share = classes.label_accuracy(fake.predicted, fake.labels)
    return {"label_accuracy": (share, binomial(share, len(fake)))}


def _cas(reference: Reference, fake: Drawn) -> dict[str, Value]:
    images, labels = fake.pairs(_pairs(reference, len(fake)))
    count = len(reference.train.classes)
    share = classification_accuracy_score(
        images, labels, *reference.test_pairs, count, steps=classifier.STEPS, device=reference.device
    )
    return {"cas": (share, binomial(share, len(reference.real)))}


def _modes(reference: Reference, fake: Drawn) -> dict[str, Value]:
    density = reference.train.density
    assert density is not None
    assert density.modes is not None
    assert density.sigma is not None
    assert fake.points is not None
    counts = modes.modes(fake.points, density.modes, density.sigma)
    return {
        "modes": (counts.found, None),
        "populated_modes": (counts.populated, None),
        "high_quality": (counts.high_quality, binomial(counts.high_quality, len(fake))),
        "reverse_kl": (counts.reverse_kl, None),
    }


def _stacked(reference: Reference, fake: Drawn) -> dict[str, Value]:
    assert fake.predicted is not None
    assert isinstance(reference.labelled.classifier, StackedClassifier)
    count, kl = stacked_modes(fake.predicted, reference.labelled.classifier.classes)
    return {"stacked_modes": (count, None), "stacked_kl": (kl, None)}


def _wasserstein(reference: Reference, fake: Drawn) -> dict[str, Value]:
    assert reference.real.points is not None
    assert fake.points is not None
    return {"w1": (wasserstein_1d(reference.real.points, fake.points), None)}


def _pairs(reference: Reference, n: int) -> int:
    # No more than there are samples: a set that was made elsewhere has no others, and the floor is to be its equal.
    return min(n, pairs_wanted(len(reference.train)))


def _needs_labels(reference: Reference, conditional: bool) -> str:
    problem = "" if reference.test.labels is not None else f"the test images of {reference.test.name} have no labels"
    return needs_classes(reference, conditional) or ("" if conditional else "the sampler takes no labels") or problem


def _needs_held_out(reference: Reference, conditional: bool) -> str:
    copied = quantile(reference.gaps[0], LOW) == 0
    return f"{LOW:.0%} of the test samples of {reference.test.name} are in its train split too" if copied else ""


def _needs_modes(reference: Reference, conditional: bool) -> str:
    density = reference.train.density
    has_modes = density is not None and density.modes is not None and density.sigma is not None
    return "" if has_modes else f"{reference.train.name} is not a toy density with known modes"


def _needs_stacked(reference: Reference, conditional: bool) -> str:
    is_stacked = isinstance(reference.train, Stacked) and classifiable(reference.train)
    return "" if is_stacked else f"{reference.train.name} is not stacked of labelled images"


def _needs_one_dimension(reference: Reference, conditional: bool) -> str:
    return "" if reference.train.shape == (1,) else f"{reference.train.name} is not one-dimensional"


_NEAR = {"k": PRECISION_K}
_DENSE = {"k": DENSITY_K}
_GAPS = {"train_limit": TRAIN_LIMIT}
_CELLS = {**_GAPS, "cells": CELLS, "a_cell": A_CELL, "seed": 0}
_SHARE = {"share": classes.SHARE}
_CAS = {"pairs_limit": LIMIT, "steps": classifier.STEPS, "batch_size": classifier.BATCH, "network": "lenet", "seed": 0}
_SIGMA = {"sigmas": modes.SIGMAS}
_KERNEL = {"subsets": SUBSETS, "subset_size": SUBSET_SIZE, "kernel": "(x.y/d + 1)^3", "seed": 0}

TABLE: dict[str, Metric] = {
    "fd": Metric(_frechet, "lower", always),
    "kd": Metric(_kernel, "lower", always, _KERNEL),
    "precision": Metric(_manifolds, "higher", always, _NEAR, count=no_more_than_real, at_least=DENSITY_K + 1),
    "recall": Metric(_manifolds, "higher", always, _NEAR, count=no_more_than_real, at_least=DENSITY_K + 1),
    "density": Metric(_manifolds, "higher", always, _DENSE, count=no_more_than_real, at_least=DENSITY_K + 1),
    "coverage": Metric(_manifolds, "higher", always, _DENSE, count=no_more_than_real, at_least=DENSITY_K + 1),
    "nearest_ratio": Metric(
        _memorisation, "closer to real", _needs_held_out, _GAPS, floor_on_test=True, at_least=A_CELL
    ),
    "nearest_ratio_low": Metric(
        _memorisation,
        "closer to real",
        _needs_held_out,
        {**_GAPS, "quantile": LOW},
        floor_on_test=True,
        at_least=A_CELL,
    ),
    "copying": Metric(_memorisation, "closer to real", _needs_held_out, _CELLS, floor_on_test=True, at_least=A_CELL),
    "classes": Metric(_classes, "higher", needs_classes, _SHARE, space="classifier"),
    "class_kl": Metric(_classes, "lower", needs_classes, space="classifier"),
    "label_accuracy": Metric(_label_accuracy, "higher", _needs_labels, floor_on_test=True, space="classifier"),
    "cas": Metric(_cas, "higher", _needs_labels, _CAS, space=None, count=_pairs),
    "modes": Metric(_modes, "higher", _needs_modes, _SIGMA, space=None),
    "populated_modes": Metric(_modes, "higher", _needs_modes, {**_SIGMA, "part": 1 / 20}, space=None),
    "high_quality": Metric(_modes, "higher", _needs_modes, _SIGMA, space=None),
    "reverse_kl": Metric(_modes, "lower", _needs_modes, space=None),
    "stacked_modes": Metric(_stacked, "higher", _needs_stacked, space="classifier"),
    "stacked_kl": Metric(_stacked, "lower", _needs_stacked, space="classifier"),
    "w1": Metric(_wasserstein, "lower", _needs_one_dimension, space=None),
    **TEXT,
    **TABLES,
    **PRIVACY,
    **translation.TRANSLATION,
    **ON_REQUEST,
    **translation.ON_REQUEST,
}
