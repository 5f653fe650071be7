"""Training from one call: data, recipe, run folder, trainer and hooks, put together and resumed."""

import functools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from zerosum.core import registry
from zerosum.core.device import cores, cpu_threads, device_of
from zerosum.core.game import Game
from zerosum.core.schedule import Budget
from zerosum.core.trainer import Hook, Trainer
from zerosum.data.own import hand_over
from zerosum.errors import DivergedError, UserError
from zerosum.group import agreement, distributed
from zerosum.hooks import Stop, Visit
from zerosum.judge import guarding
from zerosum.judge.remedies import remedies
from zerosum.judge.verdict import GRAVE, State, Verdict
from zerosum.judge.words import command, ending
from zerosum.page.report import write_report
from zerosum.progress.display import Display, Mute, Quiet
from zerosum.progress.tensorboard import TensorBoard
from zerosum.recipe import memory
from zerosum.recipe.build import build_game, build_trainer
from zerosum.recipe.schema import Recipe
from zerosum.runs.run import Run
from zerosum.storage import disk
from zerosum.training.companions import companions, processes_of
from zerosum.training.ended import ended
from zerosum.training.plan import Plan
from zerosum.training.planning import each, once, planning
from zerosum.training.request import Request
from zerosum.training.watching import make_hooks


@dataclass(frozen=True)
class Trained:
    """How a training ended.

    Attributes:
        run: its folder.
        reason: "done", "converged", "interrupted" (Ctrl-C) or "terminated" (SIGTERM).
        verdict: what the doctor found at the end; None of a run that was stopped, or that nobody looked at.
    """

    run: Run
    reason: str
    verdict: Verdict | None = None

    @property
    def ill(self) -> bool:
        """Whether the run ended collapsed or diverging: its samples are of no use."""
        return self.verdict is not None and self.verdict.state in GRAVE


def train(
    system: str | type[Game],
    data: Any = None,
    *,
    out: Path | str | None = None,
    device: str = "auto",
    fresh: bool = False,
    quiet: bool = True,
    mute: bool = False,
    tensorboard: bool = False,
    guard: bool = False,
    **options: Any,
) -> Trained:
    """Train a system, or continue the run in `out` that the same call began.

    Args:
        system: a named system, a game's class, or a recipe file (.yaml); or data, without `data`: then the system that
            suits them.
        data: a known data set, folder, archive or toy density, by name; or a map-style torch data set, array or tensor
            of images or points, or {"train": ..., "test": ...} of them (`data.items`); default: the recipe file's, or
            digits.
        out: the run folder; default runs/<system>-<data>.
        device: "auto", "cpu", "cuda" or "mps".
        fresh: start over in a folder that holds a run.
        quiet: show messages only.
        mute: show nothing at all.
        tensorboard: write events for TensorBoard into the run folder too.
        guard: where the run collapses or diverges, go back to where it was healthy and apply the first remedy, at most
            3 times.
        options: all else that a training can be asked for, by the names of `Request`: `settings`, `steps`, `minutes`,
            `until`, `seed`, `as_published`, `data_root`, `size`, `channels`, `fit`, `value_range`, `column`,
            `tokens`, `length`, `sentences`, `strict`, `target`, `pairs`, `crops`, `sharpness`, `trust`.

    Raises:
        UserError: wrong usage or bad input.
        DivergedError: the game diverged and could not be brought back.
        OutOfMemoryError: memory does not suffice; the message says what would need less.
    """
    name = system if isinstance(system, str) else registry.hand_over(system)
    request = Request(name, None if data is None else hand_over(data), **options)
    silent = mute or not distributed.speaks()
    display = Mute() if silent else Quiet() if quiet else Display()
    place = device_of(device)
    reason = once(display.message)
    plan, run = planning(request, out, place, fresh=fresh, say=display.message, reason=reason)
    examination = None if fresh or tensorboard or distributed.grouped() else ended(run, plan.recipe)
    if examination is not None:
        each(reason, plan.reasons)
        display.message(complete(run, examination.rounds))
        if remark := ending(examination.verdict, run.path, data_root=request.data_root):
            display.message(remark)
        return Trained(run, "done", examination.verdict)
    wishes = {"fresh": fresh, "guard": guard, "until": request.until is not None}
    count = processes_of(plan.recipe, place)
    root = request.data_root
    with companions(count, job_of(plan.recipe, run, wishes, request), display.message) as seat:
        return play_together(
            plan, run, place, display, seat, tensorboard=tensorboard, data_root=root, reason=reason, **wishes
        )


def job_of(recipe: Recipe, run: Run, wishes: Mapping[str, bool], request: Request) -> dict[str, Any]:
    """Return what a companion must know to play its part of a run."""
    return {
        "recipe": recipe.model_dump(mode="json"),
        "out": str(run.path),
        "data_root": None if request.data_root is None else str(request.data_root),
        "strict": request.strict,
        "trust": registry.trusted(),
        "threads": threads_of(recipe),
        "wishes": dict(wishes),
    }


