"""Scoring samples that need not come from here: a folder, a zip, an npz, an array, against any reals."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from zerosum.core import registry
from zerosum.core.device import device_of
from zerosum.data.dataset import Dataset
from zerosum.data.names import KNOWN, SPLITS, TOYS
from zerosum.data.own import hand_over
from zerosum.data.ranges import Given
from zerosum.data.sample_set import set_of, tell_problems
from zerosum.data.size import Fit, Size
from zerosum.errors import UserError
from zerosum.evaluation.run_scores import Unkept, evaluate_run, warn
from zerosum.group import distributed
from zerosum.kinds.load import load as load_data
from zerosum.kinds.table import kind_of
from zerosum.metrics.evaluate import Evaluator
from zerosum.metrics.named import check_asked
from zerosum.metrics.named_features import check_features, named_features
from zerosum.metrics.score import Score
from zerosum.metrics.set_sampler import SetSampler
from zerosum.metrics.source import choose
from zerosum.progress.waiting import Waiting, silent
from zerosum.runs.run import Run
from zerosum.tasks.task import FORWARD

log = logging.getLogger(__name__)

Samples = str | Path | Tensor | NDArray[Any]
"""A path, images [N, C, H, W], [N, H, W, C] or [N, H, W], or points [N, D]; see `zerosum.data.sample_set.set_of`."""
Reals = str | Path | tuple[Dataset, Dataset]
"""What `--data` takes, or a train and a test split."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is asked for; the fields are the arguments of `evaluate`."""

    data: Reals | None = None
    target: str | Path | None = None
    labels: Any = None
    size: Size | None = None
    channels: int | None = None
    fit: Fit | None = None
    value_range: Given | None = None
    metrics: Sequence[str] | None = None
    n: int | None = None
    seed: int = 0
    repeats: int = 1
    features: str | None = None
    direction: str = FORWARD
    device: str = "auto"
    data_root: Path | None = None


def evaluate(
    samples: Samples,
    *,
    data: Any = None,
    target: str | Path | None = None,
    labels: Any = None,
    size: Size | None = None,
    channels: int | None = None,
    fit: Fit | None = None,
    value_range: Given | None = None,
    metrics: Sequence[str] | None = None,
    n: int | None = None,
    seed: int = 0,
    repeats: int = 1,
    features: str | None = None,
    direction: str = FORWARD,
    device: str = "auto",
    data_root: Path | None = None,
    trust: Sequence[str] = (),
) -> list[Score]:
    """Score the generator of a run, or samples from anywhere against `data`, by the same measure.

    Args:
        samples: a run folder, which is scored by `evaluate_run`; else a folder, zip or npz of samples, or an array or
            tensor of them: uint8 or float images, or points.
        data: the reals: a known set, a toy density, a path, (train, test), or what `zs.train` takes. Of a run: where
            its data lie now, if not where they lay when it was trained; data passed in Python are passed again.
        target: of a run that translates: the same of the images that it translates into. Of a table: the column that
            models are to tell from the others; default: that of the data, if any.
        labels: of an array: the name or number of the class of each sample.
        size: of the reals, as in training: pixels a side, "WIDTHxHEIGHT" or (height, width); the samples are resized.
        channels: of the reals: 1, 3 or 4.
        fit: of reals of other proportions: "crop", "pad" or "stretch"; default "crop".
        value_range: of the reals, as for `zerosum.data.load.load`.
        metrics: names; None takes all that apply but those on request, ["all"] takes those too.
        n: samples to generate, or to take of those that are there; None: 10,000 of a run, 25,600 of stacked images, and
            all of a set. Never more than the train split has.
        seed: of what a run generates, or of the choice and order of the samples of a set.
        repeats: of a run: sets of samples to score.
        features: the space to compare in, by name (`metrics.named_features`); None takes what suits the data.
        direction: of a run that translates: "forward" or "backward".
        device: "auto", "cpu", "cuda" or "mps".
        data_root: where known data sets are looked for.
        trust: packages whose code a run may name that somebody else trained (`core.registry`).

    Raises:
        UserError: there are no such samples or data, they do not fit each other, or something is asked of a run that
            only a set has, or the other way round.
    """
    registry.trust(trust)
    data = data if data is None or isinstance(data, tuple) else hand_over(data)
    request = Asked(
        data=data,
        target=target,
        labels=labels,
        size=size,
        channels=channels,
        fit=fit,
        value_range=value_range,
        metrics=metrics,
        n=n,
        seed=seed,
        repeats=repeats,
        features=features,
        direction=direction,
        device=device,
        data_root=data_root,
    )
    return next(iter(evaluate_each([samples], request)), [])


