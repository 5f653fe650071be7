"""The page of a race: one HTML file with results, samples, learning curves and tests, which needs nothing else."""

import base64
import io
import shlex
from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape
from importlib import resources
from pathlib import Path
from string import Template
from typing import Any

import yaml
from PIL import Image

from zerosum._version import __version__
from zerosum.progress.numbers import number
from zerosum.racing import figures
from zerosum.racing.result import Race
from zerosum.racing.standing import MAIN, Row, floor_of
from zerosum.racing.table import shown_beside, troubles, verdict, words

MOST_SIDE = 480


def render(race: Race) -> str:
    """Return the page of a race as HTML."""
    template = resources.files("zerosum.racing").joinpath("race.html.template").read_text(encoding="utf-8")
    return Template(template).substitute(
        version=escape(__version__),
        data=escape(race.terms.data),
        verdict="".join(f"<p>{escape(line)}</p>" for line in verdict(race)),
        facts=_facts(race),
        results=_results(race),
        troubles=_troubles(race),
        samples=_samples(race),
        curves=_curves(race),
        unit=race.terms.budget.unit_words(),
        differences=_differences(race),
        terms=_terms(race),
        written=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
    )


def _facts(race: Race) -> str:
    rows = race.standing.rows
    seeds = sorted({len(row.entries) for row in rows})
    facts = {
        "systems": str(len(rows)),
        "seeds each": " to ".join(str(count) for count in (seeds[:1] + seeds[-1:] if len(seeds) > 1 else seeds)),
        "budget each": race.terms.budget.words(),
        "final scores from": f"{race.terms.samples:,} samples",
        "date": str(race.about["date"]),
    }
    return "".join(f"<div><dt>{name}</dt><dd>{escape(value)}</dd></div>" for name, value in facts.items())


def tone(race: Race, name: str) -> str:
    """Return the class that colours an entrant: those that share the lead stand out."""
    return "lead" if name in (race.standing.leaders or [race.standing.rows[0].name]) else "rest"


def _results(race: Race) -> str:
    beside, rows, floor = shown_beside(race), race.standing.rows, floor_of(race.entries)
    values = [value for row in rows for value in row.values()]
    if not values:
        return '<p class="none">Nobody has come to the end yet.</p>'
    limits = figures.log_range([*values, *([floor] if floor else [])])
    names = "".join(f'<th scope="col" class="number">{escape(name.replace("_", " "))}</th>' for name in beside)
    head = (
        f'<th scope="col">system</th><th scope="col" class="plot">{figures.strip_scale(limits)}</th>'
        f'<th scope="col" class="number">{MAIN}, median</th><th scope="col" class="number">range</th>{names}'
        '<th scope="col" class="number">rounds</th>'
    )
    body = "".join(_result(race, row, beside, limits, floor) for row in rows)
    return (
        f'<table class="results"><thead><tr>{head}</tr></thead><tbody>{body}'
        f"{_real_row(race, beside) if floor else ''}</tbody></table>"
    )


def _result(race: Race, row: Row, beside: Sequence[str], limits: tuple[float, float], floor: float | None) -> str:
    values, rounds, shade = row.values(), row.trained("rounds"), tone(race, row.name)
    reach = f"{number(min(values))} to {number(max(values))}" if values else "-"
    others = "".join(_cell(name.replace("_", " "), number(row.median(name))) for name in beside)
    short_of = (
        f" <small>{len(row.finished)} of {len(row.entries)}</small>" if len(row.finished) < len(row.entries) else ""
    )
    return (
        f'<tr class="{shade}"><th scope="row">{escape(row.name)}{short_of}</th>'
        f'<td class="plot">{figures.strip(row, limits, floor, shade)}</td>'
        f'<td class="number main"><b>{number(row.median())}</b></td>{_cell("range", reach)}{others}'
        f"{_cell('rounds', '-' if rounds is None else f'{rounds:,.0f}')}</tr>"
    )


def _cell(label: str, text: str) -> str:
    return f'<td class="number" data-label="{escape(label, quote=True)}">{escape(text)}</td>'


