"""Training from one call: data, recipe, run folder, trainer and hooks, put together and resumed."""

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from zerosum import checkpoint, distributed
from zerosum.build import build_game, build_trainer
from zerosum.data.dataset import Dataset, Resident
from zerosum.data.load import load as load_data
from zerosum.device import cpu_threads, device_of
from zerosum.display import Display, Mute, Quiet
from zerosum.errors import UserError
from zerosum.game import Facts, Game
from zerosum.hooks import Finite, Judge, Keep, Log, Samples, Stop
from zerosum.metrics.evaluate import Evaluator
from zerosum.recipe.resolve import named, resolve
from zerosum.recipe.schema import Recipe
from zerosum.report import write_report
from zerosum.run import Run, default_folder
from zerosum.schedule import Budget
from zerosum.tensorboard import TensorBoard
from zerosum.trainer import Hook, Trainer


@dataclass(frozen=True)
class Trained:
    """How a training ended: the run, and "done", "interrupted" (Ctrl-C) or "terminated" (SIGTERM)."""

    run: Run
    reason: str


@dataclass(frozen=True)
class Plan:
    """A training that has been checked and not begun: nothing is written yet.

    Attributes:
        recipe: complete.
        dataset: the training split.
        test: loads the test split.
        game: with its initial weights.
    """

    recipe: Recipe
    dataset: Dataset
    test: Callable[[], Dataset]
    game: Game

    def summary(self) -> str:
        """Return the recipe, the data and the sizes of the players, as text."""
        counts = {name: sum(p.numel() for p in self.game.get_submodule(name).parameters()) for name in self.game.roles}
        sizes = ", ".join(f"{name} {count:,} parameters" for name, count in counts.items())
        return f"{self.recipe.to_yaml()}\n# {self.dataset!r}\n# {sizes}"


def prepare(
    system: str,
    data: str | None = None,
    *,
    settings: Sequence[str] = (),
    steps: int | None = None,
    minutes: float | None = None,
    seed: int | None = None,
    data_root: Path | None = None,
    size: int | None = None,
    channels: int | None = None,
    strict: bool = False,
) -> Plan:
    """Load the data, complete the recipe and make the game; see `train` for the arguments.

    Raises:
        UserError: wrong usage or bad input.
    """
    name, own = named(system)
    known = own.pop("data", None) or {}
    known = {"source": known} if isinstance(known, str) else known
    source, size, channels = (
        data or known.get("source", "digits"),
        size or known.get("size"),
        channels or known.get("channels"),
    )
    look = functools.partial(load_data, source, root=data_root, size=size, channels=channels)
    dataset = look(strict=strict)
    fields = data_fields(source, dataset, size, channels)
    kind = Facts(dataset.shape).kind
    recipe = resolve(name, own, fields, kind, settings, steps=steps, minutes=minutes, seed=seed)
    return Plan(recipe, dataset, functools.cache(functools.partial(look, split="test")), build_game(recipe))


def train(
    system: str,
    data: str | None = None,
    *,
    out: Path | str | None = None,
    device: str = "auto",
    fresh: bool = False,
    quiet: bool = True,
    tensorboard: bool = False,
    **plan: Any,
) -> Trained:
    """Train a system, or continue the run in `out` that the same call began.

    Args:
        system: a named system, or a recipe file (.yaml).
        data: a known data set, folder, archive or toy density; default: the recipe file's, or digits.
        out: the run folder; default runs/<system>-<data>.
        device: "auto", "cpu", "cuda" or "mps".
        fresh: start over in a folder that holds a run.
        quiet: show messages only.
        tensorboard: write events for TensorBoard into the run folder too.
        plan: more arguments of `prepare`: `settings` (overrides, "path=value"); `steps`, rounds to play in all;
            `minutes` of training in all, without scoring and saving; `seed`; `data_root`, where known data sets are
            looked for; `size`, pixels a side; `channels`, 1 or 3; `strict`, refuse data with an unreadable file.

    Raises:
        UserError: wrong usage or bad input.
        DivergedError: the game diverged and could not be brought back.
    """
    display = (Quiet() if quiet else Display()) if distributed.speaks() else Mute()
    with distributed.processes(device_of(device)) as place:
        planned = prepare(system, data, **plan)
        tell_problems(planned.dataset, display)
        run = Run(Path(out) if out else default_folder(planned.recipe.system, planned.dataset.name))
        board = TensorBoard(run.path / "tensorboard") if tensorboard and not distributed.rank() else None
        stop = Stop(display.message)
        try:
            hooks = make_hooks(planned, run, place, display, stop, board)
            trainer = build_trainer(planned.recipe, planned.game, planned.dataset, place, hooks)
            with cpu_threads(planned.recipe.threads):
                return play(run, planned.recipe, trainer, display, fresh=fresh)
        finally:
            stop.restore()
            display.stop()
            if board is not None:
                board.close()


