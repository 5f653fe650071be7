"""Measure a sampler with every metric that applies, each score beside its floor and under its protocol."""

import logging
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from zerosum._version import __version__
from zerosum.core.device import repeatable
from zerosum.data.dataset import Dataset
from zerosum.data.stacked import Stacked
from zerosum.errors import UserError
from zerosum.metrics.classifier import shrink
from zerosum.metrics.features import features_for
from zerosum.metrics.fixed_samples import Fixed
from zerosum.metrics.floors import Floors, measured, protocol
from zerosum.metrics.metric import Value
from zerosum.metrics.named import check_asked
from zerosum.metrics.named import metric as metric_of
from zerosum.metrics.names import ALL
from zerosum.metrics.outputs import Translated
from zerosum.metrics.path_length import Paths
from zerosum.metrics.reference import SIDE, Drawn, Reference
from zerosum.metrics.rival_scores import best_rivals
from zerosum.metrics.sampler import Draw, Sampler, sampler_of
from zerosum.metrics.score import Score
from zerosum.metrics.source import CHUNK, reduced
from zerosum.metrics.space import Features
from zerosum.metrics.stacked import SAMPLES
from zerosum.metrics.table import TABLE
from zerosum.progress.waiting import Waiting, silent
from zerosum.storage.cache import cache_folder

log = logging.getLogger(__name__)
ROUNDING = 1e-9
"""Share of a value below which an error is that of arithmetic."""
ENOUGH = 2
"""Samples for each number of the features from which on the Frechet distance leads."""


def evaluate(
    sampler: Sampler | Draw,
    train: Dataset,
    test: Dataset,
    *,
    metrics: Sequence[str] | None = None,
    n: int | None = None,
    seed: int = 0,
    repeats: int = 1,
    device: torch.device | str = "cpu",
    features: Features | None = None,
    cache: Path | None = None,
) -> list[Score]:
    """Return the scores of `n` samples of `sampler` against the test split; see `Evaluator`.

    Args:
        sampler: called as sampler(n, seed, labels), several times with different seeds, at most 1,000 samples each. A
            conditional one (it returns labels) is asked for labels drawn from the train split. A `Sampler` may offer
            more than a function: paths through its latents, translations, or samples that are there already.
        train: the data that the generator was trained on.
        test: its held-out split; at most 10,000 of it are used.
        metrics: names out of `names.METRICS`; None: all that apply but those only on request; ("all",): those too.
        n: number of samples, at most as many as the train split has; precision, recall, density and coverage take no
            more than there are test samples. The protocol states the number used. None: `samples_for(train)`.
        seed: of the samples.
        repeats: how many sets of samples to score, from the seeds `seed`, `seed + 1`...: their mean and spread.
        device: where the classifier runs.
        features: the space to compare in; None: `features_for(train, test)`.
        cache: folder of what is kept between runs; None: `$ZEROSUM_CACHE` or `~/.cache/zerosum`.

    Raises:
        UserError: a metric is unknown or does not apply, or there are too few samples.
    """
    evaluator = Evaluator(train, test, device=device, features=features, cache=cache)
    return evaluator.evaluate(sampler, metrics=metrics, n=n, seed=seed, repeats=repeats)


