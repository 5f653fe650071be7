"""A race: every entrant with every seed, on the same data, with the same budget; resumable, told on one page."""

import contextlib
import functools
import itertools
import json
import os
import platform
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch

from zerosum._version import __version__
from zerosum.core import registry
from zerosum.core.device import device_of
from zerosum.data.own import hand_over
from zerosum.data.size import Fit, Size
from zerosum.drawing import pictures
from zerosum.errors import UserError, ZerosumError
from zerosum.kinds.load import load as load_data
from zerosum.metrics.evaluate import Evaluator
from zerosum.metrics.features import features_for
from zerosum.progress.display import Display, Quiet
from zerosum.progress.waits import about_left, slow
from zerosum.racing.conditions import Entrant, Terms, budget_of, enter
from zerosum.racing.page import render
from zerosum.racing.result import FILE, Race
from zerosum.racing.significance import LEAST_SEEDS
from zerosum.racing.standing import MAIN, Entry
from zerosum.racing.trial import Course, play_entrant, real_picture
from zerosum.recipe.build import suited
from zerosum.recipe.schema import Recipe
from zerosum.runs.run import Run, default_folder
from zerosum.storage import atomic
from zerosum.training.planning import data_fields, tell_problems


def race(
    systems: Sequence[str],
    data: Any = "digits",
    *,
    minutes: float | None = None,
    images: int | None = None,
    seeds: int = 3,
    clock: str = "auto",
    settings: Sequence[str] = (),
    settings_for: Mapping[str, Sequence[str]] | None = None,
    own_networks: bool = False,
    as_published: bool = False,
    samples: int = 10_000,
    out: Path | str | None = None,
    device: str = "auto",
    data_root: Path | None = None,
    size: Size | None = None,
    channels: int | None = None,
    fit: Fit = "crop",
    fresh: bool = False,
    quiet: bool = True,
    trust: Sequence[str] = (),
) -> Race:
    """Race systems on the same data with the same networks and budget, or go on with the race in `out`.

    Args:
        systems: named systems or recipe files (.yaml).
        data: a known data set, folder, archive or toy density; or what else `zs.train` takes: a map-style torch data
            set, array or tensor. A race plays in this process, which has them; going on needs them again.
        minutes: of training for each entrant and seed, scoring and saving left out; see `clock`.
        images: in place of minutes: reals that each discriminator learns from.
        seeds: how often each plays; of fewer than 3 no difference is called real.
        clock: what minutes are of: "cpu" time, "wall" time, or "auto": CPU time where a CPU trains.
        settings: overrides for all, "path=value".
        settings_for: more of them by the name of an entrant.
        own_networks: leave to each its own networks, latent and batch size.
        as_published: let each play by its paper's rates instead of those that suit minutes on a laptop.
        samples: for the final scores.
        out: the folder of the race; default runs/race-<data>.
        device: "auto", "cpu", "cuda" or "mps".
        data_root: where known data sets are looked for.
        size: pixels a side, "WIDTHxHEIGHT" or (height, width).
        channels: 1, 3 or 4.
        fit: of images of other proportions: "crop", "pad" or "stretch".
        fresh: start over in a folder that holds a race.
        quiet: show messages only, no progress.
        trust: packages whose code a recipe file may name that somebody else wrote (`core.registry`).

    Raises:
        UserError: wrong usage or bad input, before anything is trained; or the folder holds another race.
        ZerosumError: no entrant came to its end.
    """
    check(seeds, samples)
    registry.trust(trust)
    source = hand_over(data)
    registry.typed(source, *settings, *itertools.chain(*(settings_for or {}).values()))
    display = Quiet() if quiet else Display()
    place = device_of(device)
    budget = budget_of(minutes, images, clock, place.type)
    look = functools.partial(load_data, source, root=data_root, size=size, channels=channels, fit=fit)
    with slow(f"reading {source}", display.message):
        train, test = look(), look(split="test")
    tell_problems(train, display.message)
    kind = suited(train.spec)
    ways = {"own_networks": own_networks, "as_published": as_published}
    entrants = enter(systems, kind, settings_=settings, settings_for=settings_for, **ways)
    # Before anything is trained, so that a slip in the last entrant's settings does not cost the time of the others.
    trains = {e.name: look(**e.data) if e.data else train for e in entrants}
    fields = {e.name: data_fields(source, trains[e.name], size, channels, fit) | e.data for e in entrants}
    recipes = {(e.name, seed): e.recipe(fields[e.name], kind, seed, budget) for seed in range(seeds) for e in entrants}

    @functools.cache
    def evaluator() -> Evaluator:
        return Evaluator(train, test, device=place, features=space)

    space = features_for(train, test, device=place)
    common = (train.name, train.fingerprint, budget, tuple(settings), own_networks, samples, place.type, as_published)
    terms = Terms(*common, features=f"{space.name} {space.fingerprint}")
    folder = Path(out) if out else default_folder("race", train.name)
    beginning = begin(folder, terms, entrants, fresh=fresh)
    course = Course(train, trains, test, evaluator, samples, place, display)
    with Run(folder).locked():
        if fresh and (folder / FILE).exists():
            with contextlib.suppress(UserError):  # of a damaged race nobody knows what is its own
                empty(Race.open(folder))
        pictures.save(real_picture(train), folder / "pictures" / "real.png")
        save(beginning)
        ended = run_all(beginning, entrants, recipes, course, fresh=fresh)
        save(ended)
    display.message(f"the page: {folder / 'race.html'}")
    if ended.reason == "done" and not any(entry.status == "done" for entry in ended.entries):
        raise ZerosumError(f"nobody came to the end; {ended.entries[0].folder}: {ended.entries[0].why}")
    return ended