def make_hooks(
    plan: Plan, run: Run, device: torch.device, display: Display | Quiet, stop: Stop, board: TensorBoard | None
) -> list[Hook]:
    """Return all that happens after a round, in order: a broken round is never logged, judged or kept."""
    recipe = plan.recipe

    @functools.cache
    def evaluator() -> Evaluator:
        display.message("preparing to score: a classifier's features are trained once a data set and kept")
        return Evaluator(plan.dataset, plan.test(), device=device)

    return [
        Finite(run, due_rounds(recipe), display.message),
        Log(run, recipe, display, board),
        Samples(run, recipe, real_samples(plan.dataset), plan.dataset.density, board),
        Judge(run, recipe, evaluator, display),
        Keep(run, recipe),
        stop,
    ]


def due_rounds(recipe: Recipe) -> tuple[int, ...]:
    """Return how often each hook uses the terms or the weights."""
    return (recipe.log_every, recipe.sample_every, recipe.evaluate_every, recipe.checkpoint_every)


def play(run: Run, recipe: Recipe, trainer: Trainer, display: Display | Quiet, *, fresh: bool) -> Trained:
    """Begin or continue the run, play it to its end, and write its report."""
    run.check(recipe, fresh=fresh)
    if distributed.rank():
        distributed.wait()
        restore(run, recipe, trainer, display)
        return Trained(run, trainer.fit(recipe.steps, recipe.minutes, recipe.cpu_minutes))
    with run.locked():
        run.begin(recipe, fresh=fresh)
        distributed.wait()
        restore(run, recipe, trainer, display)
        reason = trainer.fit(recipe.steps, recipe.minutes, recipe.cpu_minutes)
        with checkpoint.writing(run.path / ".report.html.partial"):
            write_report(run.path)
    return Trained(run, reason)


def restore(run: Run, recipe: Recipe, trainer: Trainer, display: Display | Quiet) -> None:
    """Continue from the newest whole checkpoint, where there is one."""
    state = checkpoint.load_latest(run.checkpoints, trainer.device, display.message)
    if state is not None:
        try:
            trainer.load_state_dict(state)
        except (RuntimeError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise UserError(
                f"the checkpoint in {run.checkpoints} is not of this run's networks ({type(error).__name__}): "
                "put the right one back, or start again with --fresh"
            ) from error
    if distributed.rank() == 0:
        run.rewind(trainer.step)
        if trainer.step:
            display.message(resumed(run, trainer, recipe))
    distributed.wait()


def resumed(run: Run, trainer: Trainer, recipe: Recipe) -> str:
    """Say whether the run goes on or had already come to its end."""
    budget = Budget(recipe.steps, recipe.minutes, recipe.cpu_minutes)
    if budget.spent(trainer.step, trainer.seconds, trainer.cpu_seconds) >= 1:
        return f"{run.path} is complete after round {trainer.step}: raise --steps or --minutes to play on"
    return f"continuing {run.path} after round {trainer.step}"


def data_fields(source: str, dataset: Dataset, size: int | None, channels: int | None) -> dict[str, Any]:
    """Return the fields of `schema.Data`: what was asked for and what was found."""
    points = {}
    if isinstance(dataset, Resident) and not dataset.is_images:
        points = {"center": dataset.center.tolist(), "scale": dataset.scale.tolist()}
    return {
        "source": source,
        "size": size,
        "channels": channels,
        "name": dataset.name,
        "shape": list(dataset.shape),
        "classes": list(dataset.classes),
        "fingerprint": dataset.fingerprint,
        **points,
    }


def real_samples(dataset: Dataset, most: int = 2000) -> torch.Tensor:
    """Return the first samples in the units of the data, to show."""
    return dataset.outside(dataset.batch(torch.arange(min(most, len(dataset))))["real"]).cpu()


def tell_problems(dataset: Dataset, display: Display | Quiet, most: int = 5) -> None:
    """Name the files that were left out."""
    for name, reason in dataset.problems[:most]:
        display.message(f"skipped {name}: {reason}")
    if len(dataset.problems) > most:
        display.message(f"skipped {len(dataset.problems)} files in all: `zerosum data check` lists them")
