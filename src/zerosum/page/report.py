"""The report of a run: one HTML file that holds samples, scores, curves and recipe, and needs nothing else."""

import contextlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape
from importlib import resources
from pathlib import Path
from string import Template

import yaml

from zerosum._version import __version__
from zerosum.core.spec import kind_by
from zerosum.errors import UserError
from zerosum.judge import verdict_file
from zerosum.judge.section import section
from zerosum.judge.words import visit
from zerosum.kinds.kind import Showing
from zerosum.kinds.table import named
from zerosum.page import film
from zerosum.page.curves import Record, curves, finite
from zerosum.page.scoreboard import board
from zerosum.progress.numbers import clock
from zerosum.runs.run import Run
from zerosum.storage import atomic
from zerosum.storage.json_files import read_lines

NEIGHBOURS = (
    "Each group is a sample, the training image nearest to it, and the held-out image nearest to it, by pixels. A copy "
    "looks like the training image and not like the held-out one. On the left are the samples that are most like that, "
    "of all that the doctor drew; on the right others."
)
"""What stands in neighbours.png."""


def write_report(run_folder: Path) -> Path:
    """Write `report.html` into a run folder from what lies there, in one piece, and return its path.

    What is missing (no samples yet, no scores) is said in the page; a last line that was cut off is left out.

    Raises:
        UserError: there is no such folder.
    """
    run_folder = Path(run_folder)
    if not run_folder.is_dir():
        raise UserError(f"no run folder {run_folder}: give the folder that zerosum train wrote")
    page = render(run_folder)
    path = run_folder / "report.html"
    atomic.write(path, page.encode("utf-8", "surrogateescape"))
    return path


def render(run_folder: Path) -> str:
    """Return the report of a run folder as HTML."""
    recipe_text = _read(run_folder / "recipe.yaml")
    recipe = _parse_recipe(recipe_text)
    log, scores = _log(run_folder / "log.jsonl"), read_lines(run_folder / "metrics.jsonl")
    kept = Run(run_folder).kept()
    pictures = sorted((run_folder / "samples").glob("*.png"))
    frames = film.frames(pictures, kept)
    first = film.shown(frames, kept)
    system, data = _name(recipe.get("system"), run_folder.name), _name(recipe.get("data"), "")
    template = resources.files("zerosum.page").joinpath("report.html.template").read_text(encoding="utf-8")
    return Template(template).substitute(
        version=escape(__version__),
        title=escape(f"{system} on {data}" if data else system),
        heading=escape(system) + (f" <small>on {escape(data)}</small>" if data else ""),
        facts=_facts(recipe, log, run_folder),
        film=film.film(frames, first)
        + film.told(frames, len(pictures), kept)
        + film.legend(recipe.get("data"))
        + film.reals(run_folder / "reals.png", showing_of(recipe)),
        frame_width=frames[first]["width"] if frames else film.FRAME_SIDE,
        frames=_script_json([{"src": frame["src"], "name": frame["name"]} for frame in frames]),
        doctor=_doctor(run_folder),
        neighbours=_neighbours(run_folder, recipe),
        scores=board(scores, run_folder, kept),
        curves=curves(log, scores),
        recipe=_recipe(recipe_text),
        written=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
    )


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""


def _parse_recipe(text: str) -> Record:
    try:
        recipe = yaml.safe_load(text)
    except yaml.YAMLError:
        return {}
    return recipe if isinstance(recipe, dict) else {}


def showing_of(recipe: Record) -> Showing:
    """Return how samples of a recipe are shown; as images where the recipe does not say what they are."""
    data = recipe.get("data")
    data = data if isinstance(data, dict) else {}
    with contextlib.suppress(UserError):
        return named(data.get("kind") or kind_by(tuple(data.get("shape") or ()))).showing
    return named("image").showing


def _name(value: object, otherwise: str) -> str:
    """Return the name in a recipe's entry: the entry itself, or its `name` or `source`; of a path the last part."""
    if isinstance(value, dict):
        value = value.get("name") or value.get("source")
    return Path(str(value)).name or str(value) if value else otherwise


def _log(path: Path) -> list[Record]:
    """Return the log by step; where a resumed run wrote a step again, the later line counts."""
    by_step = {float(line["step"]): line for line in read_lines(path) if finite(line.get("step"))}
    return [by_step[step] for step in sorted(by_step)]


def _facts(recipe: Record, log: Sequence[Record], run_folder: Path) -> str:
    final = log[-1] if log else {}
    facts = {
        "seed": recipe.get("seed"),
        "rounds": f"{final['step']:,}" if final else "none logged yet",
        "images seen": f"{final['images']:,.0f}" if finite(final.get("images")) else None,
        "time": clock(final["seconds"]) if finite(final.get("seconds")) else None,
        "run": run_folder.resolve().name,
        "zerosum": recipe.get("zerosum", __version__),
    }
    rows = ((name, value) for name, value in facts.items() if value is not None)
    return "".join(f"<div><dt>{name}</dt><dd>{escape(str(value))}</dd></div>" for name, value in rows)


def _script_json(value: object) -> str:
    """Return JSON that cannot end the script element it stands in."""
    return json.dumps(value).replace("<", "\\u003c")


def _doctor(run_folder: Path) -> str:
    frame = film.frame(run_folder / "doctor.png", film.FRAME_BYTES)
    picture = frame["src"] if frame else None
    return section(verdict_file.read(run_folder), run=run_folder, picture=picture)


def _neighbours(run_folder: Path, recipe: Record) -> str:
    """Return samples beside their nearest training and held-out images; nothing where no sample stands alone."""
    frame = film.frame(run_folder / "neighbours.png", film.LAST_BYTES)
    if frame is None:
        hint = (
            f'<p class="none">No samples were laid beside data yet: run <code>{escape(visit(run_folder))}</code>.</p>'
        )
        return hint if showing_of(recipe).single else ""
    picture = f'<img src="{frame["src"]}" alt="Samples beside their nearest neighbours">'
    return f'<p class="lead">{NEIGHBOURS}</p><figure class="film wide">{picture}</figure>'


def _recipe(text: str) -> str:
    if not text.strip():
        return '<p class="none">The run folder holds no recipe.yaml.</p>'
    return f"<details><summary>recipe.yaml, complete</summary><pre>{escape(text)}</pre></details>"
