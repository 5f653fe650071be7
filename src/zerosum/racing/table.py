"""A race as text: one row an entrant, and what may be said of it."""

from collections.abc import Sequence

from zerosum.progress.numbers import counted, number
from zerosum.racing.result import Race
from zerosum.racing.significance import LEAST_SEEDS, needed_factor
from zerosum.racing.standing import MAIN, Row, Standing, floor_of

BESIDE = ("precision", "recall", "coverage", "classes", "modes", "high_quality", "stacked_modes", "stacked_kl", "w1")
"""Scores that are shown beside the main one, where the data have them."""


def shown_beside(race: Race) -> list[str]:
    """Return the scores to show beside the main one."""
    return [name for name in BESIDE if any(name in entry.scores for entry in race.entries)]


def table(race: Race) -> str:
    """Return the table and what it says as lines of text."""
    beside, standing = shown_beside(race), race.standing
    header = ["system", f"{MAIN} median", "lowest", "highest", *beside, "rounds", "seeds", "really better than"]
    rows = [header, *(_cells(row, beside, standing) for row in standing.rows)]
    floor = floor_of(race.entries)
    if floor is not None:
        beyond = [number(floor_of(race.entries, name)) for name in beside]
        rows.append(["real data", number(floor), "", "", *beyond, "", "", ""])
    widths = [max(len(row[column]) for row in rows) for column in range(len(header))]
    lines = ["  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([*lines, "", *verdict(race), *troubles(race)])


def _cells(row: Row, beside: Sequence[str], standing: Standing) -> list[str]:
    values = row.values()
    low, high = (min(values), max(values)) if values else (None, None)
    others = [number(row.median(name)) for name in beside]
    rounds = row.trained("rounds")
    tested = any(row.name in (pair.better, pair.worse) for pair in standing.pairs)
    better = ", ".join(standing.beaten_by(row.name)) or ("none" if tested else "-")
    count = f"{len(row.finished)} of {len(row.entries)}"
    rounds_played = "-" if rounds is None else f"{rounds:,.0f}"
    return [row.name, number(row.median()), number(low), number(high), *others, rounds_played, count, better]


def verdict(race: Race) -> list[str]:
    """Return what may be said of a race, in sentences."""
    rows = [row for row in race.standing.rows if row.median() is not None]
    if not rows:
        return ["Nobody has come to the end yet."]
    first = rows[0]
    lines = [f"{first.name} has the lowest median {MAIN}, {number(first.median())}."]
    if len(rows) == 1:
        return lines
    if not race.standing.pairs:
        return [*lines, f"Which differences are real cannot be said: that takes {LEAST_SEEDS} seeds each."]
    return [*lines, *_lead(race.standing), *_power(race.standing)]


def _lead(standing: Standing) -> list[str]:
    first = standing.rows[0].name
    tested = [row.name for row in standing.rows[1:] if standing.pair(first, row.name) is not None]
    worse = standing.beaten_by(first)
    equal = [name for name in tested if name not in worse]
    if not tested:
        return []
    if not equal:
        return [f"That is really better than {_all(tested)}."]
    if not worse:
        return [f"It is not shown to be better than {words(equal)}."]
    return [f"That is really better than {words(worse)}; it is not shown to be better than {words(equal)}."]


def _all(names: Sequence[str]) -> str:
    return words(names) if len(names) < 3 else f"all {len(names)} others"


def _power(standing: Standing) -> list[str]:
    groups = {row.name: row.values() for row in standing.rows}
    factor, seeds = needed_factor(groups), min(len(values) for values in groups.values() if len(values) >= LEAST_SEEDS)
    if factor is None:
        return []
    size = f"a factor of about {factor:.2g}" if factor < 1000 else "a factor beyond all measure"
    pairs = counted(len(standing.pairs), "pair")
    return [f"With {seeds} seeds of this spread and {pairs} to compare, a difference counts as real from {size}."]


def troubles(race: Race) -> list[str]:
    """Return what went wrong, a line each."""
    return [f"{entry.folder} {entry.status}: {entry.why}" for entry in race.entries if entry.status != "done"]


def words(names: Sequence[str]) -> str:
    """Return names as "a, b and c"."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