def _real_row(race: Race, beside: Sequence[str]) -> str:
    others = "".join(_cell(name.replace("_", " "), number(floor_of(race.entries, name))) for name in beside)
    return (
        f'<tr class="real"><th scope="row">real data</th><td class="plot"></td><td class="number main">'
        f'{number(floor_of(race.entries))}</td><td class="number"></td>{others}<td class="number"></td></tr>'
    )


def _troubles(race: Race) -> str:
    lines = "".join(f"<li>{escape(line)}</li>" for line in troubles(race))
    return f'<ul class="troubles">{lines}</ul>' if lines else ""


def _samples(race: Race) -> str:
    seeds = sorted({entry.seed for entry in race.entries if entry.status == "done"})
    if not seeds:
        return '<p class="none">There are no samples yet.</p>'
    buttons = "".join(
        f'<button type="button" data-seed="{seed}" aria-pressed="{str(seed == seeds[0]).lower()}">seed {seed}</button>'
        for seed in seeds
    )
    cards = [_card("real data", "", [(None, race.path / "pictures" / "real.png")], seeds)]
    for row in race.standing.rows:
        pictures = [(entry.seed, race.path / "pictures" / f"{entry.folder}.png") for entry in row.finished]
        cards.append(_card(row.name, tone(race, row.name), pictures, seeds, row))
    chooser = f'<div class="chooser" hidden role="group" aria-label="Seed of the training">{buttons}</div>'
    return f'{chooser if len(seeds) > 1 else ""}<div class="cards">{"".join(cards)}</div>'


def _card(
    name: str, shade: str, pictures: Sequence[tuple[int | None, Path]], seeds: Sequence[int], row: Row | None = None
) -> str:
    images = "".join(_picture(name, seed, path, seeds, row) for seed, path in pictures if path.is_file())
    return (
        f'<figure class="card {shade}"><figcaption>{escape(name)}</figcaption>{images or "<p>no samples</p>"}</figure>'
    )


def _picture(name: str, seed: int | None, path: Path, seeds: Sequence[int], row: Row | None) -> str:
    of = "" if seed is None else f' data-of="{seed}"' + ("" if seed == seeds[0] else " hidden")
    values = [] if row is None else [entry.value(MAIN) for entry in row.finished if entry.seed == seed]
    score = f"<p>{MAIN} {number(values[0])}</p>" if values else "<p>as they are</p>"
    alternative = escape(f"Samples of {name}, seed {seed}" if row else "Real samples", quote=True)
    return f'<div{of}><img src="{_embedded(path)}" alt="{alternative}">{score}</div>'


def _embedded(path: Path) -> str:
    """Return a picture as a data URI, no larger than the page shows it."""
    with Image.open(path) as image:
        image.load()
    if max(image.size) > MOST_SIDE:
        image.thumbnail((MOST_SIDE, MOST_SIDE))
    stream = io.BytesIO()
    image.save(stream, format="PNG", optimize=True)
    return f"data:image/png;base64,{base64.b64encode(stream.getvalue()).decode('ascii')}"


def _curves(race: Race) -> str:
    budget, rows = race.terms.budget, race.standing.rows
    bands = {row.name: figures.band_of(row.entries, budget.amount) for row in rows}
    values = [value for band in bands.values() for _, *three in band for value in three]
    if not values:
        return '<p class="none">Nothing has been scored yet.</p>'
    quick = _quick_floor(race)
    limits = figures.log_range([*values, *([quick] if quick else [])])
    charts = "".join(
        f'<figure class="learning"><figcaption class="{tone(race, row.name)}">{escape(row.name)}</figcaption>'
        f"{figures.learning_chart(row.name, bands, limits, budget.amount, quick, tone(race, row.name))}</figure>"
        for row in rows
    )
    return f'<div class="grid">{charts}</div>'


def _quick_floor(race: Race) -> float | None:
    """Return what real data reach where as few of them are taken as for the scores on the way."""
    floors = [moment.floor for entry in race.entries for moment in entry.curve if moment.floor is not None]
    return floors[0] if floors else None