class Evaluator:
    """Measures samplers on one data set; keeps what depends on the real data alone.

    The first call reads the test split, the following ones cost sampling and features only: `evaluate(sampler,
    metrics=["fd"], n=2000)` is cheap enough to call during training. Arguments are those of `Reference`.
    """

    def __init__(
        self,
        train: Dataset,
        test: Dataset,
        *,
        device: torch.device | str = "cpu",
        features: Features | None = None,
        cache: Path | None = None,
        waiting: Waiting = silent,
        target: str | None = None,
    ) -> None:
        self.cache, self.device = cache_folder(cache), torch.device(device)
        self.features = features or features_for(train, test, device=device, cache=self.cache)
        self.reference = Reference(
            train, test, self.features, device=device, folder=self.cache, waiting=waiting, target=target
        )
        self.floors = Floors(self.reference, self.cache)

    def evaluate(
        self,
        sampler: Sampler | Draw,
        *,
        metrics: Sequence[str] | None = None,
        n: int | None = None,
        seed: int = 0,
        repeats: int = 1,
    ) -> list[Score]:
        """Return the scores of `n` samples of `sampler`; arguments and errors as for the function `evaluate`."""
        with repeatable(self.device):
            return self._scores(sampler_of(sampler), metrics, n, seed, repeats)

    def _scores(
        self, sampler: Sampler, metrics: Sequence[str] | None, n: int | None, seed: int, repeats: int
    ) -> list[Score]:
        n = samples_for(self.reference.train) if n is None else n
        if n < 2:
            raise UserError(f"cannot judge {n} samples; draw at least 2, better 10,000")
        if repeats < 1:
            raise UserError(f"cannot repeat {repeats} times; use 1 or more")
        # No more than there are train samples, so that the floor is measured on the same number: FD is biased by it.
        numbered = _numbered(sampler)
        n = min(n, len(self.reference.train), *([] if numbered is None else [numbered.count]))
        conditional = not isinstance(numbered, Translated) and sampler(1, seed, None)[1] is not None
        names = self._applicable(metrics, conditional, n, sampler)
        if (metrics is None or list(metrics) == [ALL]) and self.leading(n) in names:
            names = list(dict.fromkeys([self.leading(n), *names]))
        classify = any(metric_of(name).space == "classifier" for name in names)
        fakes = (
            self._draw(sampler, n, seed + repeat, conditional=conditional, classify=classify)
            for repeat in range(repeats)
        )
        measurements = [measured(names, self.reference, fake) for fake in fakes]
        floors = self.floors.of(names, n)
        rivals = (
            best_rivals(names, self.reference, numbered, n, cache=self.cache)
            if isinstance(numbered, Translated)
            else {}
        )
        conditions = {"labels": "as in train" if conditional else "none", "seed": seed}
        conditions |= {} if numbered is None else numbered.about
        scores = [
            self._score(name, [values[name] for values in measurements], floors.get(name), n, conditions)
            for name in names
        ]
        return [replace(score, **rivals.get(score.metric, {})) for score in scores]

    def leading(self, n: int) -> str:
        """Return the distance to go by, with `n` samples: the Frechet distance, or of few images the kernel distance.

        With fewer samples or reals than twice the features' numbers the Frechet distance is mostly its own bias, which
        hides what a generator gains; the kernel distance has none.
        """
        enough = min(n, len(self.reference.train), len(self.reference.indices)) >= ENOUGH * self._width
        return "fd" if enough else "kd"

    @cached_property
    def _width(self) -> int:
        return self.reference.real.features.shape[1]

    def protocol(self, metric: str, *, n: int) -> dict[str, Any]:
        """Return what the floor of `metric` depends on; a score adds seed, labels and version."""
        return protocol(metric, self.reference, n)

    def _applicable(self, metrics: Sequence[str] | None, conditional: bool, n: int, sampler: Sampler) -> list[str]:
        if metrics is None or list(metrics) == [ALL]:
            candidates = [name for name, entry in TABLE.items() if metrics or not entry.asked]
            fitting = [name for name in candidates if not self._obstacle(name, conditional, sampler)]
            few = {name: reason for name in fitting if (reason := self._too_few(name, n))}
            for reason in dict.fromkeys(few.values()):
                log.warning("left out: %s: %s", ", ".join(name for name in few if few[name] == reason), reason)
            return [name for name in fitting if name not in few]
        check_asked(metrics)
        for name in metrics:
            if obstacle := self._obstacle(name, conditional, sampler):
                raise UserError(f"metric '{name}' does not apply: {obstacle}; leave it out")
            if reason := self._too_few(name, n):
                raise UserError(f"too few samples for metric '{name}': {reason}; draw more or leave it out")
        return list(dict.fromkeys(metrics))

    def _obstacle(self, name: str, conditional: bool, sampler: Sampler) -> str:
        entry, translated = metric_of(name), sampler.translated
        if entry.along_paths and sampler.paths is None:
            return "the sampler does not show its latents"
        if entry.of_likelihood and sampler.log_probability is None:
            return "the sampler knows no probabilities"
        if entry.of_translations is not None:
            reason = "the system translates nothing" if translated is None else entry.of_translations(translated)
            if reason:
                return reason
        return entry.obstacle(self.reference, conditional)

    def _too_few(self, name: str, n: int) -> str:
        """Say how many samples a metric needs where there are fewer, else ""."""
        entry, reals = metric_of(name), len(self.reference.indices)
        needed, fakes = entry.at_least, entry.count(self.reference, n)
        if min(fakes, reals) >= needed:
            return ""
        return f"it takes {needed} generated and {needed} test samples or more, there are {fakes} and {reals}"

    def _draw(self, sampler: Sampler, n: int, seed: int, *, conditional: bool, classify: bool) -> Drawn:
        def pairs(count: int) -> tuple[Tensor, Tensor]:
            # Other samples than those of the other metrics where there are others: their number may differ.
            parts = list(self._parts(sampler, count, seed + 1, conditional=True))
            return torch.cat([shrink(images) for images, _ in parts]), torch.cat(
                [_known(labels) for _, labels in parts]
            )

        def again(count: int) -> Tensor:
            parts = self._parts(sampler, count, seed, conditional=conditional)
            return torch.cat([reduced(images, SIDE) for images, _ in parts])

        paths, translated = self._paths(sampler, seed, conditional), sampler.translated
        shown: dict[str, Any] = {"paths": paths, "log_probability": sampler.log_probability, "translated": translated}
        empty = Drawn(torch.empty(0), None, None, pairs, again, **shown)
        parts = self._parts(sampler, n, seed, conditional=conditional)
        return self.reference.draw(parts, empty, count=n, what=f"{n:,} samples", classify=classify)

    def _paths(self, sampler: Sampler, seed: int, conditional: bool) -> Callable[[int], Paths] | None:
        paths = sampler.paths
        if paths is None:
            return None
        return lambda count: paths(count, seed, self._labels(count, seed) if conditional else None)

    def _parts(
        self, sampler: Sampler, n: int, seed: int, *, conditional: bool
    ) -> Iterator[tuple[Tensor, Tensor | None]]:
        """Yield `n` samples, at most 1,000 at a time, with labels in the proportions of the train split."""
        numbered = _numbered(sampler)
        if numbered is not None:
            yield from self._of_numbered(numbered, n)
            return
        all_labels = self._labels(n, seed) if conditional else None
        seeds = torch.Generator().manual_seed(seed)
        for start in range(0, n, CHUNK):
            count = min(CHUNK, n - start)
            part_labels = None if all_labels is None else all_labels[start : start + count]
            part_seed = int(torch.randint(2**31, (), generator=seeds))
            samples, labels = sampler(count, part_seed, part_labels)
            self._check(samples, count)
            yield samples.cpu(), labels

    def _of_numbered(self, numbered: Fixed | Translated, n: int) -> Iterator[tuple[Tensor, Tensor | None]]:
        """Yield the first `n`, at most 1,000 at a time, with their labels; of translations those of their sources."""
        for start in range(0, n, CHUNK):
            images = numbered.images(start, min(CHUNK, n - start))
            self._check(images, min(CHUNK, n - start))
            yield images, None if numbered.labels is None else numbered.labels[start : start + CHUNK][: n - start]

    def _labels(self, n: int, seed: int) -> Tensor:
        generator = torch.Generator().manual_seed(seed)
        labels = self.reference.train.labels
        if labels is None:
            raise UserError(
                f"the sampler is conditional but {self.reference.train.name} has no labels; use its own data"
            )
        return labels.cpu()[torch.randint(len(labels), (n,), generator=generator)]

    def _check(self, samples: Tensor, count: int) -> None:
        shape = (count, *self.reference.shape)
        if tuple(samples.shape) != shape:
            raise UserError(
                f"the sampler returned {list(samples.shape)}, not {list(shape)}; use the data it was trained on"
            )
        if self.reference.images and samples.dtype != torch.uint8:
            raise UserError(f"the sampler returned {samples.dtype} images, not uint8; convert with dataset.outside")

    def _score(self, name: str, values: list[Value], floor: float | None, n: int, conditions: dict[str, Any]) -> Score:
        repeats = {"repeats": len(values)} if len(values) > 1 else {}
        protocol = self.protocol(name, n=n) | conditions | repeats | {"zerosum": __version__}
        value, error, spread = over_seeds(values)
        return Score(name, value, error, floor, metric_of(name).better, protocol, len(values), spread)


