"""From the words of a call to a plan: data, a complete recipe fitted to the device, and what was chosen and why."""

import functools
import os
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from zerosum.core import registry
from zerosum.core.control import controls_of
from zerosum.core.device import cores
from zerosum.core.forms import Label
from zerosum.core.game import Facts, Game
from zerosum.core.importing import load
from zerosum.data.dataset import Dataset
from zerosum.data.load import located
from zerosum.data.names import KNOWN, TOLD
from zerosum.data.size import Fit, Size
from zerosum.errors import UserError
from zerosum.group import distributed
from zerosum.judge.age import translates
from zerosum.kinds.load import load as load_data
from zerosum.kinds.table import kind_of
from zerosum.options import options_model
from zerosum.progress.waits import slow
from zerosum.recipe import budget, overrides
from zerosum.recipe.build import build_game, suited
from zerosum.recipe.resolve import named, resolve
from zerosum.recipe.schema import Recipe
from zerosum.recipe.table import SYSTEMS, system
from zerosum.recipe.table import game_of as game_named
from zerosum.recipe.training_data import Material, material
from zerosum.runs.run import Run, default_folder
from zerosum.tasks.table import task_of
from zerosum.training import sizing
from zerosum.training.choice import Choice, names_data, system_for
from zerosum.training.companions import of_this_process
from zerosum.training.forecast import forecast
from zerosum.training.plan import Plan
from zerosum.training.probing import best_way, seconds_a_round
from zerosum.training.request import Request

WEIGHT = "adversarial_weight"
"""The option of games that sharpen what regression makes: how far."""
SCORES, MOST_BETWEEN = 30, 500
"""Scores in a training until it has converged, and the most rounds between two of them."""


def prepare(request: Request) -> Plan:
    """Load the data, complete the recipe and make the game.

    Raises:
        UserError: wrong usage or bad input.
    """
    registry.trust(request.trust)
    registry.typed(*request.settings, request.data or "", request.target or "")
    reasons, dataset = list[Choice](), None
    if request.data is None and names_data(request.system):
        form = request.form | {"fit": request.fit or "crop"}
        dataset = load_data(request.system, root=request.data_root, **form, strict=request.strict)
        reasons.append(system_for(Facts(dataset.shape, recorded=dataset.spec)))
        request = replace(request, system=reasons[0].value, data=request.system)
    name, own = named(request.system)
    settings = (*request.settings, *sharpened(name, request.sharpness))
    own_data = own.pop("data", None) or {}
    own_data = {"source": own_data} if isinstance(own_data, str) else own_data
    options = {"source": request.data, "target": request.target, "pairs": request.pairs, "crops": request.crops}
    data = task_of(game_named(name)).asked_for(name, material(system(name).data | own_data, options | request.form))
    if data.pairs in TOLD and request.pairs is None and own_data.get("pairs") is None:
        reasons.append(Choice(f"--pairs {data.pairs}", TOLD[data.pairs]))
    dataset = dataset if dataset and not system(name).data else data.load(root=request.data_root, strict=request.strict)
    check_fits(name, dataset)
    recipe = completed(request, name, own, settings, data, dataset)
    test = functools.cache(functools.partial(data.load, "test", root=request.data_root))
    why = budget.why((request.steps, request.minutes), settings, own, request.system)
    game = build_game(recipe)
    unused = () if data.source in KNOWN else labels_unused(recipe, game)
    lines = (budget.told(recipe, why), *map(str, reasons), *unused)
    return Plan(recipe, dataset, test, game, lines, entries_set(own, settings, published=request.as_published))


def check_fits(name: str, dataset: Dataset) -> None:
    """Raise UserError where data are rows of tokens and the system `name` makes none, or the other way round."""
    discrete = kind_of(dataset.spec).discrete
    if game_named(name).discrete != discrete:
        fitting = [other for other, entry in SYSTEMS.items() if load(entry.game).discrete == discrete]
        unit = kind_of(dataset.spec).unit.many
        raise UserError(f"{name} does not make {unit}, which {dataset.name} holds: train {', '.join(fitting)}")


def completed(
    request: Request, name: str, own: dict[str, Any], settings: Sequence[str], data: Material, dataset: Dataset
) -> Recipe:
    """Return the recipe of a request for data that are loaded."""
    fields = data_fields(data.source, dataset, data.size, data.channels, data.fit) | data.fields(dataset)
    recipe = resolve(
        name,
        own,
        fields,
        suited(dataset.spec, data.pairs),
        settings,
        published=request.as_published,
        steps=request.steps,
        minutes=request.minutes,
        seed=request.seed,
    )
    return recipe if request.until is None else judged(recipe, request.until)


def entries_set(own: dict[str, Any], settings: Sequence[str], *, published: bool) -> frozenset[str]:
    """Return the names of the entries that the user has set, in a recipe file or by overrides."""
    paths = [*overrides.entries(own), *(overrides.parse(setting)[0] for setting in settings)]
    # A paper's networks are as wide, and its batches as large, as it has them.
    return frozenset(path[-1] for path in paths) | ({"width", "batch_size"} if published else set())


