"""Play one entrant with one seed: train, score on the way without the clock running, score the end."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from PIL import Image

from zerosum.core.control import controls_of
from zerosum.core.device import cpu_threads
from zerosum.core.forms import Label
from zerosum.core.trainer import Trainer
from zerosum.data.dataset import Dataset
from zerosum.drawing import pictures
from zerosum.errors import DivergedError
from zerosum.evaluation.run_scores import keep_scores, sampler_of
from zerosum.hooks import BaseHook, Stop
from zerosum.hooks.base import position
from zerosum.kinds.table import kind_of
from zerosum.metrics.evaluate import Evaluator
from zerosum.metrics.score import Score
from zerosum.metrics.table import TABLE
from zerosum.progress.display import Display, Quiet
from zerosum.progress.waits import slow
from zerosum.racing.conditions import Entrant, images_a_round
from zerosum.racing.standing import MAIN, Entry, Moment
from zerosum.recipe.build import build_game, build_trainer
from zerosum.recipe.schema import Recipe
from zerosum.runs.generator import Generator, load_generator
from zerosum.runs.run import Run
from zerosum.tasks.from_noise import GameSampler
from zerosum.training.plan import Plan
from zerosum.training.train import play
from zerosum.training.watching import make_hooks

MOMENTS = 8
QUICK_SAMPLES = 2000
FINAL_SEED = 1
"""Of the samples of the final scores: others than those that were looked at on the way."""
RACED = (
    *("fd", "kd", "precision", "recall", "density", "coverage", "classes", "class_kl", "stacked_modes", "stacked_kl"),
    *("modes", "populated_modes", "high_quality", "reverse_kl", "w1"),
)


@dataclass(frozen=True)
class Course:
    """What all entrants share: data, judge, place.

    Attributes:
        train: the training split.
        trains: of each entrant, the training split as its system reads it.
        test: its held-out split.
        evaluator: makes the judge when it is first asked for.
        samples: to take the final scores of.
        device: where it runs.
        display: of the training.
    """

    train: Dataset
    trains: Mapping[str, Dataset]
    test: Dataset
    evaluator: Callable[[], Evaluator]
    samples: int
    device: torch.device
    display: Display | Quiet


class Moments(BaseHook):
    """Takes a quick score after each eighth of the budget and writes it into metrics.jsonl as a `moment`.

    The trainer's clock runs during rounds only, so scoring costs nobody anything. The generator is not chosen by these
    scores: what is judged at the end is what the training ended with.
    """

    def __init__(self, run: Run, recipe: Recipe, evaluator: Callable[[], Evaluator], display: Display | Quiet):
        self.run, self.recipe, self.evaluator, self.display = run, recipe, evaluator, display
        self.attempt, self.taken = 0, 0

    def start(self, trainer: Trainer) -> None:
        """See which moments are behind: none, or those before the checkpoint from which the run goes on."""
        records = self.run.records(self.run.metrics)
        self.attempt, self.taken = trainer.attempt, max((record.get("moment", 0) for record in records), default=0)

    def round(self, trainer: Trainer) -> None:
        """Score where another eighth is spent; a run that was rolled back takes the moments since then anew."""
        if trainer.attempt != self.attempt:
            self.start(trainer)
        moment = moment_at(trainer.progress)
        if moment > self.taken:
            self._score(trainer, moment)
            self.taken = moment

    def _score(self, trainer: Trainer, moment: int) -> None:
        with slow(f"scoring after round {trainer.step:,}", self.display.message), trainer.averaged():
            sampler = GameSampler(trainer.game, self.recipe.data)
            (score,) = self.evaluator().evaluate(sampler, metrics=[MAIN], n=QUICK_SAMPLES)
        times = {"seconds": round(trainer.seconds, 3), "cpu_seconds": round(trainer.cpu_seconds, 3)}
        self.run.append(self.run.metrics, [{"step": trainer.step, "moment": moment, **times, **score.to_dict()}])
        self.display.update(position(trainer, self.recipe), {}, {MAIN: score.value})


def moment_at(progress: float) -> int:
    """Return how many eighths of the budget are spent, at most 8."""
    return min(int(progress * MOMENTS + 1e-9), MOMENTS)


def play_entrant(entrant: Entrant, seed: int, recipe: Recipe, course: Course, folder: Path, *, fresh: bool) -> Entry:
    """Train an entrant in `folder`/<name>-<seed>, or go on with it there, score its end and draw its samples.

    What goes wrong is told in the entry and not raised, since the others can still race; a Ctrl-C or SIGTERM during the
    training makes it "stopped".
    """
    began = Entry(entrant.name, seed, entrant.settings, entrant.own)
    run = Run(folder / began.folder)
    try:
        reason = train_entrant(recipe, course.trains[entrant.name], run, course, fresh=fresh)
        if reason != "done":
            return replace(began, why=reason)
        return finish(began, recipe, run, course, folder)
    except DivergedError as error:
        return replace(began, status="diverged", why=str(error), curve=curve_of(run, recipe))
    except Exception as error:
        why = " ".join(str(error).split()) or type(error).__name__
        return replace(began, status="failed", why=why)


def train_entrant(recipe: Recipe, train: Dataset, run: Run, course: Course, *, fresh: bool) -> str:
    """Train as `zerosum train` does, with scores on the way, and return why it ended."""
    plan = Plan(recipe, train, lambda: course.test, build_game(recipe))
    stop = Stop(course.display.message)
    try:
        finite, *others = make_hooks(plan, run, course.device, course.display, stop, None)
        hooks = [finite, Moments(run, recipe, course.evaluator, course.display), *others]
        trainer = build_trainer(recipe, plan.game, train, course.device, hooks)
        with cpu_threads(recipe.threads):
            return play(run, recipe, trainer, course.display, fresh=fresh).reason
    finally:
        stop.restore()
        course.display.stop()


def finish(began: Entry, recipe: Recipe, run: Run, course: Course, folder: Path) -> Entry:
    """Return the entry of a run that has come to its end."""
    generator = load_generator(run.path).to(course.device)
    with cpu_threads(recipe.threads), slow(f"scoring {began.folder}", course.display.message):
        scores = final_scores(generator, course)
        picture = picture_of(generator, course.train)
    keep_scores(run, generator, scores)
    pictures.save(picture, folder / "pictures" / f"{began.folder}.png")
    return replace(
        began,
        status="done",
        labels=bool(controls_of(generator.controls, Label)),
        trained=trained(run, recipe),
        scores={score.metric: _plain(score) for score in scores},
        curve=curve_of(run, recipe),
    )


def final_scores(generator: Generator, course: Course) -> list[Score]:
    """Return all scores of a race that apply to the data."""
    evaluator = course.evaluator()
    names = [name for name in RACED if not TABLE[name].obstacle(evaluator.reference, False)]
    return evaluator.evaluate(sampler_of(generator), metrics=names, n=course.samples, seed=FINAL_SEED)


def _plain(score: Score) -> dict[str, Any]:
    return {key: value for key, value in score.to_dict().items() if key != "metric"}


def trained(run: Run, recipe: Recipe) -> dict[str, float]:
    """Return rounds, images, seconds and CPU seconds of training, as the moment at its end has them."""
    final = [record for record in run.records(run.metrics) if record.get("moment") == MOMENTS][-1]
    times = {key: float(final[key]) for key in ("seconds", "cpu_seconds")}
    return {"rounds": final["step"], "images": final["step"] * images_a_round(recipe), **times}


def curve_of(run: Run, recipe: Recipe) -> tuple[Moment, ...]:
    """Return the quick scores that were taken on the way."""
    records = {record["moment"]: record for record in run.records(run.metrics) if "moment" in record}
    return tuple(
        Moment(
            share=moment / MOMENTS,
            images=record["step"] * images_a_round(recipe),
            seconds=record["seconds"],
            cpu_seconds=record["cpu_seconds"],
            fd=record["value"],
            floor=record["floor"],
        )
        for moment, record in sorted(records.items())
    )


def picture_of(generator: Generator, data: Dataset) -> Image.Image:
    """Draw samples of seed 0, labels running through the classes: images as they are, points over real ones."""
    count = kind_of(data.spec).showing.few
    labels = {c.name: torch.arange(count) % c.form.size for c in controls_of(generator.controls, Label)}
    return drawn(generator.sample(count, seed=0, given=labels), data)


def real_picture(data: Dataset) -> Image.Image:
    """Draw real samples in the same form."""
    return drawn(_real(data), data)


def drawn(samples: torch.Tensor, data: Dataset) -> Image.Image:
    """Draw samples outside, with real ones behind where that helps."""
    return kind_of(data.spec).showing.small(samples, data.spec, _real(data))


def _real(data: Dataset) -> torch.Tensor:
    count = kind_of(data.spec).showing.few
    return data.outside(data.batch(torch.arange(min(count, len(data))))["real"]).cpu()
