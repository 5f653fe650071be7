"""The report of a run: one HTML file that holds samples, scores, curves and recipe, and needs nothing else."""

import base64
import io
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from html import escape
from importlib import resources
from pathlib import Path
from string import Template

import yaml
from PIL import Image

from zerosum import whole
from zerosum._version import __version__
from zerosum.curves import Record, curves, finite, number, series_of
from zerosum.errors import UserError
from zerosum.explanations import explain
from zerosum.judge.section import section
from zerosum.metrics.inception import title_of

MOST_FRAMES = 40
FRAME_BYTES = 200_000
LAST_BYTES = 2_000_000
FRAME_SIDE = 800


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
    whole.write(path, page.encode())
    return path


def render(run_folder: Path) -> str:
    """Return the report of a run folder as HTML."""
    recipe_text = _read(run_folder / "recipe.yaml")
    recipe = _parse_recipe(recipe_text)
    log, scores = _log(run_folder / "log.jsonl"), read_lines(run_folder / "metrics.jsonl")
    frames = _frames(sorted((run_folder / "samples").glob("*.png")))
    system, data = _name(recipe.get("system"), run_folder.name), _name(recipe.get("data"), "")
    template = resources.files("zerosum").joinpath("report.html.template").read_text(encoding="utf-8")
    return Template(template).substitute(
        version=escape(__version__),
        title=escape(f"{system} on {data}" if data else system),
        heading=escape(system) + (f" <small>on {escape(data)}</small>" if data else ""),
        facts=_facts(recipe, log, run_folder),
        film=_film(frames) + _legend(recipe.get("data")) + _reals(run_folder / "reals.png"),
        frame_width=frames[-1]["width"] if frames else FRAME_SIDE,
        frames=_script_json([{"src": frame["src"], "name": frame["name"]} for frame in frames]),
        doctor=_doctor(run_folder),
        scores=_scores(scores),
        curves=curves(log, scores),
        recipe=_recipe(recipe_text),
        written=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
    )


def read_lines(path: Path) -> list[Record]:
    """Return the JSON objects of a file, one a line; a line that is no object (cut off by a crash) is left out."""
    records = []
    for line in _read(path).splitlines():
        try:
            record = json.loads(line)
        except ValueError:
            continue
        if isinstance(record, dict):
            records.append(record)
    return records


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""


def _parse_recipe(text: str) -> Record:
    try:
        recipe = yaml.safe_load(text)
    except yaml.YAMLError:
        return {}
    return recipe if isinstance(recipe, dict) else {}


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
        "time": str(timedelta(seconds=round(final["seconds"]))) if finite(final.get("seconds")) else None,
        "run": run_folder.resolve().name,
        "zerosum": recipe.get("zerosum", __version__),
    }
    known = ((name, value) for name, value in facts.items() if value is not None)
    return "".join(f"<div><dt>{name}</dt><dd>{escape(str(value))}</dd></div>" for name, value in known)


def _evenly(paths: Sequence[Path], most: int) -> list[Path]:
    """Return at most `most` of the paths, evenly spread, the first and the last among them."""
    if len(paths) <= most:
        return list(paths)
    return [paths[round(index * (len(paths) - 1) / (most - 1))] for index in range(most)]


def _frames(paths: Sequence[Path]) -> list[Record]:
    chosen = _evenly(paths, MOST_FRAMES)
    frames = [_frame(path, LAST_BYTES if path == chosen[-1] else FRAME_BYTES) for path in chosen]
    return [frame for frame in frames if frame is not None]


def _frame(path: Path, most_bytes: int) -> Record | None:
    """Return one picture ready to embed: as it is if it is small, otherwise reduced; None if it cannot be read."""
    try:
        with Image.open(path) as image:
            image.load()
            width, data, kind = image.width, path.read_bytes(), "png"
            if len(data) > most_bytes:
                data, kind = _reduced(image), "jpeg"
    except (OSError, SyntaxError, ValueError):
        return None
    name = f"step {int(path.stem):,}" if path.stem.isdigit() else path.stem
    source = f"data:image/{kind};base64,{base64.b64encode(data).decode('ascii')}"
    return {"src": source, "name": name, "width": min(width, 960)}


def _reduced(image: Image.Image) -> bytes:
    small = image.convert("RGB")
    small.thumbnail((FRAME_SIDE, 2 * FRAME_SIDE))
    stream = io.BytesIO()
    small.save(stream, format="JPEG", quality=88)
    return stream.getvalue()


