"""The doctor's visit: what a run's log, its checkpoint and fresh samples of its generator say together."""

import contextlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from PIL import Image

from zerosum._version import __version__
from zerosum.core import registry
from zerosum.core.device import cpu_threads
from zerosum.data.dataset import Dataset
from zerosum.data.own import hand_over
from zerosum.doctor.pairs import judge_pairs, with_crops_known
from zerosum.doctor.samples import Comparison, Groups, draw, groups_of, judge_samples
from zerosum.drawing import pictures
from zerosum.errors import UserError, ZerosumError
from zerosum.evaluation.run_scores import Unkept, warn
from zerosum.judge import verdict_file
from zerosum.judge.age import YOUNG, age
from zerosum.judge.diagnosis import verdict_on
from zerosum.judge.signals import measure, probe_of
from zerosum.judge.trends import Measured, Record, derived, trends
from zerosum.judge.verdict import State, Verdict
from zerosum.judge.words import brief
from zerosum.kinds.table import kind_of
from zerosum.metrics.nearest import nearest
from zerosum.page.report import write_report
from zerosum.recipe.build import build_game
from zerosum.recipe.schema import Recipe
from zerosum.recipe.training_data import load_again, pointed
from zerosum.runs.generator import load_generator
from zerosum.runs.run import Run
from zerosum.storage import atomic, checkpoint
from zerosum.tasks.translation.rows import beside

SAMPLES = 1000
ROWS, COLUMNS = 8, 10
NEAREST, OTHERS = 8, 8
"""Samples beside their neighbours: those that are most like copies, and the first of the rest."""