def threads_of(recipe: Recipe) -> int | None:
    """Return the threads of each process: the recipe's, or an equal share of the cores; None for torch's choice."""
    return recipe.threads or (None if recipe.processes == 1 else max(1, cores() // recipe.processes))


def play_together(
    planned: Plan,
    run: Run,
    device: torch.device,
    display: Display | Quiet,
    seat: distributed.Seat | None,
    *,
    fresh: bool,
    guard: bool,
    until: bool,
    tensorboard: bool = False,
    data_root: Path | None = None,
    reason: Callable[[str], None] = lambda text: None,
) -> Trained:
    """Play a plan as one process of its group, the one of `seat` or of torchrun, or alone."""
    with distributed.processes(device, seat) as place:
        board = TensorBoard(run.path / "tensorboard") if tensorboard and not distributed.rank() else None
        stop = Stop(display.message)

        def hooks(plan: Plan) -> list[Hook]:
            return make_hooks(plan, run, place, display, stop, board, guard=guard, until=until, visited=True)

        try:
            with cpu_threads(threads_of(planned.recipe)):
                outcome = play_guarded(planned, run, place, display, hooks, fresh=fresh, reason=reason)
            if outcome.verdict is not None and (remark := ending(outcome.verdict, run.path, data_root=data_root)):
                display.message(remark)
            return outcome
        except DivergedError as error:
            remedy = remedies(State.DIVERGING, planned.recipe)[0]
            raise DivergedError(f"{error}; try {command(remedy, run.path, data_root=data_root)}") from error
        finally:
            stop.restore()
            display.stop()
            if board is not None:
                board.close()


def play_guarded(
    planned: Plan,
    run: Run,
    device: torch.device,
    display: Display | Quiet,
    hooks: Callable[[Plan], list[Hook]],
    *,
    fresh: bool,
    reason: Callable[[str], None],
) -> Trained:
    """Play a plan to its end; after each rescue by the guard, begin again as a resume would."""
    while True:
        run.check(planned.recipe, fresh=fresh)
        plan = planned if fresh else as_rescued(planned, run)
        agreement.same(f"recipe and rescues of {run.path}", identity(plan.recipe), device)
        trainer = build_trainer(plan.recipe, plan.game, plan.dataset, device, hooks(plan))
        try:
            on_begin = functools.partial(each, reason, planned.reasons)
            return play(run, planned.recipe, trainer, display, fresh=fresh, on_begin=on_begin)
        except guarding.RescuedError:
            fresh = False
            display.stop()


def identity(recipe: Recipe) -> str:
    """Return what a recipe plays, as text; where the data lie may differ between machines."""
    content = recipe.model_dump(mode="json")
    return json.dumps(content | {"data": content["data"] | {"source": "", "target": "", "name": ""}})


def as_rescued(plan: Plan, run: Run) -> Plan:
    """Return the plan with what the guard has changed in a run, and with the initial weights."""
    recipe = guarding.rescued(plan.recipe, guarding.rescues(run))
    return replace(plan, recipe=recipe, game=build_game(recipe))


def play(
    run: Run,
    recipe: Recipe,
    trainer: Trainer,
    display: Display | Quiet,
    *,
    fresh: bool,
    on_begin: Callable[[], None] = lambda: None,
) -> Trained:
    """Begin or continue the run, call `on_begin` once that has come off, play it to its end, and write its report.

    Raises:
        OutOfMemoryError: memory does not suffice; the last checkpoint is whole.
    """
    with memory.enough(recipe):
        return _play(run, recipe, trainer, display, fresh=fresh, on_begin=on_begin)


def _play(
    run: Run, recipe: Recipe, trainer: Trainer, display: Display | Quiet, *, fresh: bool, on_begin: Callable[[], None]
) -> Trained:
    run.check(recipe, fresh=fresh)
    distributed.wait()  # before the first process writes what the others have looked for
    if distributed.rank():
        distributed.wait()
        restore(run, recipe, trainer, display)
        return Trained(run, trainer.fit(recipe.steps, recipe.minutes, recipe.cpu_minutes))
    with run.locked():
        run.begin(recipe, fresh=fresh)
        on_begin()
        distributed.wait()
        restore(run, recipe, trainer, display)
        reason = trainer.fit(recipe.steps, recipe.minutes, recipe.cpu_minutes)
        with disk.writing(run.path / ".report.html.partial"):
            write_report(run.path)
    # Of a group the first process alone looks at samples.
    visits = [hook for hook in trainer.hooks if isinstance(hook, Visit)]
    return Trained(run, reason, visits[0].verdict if visits else None)


def restore(run: Run, recipe: Recipe, trainer: Trainer, display: Display | Quiet) -> None:
    """Continue from the newest whole checkpoint, where there is one: all processes from the same."""
    state = agreement.latest(run.checkpoints, trainer.device, display.message)
    if state is not None:
        try:
            trainer.load_state_dict(guarding.carried_over(state, recipe, guarding.rescues(run)))
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


def complete(run: Run, step: int) -> str:
    """Say that a run has come to its end."""
    return f"{run.path} is complete after round {step}: raise --steps or --minutes to play on"


def resumed(run: Run, trainer: Trainer, recipe: Recipe) -> str:
    """Say whether the run goes on or had already come to its end."""
    budget = Budget(recipe.steps, recipe.minutes, recipe.cpu_minutes)
    if budget.spent(trainer.step, trainer.seconds, trainer.cpu_seconds) >= 1:
        return complete(run, trainer.step)
    return f"continuing {run.path} after round {trainer.step}"
