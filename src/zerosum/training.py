"""Training from one call: data, recipe, run folder, trainer and hooks, put together and resumed."""

import functools
import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import torch

from zerosum import checkpoint, distributed, ends, sizing
from zerosum.build import build_game, build_trainer
from zerosum.choice import Choice, names_data, system_for
from zerosum.companions import companions, processes_of
from zerosum.data.dataset import Dataset, Resident
from zerosum.data.load import load as load_data
from zerosum.data.size import Fit, Size
from zerosum.device import cores, cpu_threads, device_of
from zerosum.display import Display, Mute, Quiet
from zerosum.errors import DivergedError, UserError
from zerosum.game import Facts, Game
from zerosum.hooks import Stop, Visit
from zerosum.judge import guarding
from zerosum.judge.remedies import remedies
from zerosum.judge.verdict import GRAVE, State, Verdict
from zerosum.judge.words import command, ending
from zerosum.material import material
from zerosum.plan import Plan
from zerosum.probing import best_way, seconds_a_round
from zerosum.recipe import overrides
from zerosum.recipe.resolve import named, resolve
from zerosum.recipe.schema import Recipe, load
from zerosum.recipe.table import system as system_of
from zerosum.report import write_report
from zerosum.run import Run, default_folder
from zerosum.schedule import Budget
from zerosum.tensorboard import TensorBoard
from zerosum.trainer import Hook, Trainer
from zerosum.waits import slow
from zerosum.watching import make_hooks

SCORES, MOST_BETWEEN = 30, 500
"""Scores in a training until it has converged, and the most rounds between two of them."""


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


def prepare(
    system: str,
    data: str | None = None,
    *,
    settings: Sequence[str] = (),
    steps: int | None = None,
    minutes: float | None = None,
    seed: int | None = None,
    data_root: Path | None = None,
    size: Size | None = None,
    channels: int | None = None,
    fit: Fit | None = None,
    target: str | None = None,
    pairs: str | None = None,
    crops: bool | None = None,
    strict: bool = False,
    until: Literal["converged"] | None = None,
    as_published: bool = False,
) -> Plan:
    """Load the data, complete the recipe and make the game; see `train` for the arguments.

    Raises:
        UserError: wrong usage or bad input.
    """
    reasons, found = list[Choice](), None
    if data is None and names_data(system):
        found = load_data(system, root=data_root, size=size, channels=channels, fit=fit or "crop", strict=strict)
        reasons.append(system_for(Facts(found.shape)))
        system, data = reasons[0].value, system
    name, own = named(system)
    known = own.pop("data", None) or {}
    known = {"source": known} if isinstance(known, str) else known
    form = {"size": size, "channels": channels, "fit": fit}
    asked = {"source": data, "target": target, "pairs": pairs, "crops": crops} | form
    wanted = material(name, load(system_of(name).game), known, asked)
    dataset = found or wanted.load(root=data_root, strict=strict)
    fields = data_fields(wanted.source, dataset, wanted.size, wanted.channels, wanted.fit) | wanted.fields(dataset)
    kind = Facts(dataset.shape).kind
    recipe = resolve(name, own, fields, kind, settings, published=as_published, steps=steps, minutes=minutes, seed=seed)
    if until is not None:
        recipe = judged(recipe, until)
    test = functools.cache(functools.partial(wanted.load, "test", root=data_root))
    end = ends.told(recipe, ends.why((steps, minutes), settings, own, system))
    paths = [*overrides.entries(own), *(overrides.parse(setting)[0] for setting in settings)]
    # A paper's networks are as wide as it has them.
    given = frozenset(path[-1] for path in paths) | ({"width"} if as_published else set())
    return Plan(recipe, dataset, test, build_game(recipe), (end, *map(str, reasons)), given)