def _differences(race: Race) -> str:
    tested = {name for pair in race.standing.pairs for name in (pair.better, pair.worse)}
    names = [row.name for row in race.standing.rows if row.name in tested]
    if not names:
        return '<p class="none">Nothing can be tested yet: that takes two systems with three seeds each.</p>'
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in names[1:])
    body = "".join(
        f'<tr><th scope="row">{escape(name)}</th>{"".join(_pair(race, names, i, j) for j in range(1, len(names)))}</tr>'
        for i, name in enumerate(names[:-1])
    )
    rows = f"<thead><tr><td></td>{head}</tr></thead><tbody>{body}</tbody>"
    return f'<div class="wide"><table class="pairs">{rows}</table></div>'


def _pair(race: Race, names: Sequence[str], i: int, j: int) -> str:
    pair = race.standing.pair(names[i], names[j]) if j > i else None
    if pair is None:
        return "<td></td>"
    factor = pair.factor if pair.better == names[i] else 1 / pair.factor
    title = f"{names[i]} against {names[j]}: p = {pair.p:.2g}, corrected {pair.adjusted:.2g}"
    kind = "shown" if pair.real else "open"
    return f'<td class="{kind}" title="{escape(title, quote=True)}">{factor:.3g}&times;</td>'


SAME = (
    "The same for all: data, networks, length of the latent, batch size, budget, judge. Each has its own loss, "
    "penalties, optimiser and rate, discriminator turns and normalisation."
)
OWN = "The same for all: data, budget, judge. Each has its own networks, latent, batch size and all else."


def _terms(race: Race) -> str:
    labelled = list(dict.fromkeys(entry.name for entry in race.entries if entry.labels))
    labels = f"<p>Told the labels: {escape(words(labelled))}. The others are not.</p>" if labelled else ""
    settings = "".join(
        f"<dt>{escape(name)}</dt><dd>{escape('  '.join(entry.settings))}</dd>"
        for name in race.names
        if (entry := next((entry for entry in race.entries if entry.name == name), None)) is not None
    )
    about = {"zerosum": race.about["zerosum"], **race.about["versions"], "machine": race.about["machine"]}
    facts = "; ".join(f"{name} {value}" if name != "machine" else str(value) for name, value in about.items())
    protocol: dict[str, Any] = next(
        (entry.scores[MAIN]["protocol"] for entry in race.entries if MAIN in entry.scores), {}
    )
    return (
        f"<p>{OWN if race.terms.own_networks else SAME}</p>{labels}<p>{escape(facts)}.</p>"
        f"<details><summary>the command</summary><pre>{escape(command(race))}</pre></details>"
        f'<details><summary>the settings of each system</summary><dl class="settings">{settings}</dl></details>'
        f"<details><summary>protocol of the final {MAIN}</summary><pre>"
        f"{escape(yaml.safe_dump(protocol, sort_keys=False, allow_unicode=True).strip())}</pre></details>"
    )


def command(race: Race) -> str:
    """Return the command that runs this race anew."""
    terms, budget = race.terms, race.terms.budget
    options = ["--images", f"{budget.amount:.0f}"] if budget.unit == "images" else ["--minutes", f"{budget.amount:g}"]
    options += ["--clock", "cpu" if budget.unit == "cpu_minutes" else "wall"] if budget.unit != "images" else []
    options += ["--seeds", str(len({entry.seed for entry in race.entries}) or 1)]
    options += ["--own-networks"] if terms.own_networks else []
    options += ["--as-published"] if terms.as_published else []
    options += [] if terms.samples == 10_000 else ["--samples", str(terms.samples)]
    options += ["--set", *terms.settings] if terms.settings else []
    for name, own in {entry.name: entry.own for entry in race.entries}.items():
        options += [word for assignment in own for word in ("--set-for", name, assignment)]
    return shlex.join(["zerosum", "race", *race.names, "--data", terms.data, *options])