def evaluate_each(
    sets: Sequence[Samples], request: Asked, *, waiting: Waiting = silent, unkept: Unkept = warn
) -> list[list[Score]]:
    """Return the scores of one run, or of each of one or more sets of samples against the same reals.

    `unkept` is told where those of a run could not be added to it.

    Of samples nothing is written but what the cache keeps. In a group that torchrun started only the first process
    scores; for the others there are no scores.

    Raises:
        UserError: as `evaluate`.
    """
    if not sets:
        raise UserError("there is nothing to judge: give a run folder, or samples and --data")
    runs = [path for path in sets if isinstance(path, str | Path) and Run(Path(path)).exists()]
    if not runs:
        return _evaluate_sets(sets, request, waiting)
    if len(sets) > 1:
        raise UserError(f"{runs[0]} is a run: judge it alone, or samples of it that you made with `zerosum sample`")
    for name in ("labels", "size", "channels", "fit", "value_range"):
        if getattr(request, name) is not None:
            raise UserError(f"{runs[0]} is a run and knows its data: leave out {name}")
    if isinstance(request.data, tuple) or str(request.data) in (*KNOWN, *TOYS):
        raise UserError(f"{runs[0]} is a run and knows its data: leave out data, or name the place where they lie now")
    return [
        evaluate_run(
            runs[0],
            data=request.data,
            target=request.target,
            metrics=request.metrics,
            n=request.n,
            seed=request.seed,
            repeats=request.repeats,
            features=request.features,
            direction=request.direction,
            device=request.device,
            data_root=request.data_root,
            waiting=waiting,
            unkept=unkept,
        )
    ]


def _evaluate_sets(sets: Sequence[Samples], request: Asked, waiting: Waiting) -> list[list[Score]]:
    _check(sets, request)
    if not distributed.speaks():
        return []
    place, (train, test) = device_of(request.device), _reals(request)
    target = None if request.target is None else str(request.target)
    # Before the reals' features, which may take minutes: what is wrong with the samples is said at once.
    datasets = [_loaded(samples, train, request.labels) for samples in sets]
    space = named_features(request.features, train, test, device=place) if request.features else None
    evaluator = Evaluator(train, test, device=place, features=space, waiting=waiting, target=target)
    return [_scores(evaluator, samples, request) for samples in datasets]


def _scores(evaluator: Evaluator, samples: Dataset, request: Asked) -> list[Score]:
    train, before = evaluator.reference.train, len(samples.problems)
    if request.n is not None and request.n > len(samples):
        raise UserError(f"{samples.name} holds {len(samples):,} samples, not {request.n:,}: ask for fewer, or for all")
    count = min(len(samples) if request.n is None else request.n, len(train))
    if request.n is None and count < len(samples):
        log.warning(
            "%s: %s of its %s samples are taken at random, since %s has no more reals to measure the floor on",
            *(samples.name, f"{count:,}", f"{len(samples):,}", train.name),
        )
    sampler = SetSampler(samples, choose(count, len(samples), seed=request.seed))
    scores = evaluator.evaluate(sampler, metrics=request.metrics, n=count, seed=request.seed)
    tell_problems(samples, after=before)
    return scores


def _loaded(samples: Samples, train: Dataset, labels: Any) -> Dataset:
    if isinstance(samples, str | Path):
        if labels is not None:
            raise UserError(f"{samples} has labels of its own, or none: put images into sub-folders, leave labels out")
        dataset = kind_of(train.spec).reading.samples(_existing(samples), train)
    else:
        dataset = set_of(samples, train, labels=labels)
    if len(dataset) < 2:
        raise UserError(f"{dataset.name} holds one sample: give at least 2, better 10,000")
    return dataset


def _existing(path: str | Path) -> Path:
    place = Path(path).expanduser()
    if not place.exists():
        raise UserError(f"no folder or file '{path}': check the path, or give the --out folder of `zerosum train`")
    return place


def _reals(request: Asked) -> tuple[Dataset, Dataset]:
    if isinstance(request.data, tuple):
        train, test = request.data
    else:
        form: dict[str, Any] = {"size": request.size, "channels": request.channels, "fit": request.fit or "crop"}
        form["value_range"] = request.value_range
        registry.typed(str(request.data))
        load = partial(load_data, str(request.data), root=request.data_root, **form)
        train, test = (load(split=split) for split in SPLITS)
    if min(len(train), len(test)) < 2:
        raise UserError(
            f"{train.name} has {len(train)} reals to train on and {len(test)} to test with, and both need 2: give more"
        )
    return train, test


def _check(sets: Sequence[Samples], request: Asked) -> None:
    for samples in sets:
        name = samples if isinstance(samples, str | Path) else "an array"
        if not isinstance(samples, str | Path | Tensor | np.ndarray):
            raise UserError(f"samples are a {type(samples).__name__}: give a path, an array or a tensor")
        if isinstance(samples, str | Path) and request.data is None:
            _refuse_without_data(Path(samples))
        if request.repeats != 1:
            raise UserError(f"{name} is a fixed set of samples, there are no others to draw: leave out --repeats")
        if request.direction != FORWARD:
            raise UserError(f"{name} is a fixed set of samples and translates nothing: leave out --direction")
    if request.seed < 0:
        raise UserError(f"seed {request.seed} is negative: use 0 or more")
    if request.data is None:
        raise UserError("there are no reals to compare the samples with: give data, as for training")
    check_asked(request.metrics)
    check_features(request.features)


def _refuse_without_data(path: Path) -> None:
    no_run = f"{path} is no run folder (it has no recipe.yaml)"
    if path.exists():
        raise UserError(f"{no_run}: to judge the samples in it, give the reals with --data")
    raise UserError(f"{no_run}: give the --out folder of `zerosum train`, or samples and --data")