def judged(recipe: Recipe, until: str) -> Recipe:
    """Return the recipe with scores often enough to see it converge: 30 in all, but no fewer than one in 500 rounds.

    Raises:
        UserError: `until` is not "converged".
    """
    if until != "converged":
        raise UserError(f"cannot train until '{until}': use converged, or leave it out")
    fitting = MOST_BETWEEN if recipe.steps is None else min(max(recipe.steps // SCORES, 1), MOST_BETWEEN)
    every = recipe.evaluate_every or fitting
    return recipe.model_copy(update={"evaluate_every": every})


def train(
    system: str,
    data: str | None = None,
    *,
    out: Path | str | None = None,
    device: str = "auto",
    fresh: bool = False,
    quiet: bool = True,
    mute: bool = False,
    tensorboard: bool = False,
    guard: bool = False,
    **plan: Any,
) -> Trained:
    """Train a system, or continue the run in `out` that the same call began.

    Args:
        system: a named system, or a recipe file (.yaml); or data, without `data`: then the system that suits them.
        data: a known data set, folder, archive or toy density; default: the recipe file's, or digits.
        out: the run folder; default runs/<system>-<data>.
        device: "auto", "cpu", "cuda" or "mps".
        fresh: start over in a folder that holds a run.
        quiet: show messages only.
        mute: show nothing at all.
        tensorboard: write events for TensorBoard into the run folder too.
        guard: where the run collapses or diverges, go back to where it was healthy and apply the first remedy, at most
            3 times.
        plan: more arguments of `prepare`: `settings` (overrides, "path=value"); `steps`, rounds to play in all;
            `minutes` of training in all, without scoring and saving; `until`, "converged" to end when playing on is
            worth little (`judge.convergence`); `as_published`, to play by the paper's own values instead of those that
            suit minutes on a laptop; `seed`; `data_root`, where known data sets are looked for; `size`, pixels a side,
            "WIDTHxHEIGHT" or (height, width); `channels`, 1, 3 or 4; `fit`, "crop", "pad" or "stretch" for images of
            other proportions; `strict`, refuse data with an unreadable file; and for systems that
            translate, `target`, a second set of images, or `pairs`, "side-by-side" or a pair maker such as "edges"
            (`data.names.MAKERS`), and `crops`, whether to train on random crops and mirror images (default: where
            files are fewer than 5,000 or differ in size).

    Raises:
        UserError: wrong usage or bad input.
        DivergedError: the game diverged and could not be brought back.
    """
    silent = mute or not distributed.speaks()
    display = Mute() if silent else Quiet() if quiet else Display()
    place = device_of(device)
    reason = once(display.message)
    planned, run = planning(system, data, out, place, fresh=fresh, say=display.message, reason=reason, **plan)
    wishes = {"fresh": fresh, "guard": guard, "until": plan.get("until") is not None}
    count = processes_of(planned.recipe, place)
    root, strict = plan.get("data_root"), plan.get("strict", False)
    with companions(count, job_of(planned.recipe, run, wishes, root, strict=strict), display.message) as seat:
        return play_together(
            planned, run, place, display, seat, tensorboard=tensorboard, data_root=root, reason=reason, **wishes
        )


def planning(
    system: str,
    data: str | None,
    out: Path | str | None,
    device: torch.device,
    *,
    fresh: bool = False,
    say: Callable[[str], None],
    reason: Callable[[str], None],
    **plan: Any,
) -> tuple[Plan, Run]:
    """Return what `train` is about to play, fitted to the device, and the run folder it goes into.

    `reason` is told each line of `Plan.reasons` as soon as it is known, where finding out takes seconds.
    """
    with slow(f"reading {data or system}", say):
        planned = prepare(system, data, **plan)
    tell_problems(planned.dataset, say)
    run = Run(Path(out) if out else default_folder(planned.recipe.system, planned.dataset.name))
    return sized(planned, run, device, fresh=fresh, reason=reason), run


def sized(
    plan: Plan, run: Run, device: torch.device, *, fresh: bool, reason: Callable[[str], None] = lambda text: None
) -> Plan:
    """Return the plan as this machine plays it best, in what the user has not set; `Plan.reasons` say why.

    A run that goes on is played as it was begun.

    Raises:
        UserError: the folder holds another run.
    """
    begun = run.recipe() if run.exists() and not fresh else None
    if begun is not None:
        recipe = sizing.taken_over(plan.recipe, begun, plan.given)
        run.check(recipe, fresh=fresh)
        return replace(plan, recipe=recipe, game=game_of(recipe, plan))
    run.check(plan.recipe, fresh=fresh)
    if distributed.grouped():
        return plan
    recipe, reasons, share = plan.recipe, list[str](), 1.0
    if device.type == "cpu" and may_place(plan):
        way, why, share = best_way(recipe, plan.dataset, cores())
        update = {"processes": way.processes, "threads": way.threads}
        recipe = sizing.noted(recipe.model_copy(update=update), update)
        reasons.append(str(why))
        each(reason, (*plan.reasons, *reasons))  # what can be measured can be played: from here on little is refused
    clock = time.process_time if recipe.cpu_minutes else time.perf_counter

    def seconds(tried: Recipe) -> float:
        return share * seconds_a_round(tried, plan.dataset, device=device, clock=clock)

    recipe, found = sizing.fitted(recipe, plan.given, seconds)
    reasons += map(str, found)
    if recipe.chosen:
        each(reason, (*plan.reasons, *reasons))
    return replace(plan, recipe=recipe, game=game_of(recipe, plan), reasons=(*plan.reasons, *reasons))


def game_of(recipe: Recipe, plan: Plan) -> Game:
    """Return the plan's game, or, where the fitted recipe has other networks, the one of these."""
    return plan.game if recipe.players == plan.recipe.players else build_game(recipe)


def once(say: Callable[[str], None]) -> Callable[[str], None]:
    """Return what says each line the first time that it is told it."""
    heard = set[str]()

    def tell(line: str) -> None:
        if line not in heard:
            heard.add(line)
            say(line)

    return tell


def each(say: Callable[[str], None], lines: Iterable[str]) -> None:
    """Say lines one after the other."""
    for line in lines:
        say(line)


def may_place(plan: Plan) -> bool:
    """Whether the number of processes and threads is left open: the user has set neither, nor OMP_NUM_THREADS.

    Small networks have one thread by their defaults. CPU minutes are those of one process.
    """
    recipe = plan.recipe
    open_ = recipe.threads is None and recipe.cpu_minutes is None and "OMP_NUM_THREADS" not in os.environ
    return open_ and not sizing.PLACED & plan.given and cores() > 1


def job_of(
    recipe: Recipe, run: Run, wishes: Mapping[str, bool], data_root: Path | str | None, *, strict: bool
) -> dict[str, Any]:
    """Return what a companion must know to play its part of a run."""
    return {
        "recipe": recipe.model_dump(mode="json"),
        "out": str(run.path),
        "data_root": None if data_root is None else str(data_root),
        "strict": strict,
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
                trained = play_guarded(planned, run, place, display, hooks, fresh=fresh, reason=reason)
            if trained.verdict is not None and (said := ending(trained.verdict, run.path, data_root=data_root)):
                display.message(said)
            return trained
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
        trainer = build_trainer(plan.recipe, plan.game, plan.dataset, device, hooks(plan))
        try:
            begun = functools.partial(each, reason, planned.reasons)
            return play(run, planned.recipe, trainer, display, fresh=fresh, begun=begun)
        except guarding.RescuedError:
            fresh = False
            display.stop()


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
    begun: Callable[[], None] = lambda: None,
) -> Trained:
    """Begin or continue the run, call `begun` once that has come off, play it to its end, and write its report."""
    run.check(recipe, fresh=fresh)
    distributed.wait()  # before the first process writes what the others have looked for
    if distributed.rank():
        distributed.wait()
        restore(run, recipe, trainer, display)
        return Trained(run, trainer.fit(recipe.steps, recipe.minutes, recipe.cpu_minutes))
    with run.locked():
        run.begin(recipe, fresh=fresh)
        begun()
        distributed.wait()
        restore(run, recipe, trainer, display)
        reason = trainer.fit(recipe.steps, recipe.minutes, recipe.cpu_minutes)
        with checkpoint.writing(run.path / ".report.html.partial"):
            write_report(run.path)
    # Of a group the first process alone looks at samples.
    visits = [hook for hook in trainer.hooks if isinstance(hook, Visit)]
    return Trained(run, reason, visits[0].verdict if visits else None)


def restore(run: Run, recipe: Recipe, trainer: Trainer, display: Display | Quiet) -> None:
    """Continue from the newest whole checkpoint, where there is one."""
    state = checkpoint.load_latest(run.checkpoints, trainer.device, display.message)
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


def resumed(run: Run, trainer: Trainer, recipe: Recipe) -> str:
    """Say whether the run goes on or had already come to its end."""
    budget = Budget(recipe.steps, recipe.minutes, recipe.cpu_minutes)
    if budget.spent(trainer.step, trainer.seconds, trainer.cpu_seconds) >= 1:
        return f"{run.path} is complete after round {trainer.step}: raise --steps or --minutes to play on"
    return f"continuing {run.path} after round {trainer.step}"


def data_fields(
    source: str, dataset: Dataset, size: Size | None, channels: int | None, fit: Fit = "crop"
) -> dict[str, Any]:
    """Return the fields of `schema.Data`: what was asked for and what was found."""
    points = {}
    if isinstance(dataset, Resident) and not dataset.is_images:
        points = {"center": dataset.center.tolist(), "scale": dataset.scale.tolist()}
    return {
        "source": source,
        "size": size,
        "channels": channels,
        "fit": fit,
        "name": dataset.name,
        "shape": list(dataset.shape),
        "classes": list(dataset.classes),
        "fingerprint": dataset.fingerprint,
        **points,
    }


def tell_problems(dataset: Dataset, say: Callable[[str], None], most: int = 5) -> None:
    """Name the files that were left out."""
    for name, reason in dataset.problems[:most]:
        say(f"skipped {name}: {reason}")
    if len(dataset.problems) > most:
        say(f"skipped {len(dataset.problems)} files in all: `zerosum data check` lists them")