def _film(frames: Sequence[Record]) -> str:
    if not frames:
        return '<p class="none">There are no samples yet.</p>'
    final = frames[-1]
    reel = (
        '<div class="reel" hidden><button type="button">Play</button>'
        f'<input type="range" min="0" max="{len(frames) - 1}" value="{len(frames) - 1}" step="1" '
        'aria-label="Samples over time"></div>'
    )
    return (
        f'<figure class="film"><img src="{final["src"]}" alt="Samples at {escape(final["name"], quote=True)}">'
        f"{reel if len(frames) > 1 else ''}<figcaption>{escape(final['name'])}</figcaption></figure>"
    )


def _legend(data: object) -> str:
    """Say what stands in the groups of a translator's pictures; nothing for what makes its own images."""
    if not isinstance(data, dict) or not (data.get("target") or data.get("pairs")):
        return ""
    # Only of two sets without pairs nobody knows what a source should become.
    known = data.get("paired") or data.get("pairs")
    there, back = (", and the target it should become", ", and its source") if known else ("", "")
    return (
        f'<p class="remark">Each group is a source of the test split, what is made of it{there}. '
        f"A second part is the way back: a target, what is made of it{back}.</p>"
    )


def _reals(path: Path) -> str:
    """Return the picture of real data, which the reader may open to compare."""
    frame = _frame(path, FRAME_BYTES) if path.is_file() else None
    if frame is None:
        return ""
    picture = f'<figure class="film"><img src="{frame["src"]}" alt="Real data, for comparison"></figure>'
    return f"<details><summary>real data, to compare with</summary>{picture}</details>"


def _script_json(value: object) -> str:
    """Return JSON that cannot end the script element it stands in."""
    return json.dumps(value).replace("<", "\\u003c")


def _doctor(run_folder: Path) -> str:
    path = run_folder / "doctor.png"
    frame = _frame(path, FRAME_BYTES) if path.is_file() else None
    return section(_read(run_folder / "doctor.json"), picture=frame["src"] if frame else None)


def _scores(scores: Sequence[Record]) -> str:
    """Return the table of the last score of each metric and protocol."""
    last = [series[-1] for series in series_of(scores)]
    if not last:
        return '<p class="none">No scores were taken yet: run <code>zerosum evaluate</code> on this run.</p>'
    head = "".join(f'<th scope="col">{name}</th>' for name in ("score", "value", "floor", "better", "what it says"))
    return (
        '<p class="lead">The floor is what real training data score against real test data, which is what a perfect '
        "generator would score. Where translations are compared with their targets, what the best guess without any "
        f'learning scores stands there, with its name.</p><table class="scores"><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(map(_score_row, last))}</tbody></table>"
    )


def _score_row(score: Record) -> str:
    name = str(score["metric"])
    title = escape(title_of(name, score.get("protocol")))
    error = score.get("error")
    value = f"<b>{number(score.get('value')):.4g}</b>" + (f" &plusmn; {error:.2g}" if finite(error) else "")
    if finite(score.get("spread")):
        value += f"<br><small>mean of {escape(str(score.get('repeats')))}, spread {score['spread']:.2g}</small>"
    at = f" at step {score['step']:,}" if finite(score.get("step")) else ""
    protocol = escape(yaml.safe_dump(score.get("protocol") or {}, sort_keys=False, allow_unicode=True).strip())
    return (
        f'<tr><th scope="row">{title}</th><td class="number" data-label="value">{value}</td>'
        f'<td class="number" data-label="floor">{_floor(score)}</td>'
        f'<td class="number" data-label="better">{escape(str(score.get("better", "")))}</td>'
        f"<td>{escape(explain(name))}<details><summary>protocol{at}</summary><pre>{protocol}</pre></details></td></tr>"
    )


def _floor(score: Record) -> str:
    """Return what real data get; of pairs, of which real data have none, what the best simple rival gets."""
    floor, rival = score.get("floor"), score.get("rival_value")
    if finite(floor):
        return f"{floor:.4g}"
    return f"{rival:.4g}<br><small>{escape(str(score.get('rival')))}</small>" if finite(rival) else "not known"


def _recipe(text: str) -> str:
    if not text.strip():
        return '<p class="none">The run folder holds no recipe.yaml.</p>'
    return f"<details><summary>recipe.yaml, complete</summary><pre>{escape(text)}</pre></details>"