def check(seeds: int, samples: int) -> None:
    """Raise UserError where a race cannot be run like this."""
    if seeds < 1:
        raise UserError(f"{seeds} seeds cannot race: use 1 or more, {LEAST_SEEDS} to compare")
    if samples < 100:
        raise UserError(f"cannot judge {samples} samples: take at least 100, better 10,000")
    if int(os.environ.get("WORLD_SIZE", "1")) > 1:
        raise UserError("a race runs in one process: start it without torchrun")


def begin(folder: Path, terms: Terms, entrants: Sequence[Entrant], *, fresh: bool) -> Race:
    """Return the race in `folder` with these entrants added, or a new one; nothing is written.

    Raises:
        UserError: it holds a race on other terms, an entrant that raced with other settings, or something else.
    """
    names = tuple(entrant.name for entrant in entrants)
    if fresh or not (folder / FILE).exists():
        is_race = fresh and (folder / FILE).exists()
        if not is_race and folder.is_dir() and any(entry.name != ".lock" for entry in folder.iterdir()):
            raise UserError(f"{folder} is not empty and holds no race: choose another --out")
        return Race(folder, terms, names, (), about())
    race = Race.open(folder)
    different = race.terms.differing(terms)
    own = {entrant.name: entrant.settings for entrant in entrants}
    different += [
        f"settings of {entry.name}: {', '.join(sorted(set(own[entry.name]) ^ set(entry.settings)))}"
        for entry in race.entries
        if entry.name in own and entry.settings != own[entry.name]
    ]
    if different:
        raise UserError(
            f"{folder} holds a race on other terms ({'; '.join(different[:3])}): choose another --out, or --fresh"
        )
    return replace(race, names=tuple(dict.fromkeys([*race.names, *names])), about=about())


def empty(race: Race) -> None:
    """Remove the runs and pictures of a race; what else is in its folder stays."""
    for run in race.path.iterdir():
        name, _, seed = run.name.rpartition("-")
        if name in race.names and seed.isdecimal() and not run.is_symlink():
            shutil.rmtree(run)
    shutil.rmtree(race.path / "pictures", ignore_errors=True)


def run_all(
    race: Race, entrants: Sequence[Entrant], recipes: Mapping[tuple[str, int], Recipe], course: Course, *, fresh: bool
) -> Race:
    """Play all that has not been played yet, seed by seed, so that a race cut short is still about even."""
    say, by_name = course.display.message, {entrant.name: entrant for entrant in entrants}
    began, over = time.monotonic(), {(entry.name, entry.seed) for entry in race.entries if entry.final}
    todo = [(number, *pair) for number, pair in enumerate(recipes.items(), 1) if pair[0] not in over]
    for played, (number, (name, seed), recipe) in enumerate(todo):
        left = about_left(time.monotonic() - began, played, len(todo))
        say(f"[{number} of {len(recipes)}] {name}, seed {seed}{left}")
        entry = None
        with contextlib.suppress(KeyboardInterrupt):
            entry = play_entrant(by_name[name], seed, recipe, course, race.path, fresh=fresh)
        if entry is None or entry.status == "stopped":
            reason = entry.why if entry is not None else "interrupted"
            say(f"stopped in {name}, seed {seed}: the same command goes on from there")
            return replace(race if entry is None else race.with_entry(entry), reason=reason)
        race = race.with_entry(entry)
        save(race)
        say(told(entry))
    return replace(race, reason="done")


def save(race: Race) -> None:
    """Write race.json and race.html."""
    atomic.write_durably(race.path / FILE, json.dumps(race.to_dict(), indent=1) + "\n")
    atomic.write_durably(race.path / "race.html", render(race))


def told(entry: Entry) -> str:
    """Say in one line what came of an entry."""
    value = entry.value(MAIN)
    if value is None:
        return f"{entry.name}, seed {entry.seed} {entry.status}: {entry.why}"
    return f"{entry.name}, seed {entry.seed}: {MAIN} {value:.4g} after {entry.trained['rounds']:,.0f} rounds"


def about() -> dict[str, Any]:
    """Return the facts without which a result means little: date, versions, machine."""
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    if torch.cuda.is_available():
        machine += f", {torch.cuda.get_device_name()}"
    versions = {"torch": torch.__version__, "python": platform.python_version()}
    date = datetime.now(UTC).date().isoformat()
    return {"zerosum": __version__, "date": date, "machine": machine, "versions": versions}