def labels_unused(recipe: Recipe, game: Game) -> tuple[str, ...]:
    """Say that a game which makes images of its own leaves the labels of its data unused, and how to use them."""
    if len(recipe.data.classes) < 2 or task_of(game).given or controls_of(game.controls, Label):
        return ()
    takes_labels = "conditioning" in recipe.game
    remedy = "--set conditioning=projection uses them" if takes_labels else "cgan, acgan and r1gan can use them"
    return (f"the {len(recipe.data.classes)} labels are not used, so samples have none: {remedy}",)


def sharpened(name: str, sharpness: float | None) -> Sequence[str]:
    """Return the settings that let a game sharpen what regression makes, so far.

    Raises:
        UserError: the system has no regression to be sharpened, or a sharpness below 0.
    """
    if sharpness is None:
        return ()
    sharpening = [each for each in SYSTEMS if WEIGHT in options_model(load(SYSTEMS[each].game)).model_fields]
    if name not in sharpening:
        raise UserError(f"{name} has no --sharpness: leave it out, or train {' or '.join(sharpening)}")
    if not sharpness >= 0:
        raise UserError(f"--sharpness {sharpness:g}: use 0, for the least error, or a number up to 1 or more")
    return (f"{WEIGHT}={sharpness}",)


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


def planning(
    request: Request,
    out: Path | str | None,
    device: torch.device,
    *,
    fresh: bool = False,
    say: Callable[[str], None],
    reason: Callable[[str], None],
) -> tuple[Plan, Run]:
    """Return what `train` is about to play, fitted to the device, and the run folder it goes into.

    `reason` is told each line of `Plan.reasons` as soon as it is known, where finding out takes seconds.
    """
    with slow(f"reading {request.data or request.system}", say):
        plan = prepare(request)
    tell_problems(plan.dataset, say)
    run = Run(Path(out) if out else default_folder(plan.recipe.system, plan.dataset.name))
    return sized(plan, run, device, fresh=fresh, reason=reason), run


def sized(
    plan: Plan, run: Run, device: torch.device, *, fresh: bool, reason: Callable[[str], None] = lambda text: None
) -> Plan:
    """Return the plan as this machine plays it best, in what the user has not set; `Plan.reasons` say why.

    A run that goes on is played as it was begun.

    Raises:
        UserError: the folder holds another run.
    """
    previous = run.recipe() if run.exists() and not fresh else None
    if previous is not None:
        recipe = sizing.taken_over(plan.recipe, previous, plan.given)
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

    timed = dict[str, float]()

    def seconds(variant: Recipe) -> float:
        key = repr((variant.batch_size, variant.players))
        if key not in timed:
            timed[key] = share * seconds_a_round(variant, plan.dataset, device=device, clock=clock)
        return timed[key]

    if device.type != "cpu":
        recipe, choices = sizing.filled(recipe, plan.given, len(plan.dataset), seconds)
        reasons += map(str, choices)
    recipe, choices = sizing.fitted(recipe, plan.given, seconds)
    reasons += map(str, choices)
    reasons += foreseen(recipe, len(plan.dataset), seconds)
    if recipe.chosen:
        each(reason, (*plan.reasons, *reasons))
    return replace(plan, recipe=recipe, game=game_of(recipe, plan), reasons=(*plan.reasons, *reasons))


def foreseen(recipe: Recipe, images: int, time: sizing.Time) -> list[str]:
    """Return what a run of images of its own may come to in its minutes, where runs like it were measured."""
    seconds = 60 * (recipe.minutes or recipe.cpu_minutes or 0)
    if not seconds or translates(recipe) or images < recipe.batch_size:
        return []
    line = forecast(recipe, images, seconds / time(recipe))
    return [line] if line else []


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
    open_ = open_ and not of_this_process(recipe)
    return open_ and not sizing.PLACED & plan.given and cores() > 1


def data_fields(
    source: str, dataset: Dataset, size: Size | None, channels: int | None, fit: Fit = "crop"
) -> dict[str, Any]:
    """Return the fields of `schema.Data`: what was asked for and what was found."""
    spec = dataset.spec
    points = {name: value for name, value in spec.facts.items() if name in ("center", "scale")}
    return {
        "source": located(source),
        "size": size,
        "channels": channels,
        "fit": fit,
        "name": dataset.name,
        "shape": list(dataset.shape),
        "classes": list(dataset.classes),
        "kind": spec.kind,
        "facts": {name: value for name, value in spec.facts.items() if name not in points},
        "fingerprint": dataset.fingerprint,
        "levels": dataset.levels,
        "source_levels": dataset.source_levels,
        **points,
    }


def tell_problems(dataset: Dataset, say: Callable[[str], None], most: int = 5) -> None:
    """Name the files that were left out, and say what was decided about the data."""
    each(say, dataset.notes)
    for name, reason in dataset.problems[:most]:
        say(f"skipped {name}: {reason}")
    if len(dataset.problems) > most:
        say(f"skipped {len(dataset.problems)} files in all: `zerosum data check` lists them")