def samples_for(train: Dataset) -> int:
    """Return how many samples to judge where no number is given: 25,600 of stacked images, else what the kind says."""
    number: int = train.spec.answers.judging.samples
    return SAMPLES if isinstance(train, Stacked) else number


def over_seeds(values: Sequence[Value]) -> tuple[float, float | None, float | None]:
    """Return (mean, its standard error, spread) of the values that a metric took over sample seeds.

    Of one value: itself, its own error and None. Of several: the spread is their standard deviation, and the error that
    over the root of their number. Their own errors are not used: some know too little of the noise.
    """
    if len(values) == 1:
        value, error = values[0]
        return float(value), _measured(error, value), None
    numbers = torch.tensor([value for value, _ in values], dtype=torch.float64)
    mean, spread = float(numbers.mean()), float(numbers.std())
    return mean, _measured(spread / len(values) ** 0.5, mean), spread


def _measured(error: float | None, value: float) -> float | None:
    """Return an error, or None where it is 0 but for rounding, or no number: nothing varied that it could be of."""
    return error if error is not None and ROUNDING * abs(value) < error < math.inf else None


def _numbered(sampler: Sampler) -> Fixed | Translated | None:
    """Return the samples of a sampler that has only so many; None of one that draws as many as it is asked for."""
    return sampler.translated if sampler.fixed is None else sampler.fixed


def _known(labels: Tensor | None) -> Tensor:
    if labels is None:
        raise UserError("a conditional sampler returned no labels; return those it was asked for")
    return labels.cpu()