@dataclass(frozen=True)
class Examination:
    """What was found.

    Attributes:
        verdict: on the run.
        measured: all measurements by name.
        step: the round whose generator was looked at.
        rounds: played in all; more than `step` where the best generator was kept.
        picture: of what is missing or copied, where one helps.
        neighbours: samples beside their nearest training and held-out images; None where no images were drawn.
    """

    verdict: Verdict
    measured: Measured
    step: int
    rounds: int
    picture: Image.Image | None = None
    neighbours: Image.Image | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, as they stand in doctor.json."""
        about = {"zerosum": __version__, "step": self.step, "rounds": self.rounds}
        return {**about, **self.verdict.to_dict(), "measured": self.measured}

    def told(self, *, remedy: bool = True) -> str:
        """Say it in one line; see `words.brief`."""
        return brief(self.verdict, self.step, self.rounds, remedy=remedy)


def examine_run(
    path: Path | str,
    *,
    data: Any = None,
    target: str | Path | None = None,
    samples: int = SAMPLES,
    seed: int = 0,
    data_root: Path | None = None,
    unkept: Unkept = warn,
    trust: Sequence[str] = (),
) -> Examination:
    """Examine the run in `path`; write doctor.json, and doctor.png where a picture helps, and renew its report.

    Args:
        path: the run folder; the run may still be going.
        data: where the data that it was trained on lie now; default: where they lay then. Data passed in Python are
            passed again, as to `zs.train`.
        target: the same of the images that it translates into.
        samples: to generate; 1,000 see a class or mode that holds a twentieth of its part.
        seed: of the samples.
        data_root: where known data sets are looked for.
        unkept: is told where the verdict could not be written into the run, and why; by default a warning says it.
        trust: packages whose code the run may name that somebody else trained (`core.registry`).

    Raises:
        UserError: no run, no generator yet, too few samples, data that are not those of the training, or code that is
            not trusted.
    """
    enough(samples)
    registry.trust(trust)
    run = Run.open(path)
    recipe = pointed(run.recipe(), None if data is None else hand_over(data), target)
    examination = without_samples(run) or _examine_again(run, recipe, samples, seed, data_root)
    try:
        with run.keeping("the verdict"):
            write(run, examination)
    except ZerosumError as error:
        unkept(error)
    return examination


def _examine_again(run: Run, recipe: Recipe, samples: int, seed: int, data_root: Path | None) -> Examination:
    """Load the data of a run again and examine it."""
    train = load_again(recipe.data, "train", data_root)
    test = None
    with contextlib.suppress(UserError):
        test = load_again(recipe.data, "test", data_root)
    with cpu_threads(recipe.threads):
        return examine(run, train, test, samples=samples, seed=seed)


def enough(samples: int) -> None:
    """Raise UserError where these are too few samples to examine a generator by."""
    if samples < 100:
        raise UserError(f"{samples} samples are too few to examine a generator by: take at least 100, better {SAMPLES}")


def write(run: Run, examination: Examination, *, report: bool = True) -> None:
    """Write an examination into its run folder: doctor.json, its pictures (or none), and report.html where asked."""
    atomic.write_durably(run.path / verdict_file.FILE, json.dumps(examination.to_dict(), indent=1) + "\n")
    about = {"run": run.path.name, "step": examination.step, "state": examination.verdict.state.value}
    for name, picture in (("doctor.png", examination.picture), ("neighbours.png", examination.neighbours)):
        if picture is None:
            (run.path / name).unlink(missing_ok=True)
        else:
            pictures.save(picture, run.path / name, metadata=about)
    if report:
        write_report(run.path)


def without_samples(run: Run) -> Examination | None:
    """Return what there is to say of a run whose samples tell nothing: too young, or given up; None of others.

    By its log alone: no data are loaded, and nothing is drawn.
    """
    steps, recipe, given_up = checkpoint.steps(run.checkpoints), run.recipe(), run.diverged.exists()
    if not steps or (age(max(steps), recipe) >= YOUNG and not given_up):
        return None
    numbers = trends(run.records(run.log), recipe) | ({"not_finite": 1.0} if given_up else {})
    return Examination(verdict_on(numbers, max(steps), recipe), numbers, max(steps), max(steps))


def examine(run: Run, train: Dataset, test: Dataset | None, *, samples: int = SAMPLES, seed: int = 0) -> Examination:
    """Return what there is to say of a run, given its data; writes nothing.

    Raises:
        UserError: no generator yet, or fewer than 100 samples.
    """
    enough(samples)
    if (early := without_samples(run)) is not None:
        return early
    generator, records = load_generator(run.path), run.records(run.log)
    recipe = with_crops_known(run.recipe(), train)
    numbers = trends(records, recipe) | judge_checkpoint(run, recipe, train, test)
    comparison = draw(generator, train, test, samples, seed)
    groups = None
    if comparison is None:
        numbers["not_finite"] = 1.0
    else:
        groups = groups_of(comparison, train)
        numbers |= judge_samples(comparison) | {"missing": groups.missing_share()}
        numbers |= {} if test is None else {"held_out": float(len(test))}
        numbers |= judge_pairs(generator, train, test)
    numbers |= judge_scores(run.records(run.metrics))
    step = int(generator.about["step"])
    gone = groups.missing_names() if groups is not None else ()
    rounds = max([step, *checkpoint.steps(run.checkpoints)])
    verdict = verdict_on(numbers, rounds, recipe, gone)
    if comparison is None or groups is None:
        return Examination(verdict, numbers, step, rounds)
    return Examination(verdict, numbers, step, rounds, *pictures_of(verdict, comparison, groups, train))


def judge_checkpoint(run: Run, recipe: Recipe, train: Dataset, test: Dataset | None) -> Measured:
    """Return the signals of the newest whole checkpoint and what they come to; nothing where there is none."""
    game = build_game(recipe)
    try:
        state = checkpoint.load_latest(run.checkpoints, torch.device("cpu"), lambda _: None)
        if state is None:
            return {}
        game.load_state_dict(state["game"])
    except (UserError, RuntimeError, KeyError):
        return {}
    signals = measure(game, probe_of(train, test))
    return signals | derived(signals, recipe)


def judge_scores(scores: Sequence[Record]) -> Measured:
    """Return the best of the last three quick Frechet distances over the best of all, from five of them on."""
    values = [score["value"] for score in scores if score.get("quick") and score.get("metric") == "fd"]
    if len(values) < 5 or not min(values):
        return {}
    return {"fd_over_best": min(values[-3:]) / min(values)}


def pictures_of(
    verdict: Verdict, comparison: Comparison, groups: Groups, train: Dataset
) -> tuple[Image.Image | None, Image.Image | None]:
    """Return what helps to see the verdict, and samples beside reals; of what does not stand alone all at once."""
    showing = kind_of(train.spec).showing
    if showing.single:
        return illustrate(verdict, comparison, groups), beside_reals(comparison)
    return None if verdict.state is State.HEALTHY else showing.picture(
        comparison.samples, train.spec, comparison.train
    ), None


def illustrate(verdict: Verdict, comparison: Comparison, groups: Groups) -> Image.Image | None:
    """Draw what is missing: ten reals of each missing group, a row each.

    Of a generator that memorises: the samples nearest to training data, each row above the row of their originals.
    """
    if verdict.state is State.MEMORISING:
        rows = comparison.gap.argsort()[: ROWS // 2 * COLUMNS].view(-1, COLUMNS)
        pairs = [torch.cat([comparison.samples[row], comparison.train[comparison.nearest[row]]]) for row in rows]
        return pictures.grid(torch.cat(pairs), columns=COLUMNS)
    examples = [groups.examples(number, COLUMNS) for number in groups.missing()[:ROWS]]
    whole = [row for row in examples if len(row) == COLUMNS]
    return pictures.grid(comparison.train[torch.cat(whole)], columns=COLUMNS) if whole else None


def beside_reals(comparison: Comparison) -> Image.Image | None:
    """Draw groups of a sample, its nearest training image and, where there are some, its nearest held-out image.

    Nearest in pixels, area-averaged to at most 16x16. First the samples that are most like copies, those nearest to a
    training image against how near a held-out one is; then others.
    """
    (fake, _, held_out), gap = comparison.place, comparison.gap
    columns = [comparison.samples, comparison.train[comparison.nearest]]
    if comparison.held_out is not None and held_out is not None:
        usual, which = nearest(fake, held_out)
        gap, columns = gap / usual.clamp(min=1e-12), [*columns, comparison.held_out[which]]
    ordered = gap.argsort()
    rows = torch.cat([ordered[:NEAREST], ordered[NEAREST:].sort().values[:OTHERS]])
    return beside([column[rows] for column in columns])
