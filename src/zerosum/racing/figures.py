"""The drawings of the race's page, as inline SVG that its style sheet colours: strips of scores, learning curves."""

import math
import statistics
from collections.abc import Mapping, Sequence
from html import escape

from zerosum.drawing.axis import Axis, widened
from zerosum.progress.numbers import short
from zerosum.racing.standing import Entry, Row

STRIP_WIDTH, STRIP_HEIGHT, STRIP_EDGE = 340, 30, 14
WIDTH, HEIGHT = 300, 190
LEFT, RIGHT, TOP, BOTTOM = 40, 10, 8, 26
Points = list[tuple[float, float]]
Band = list[tuple[float, float, float, float]]
"""Position, lowest, median and highest at each moment."""


def log_range(values: Sequence[float]) -> tuple[float, float]:
    """Return the range of the logarithms (base 10) of positive values, with some room."""
    logs = [math.log10(value) for value in values if value > 0 and math.isfinite(value)] or [0.0]
    return widened(min(logs), max(logs), 0.06)


def log_ticks(low: float, high: float) -> list[float]:
    """Return round values between 10^low and 10^high: powers of ten, with 2 and 5 between them where there is room."""
    factors = (1,) if high - low > 2.5 else (1, 3) if high - low > 1.6 else (1, 2, 5)
    powers = range(math.floor(low), math.ceil(high) + 1)
    ticks = [factor * 10.0**power for power in powers for factor in factors]
    return [value for value in ticks if low <= math.log10(value) <= high] or [10 ** ((low + high) / 2)]


def strip_axis(limits: tuple[float, float]) -> Axis:
    """Return the axis that all strips share, of logarithms."""
    return Axis(*limits, STRIP_EDGE, STRIP_WIDTH - STRIP_EDGE)


def strip_scale(limits: tuple[float, float]) -> str:
    """Draw the numbers above the strips."""
    axis = strip_axis(limits)
    marks = [
        f'<text class="tick" x="{_at(axis, value):.1f}" y="14" text-anchor="middle">{short(value)}</text>'
        for value in log_ticks(*limits)
    ]
    return f'<svg class="strip" viewBox="0 0 {STRIP_WIDTH} 18" aria-hidden="true">{"".join(marks)}</svg>'


def strip(row: Row, limits: tuple[float, float], floor: float | None, tone: str) -> str:
    """Draw the score of every seed of an entrant as a dot, with a bar at the median and real data dashed."""
    axis, values, middle = strip_axis(limits), row.values(), STRIP_HEIGHT / 2
    shapes = [_upright("rule", _at(axis, value)) for value in log_ticks(*limits)]
    shapes += [_upright("level", _at(axis, floor))] if floor else []
    if values:
        ends = [_at(axis, value) for value in (min(values), max(values))]
        shapes.append(f'<line class="reach {tone}" x1="{ends[0]:.1f}" x2="{ends[1]:.1f}" y1="{middle}" y2="{middle}"/>')
        shapes += [f'<circle class="seed {tone}" cx="{_at(axis, v):.1f}" cy="{middle}" r="4.5"/>' for v in values]
        at = _at(axis, statistics.median(values))
        shapes.append(f'<line class="median {tone}" x1="{at:.1f}" x2="{at:.1f}" y1="4" y2="{STRIP_HEIGHT - 4}"/>')
    label = ", ".join(f"{value:.4g}" for value in sorted(values)) or "no score"
    return (
        f'<svg class="strip" viewBox="0 0 {STRIP_WIDTH} {STRIP_HEIGHT}" role="img" '
        f'aria-label="{escape(f"{row.name}: {label}", quote=True)}">{"".join(shapes)}</svg>'
    )


def _upright(kind: str, x: float) -> str:
    return f'<line class="{kind}" x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{STRIP_HEIGHT}"/>'


def _at(axis: Axis, value: float) -> float:
    return float(axis.at(math.log10(max(value, 1e-12))))


def band_of(entries: Sequence[Entry], scale: float) -> Band:
    """Return the learning curve of several seeds over the budget spent (a share times `scale`)."""
    by_share: dict[float, list[float]] = {}
    for entry in entries:
        for moment in entry.curve:
            if math.isfinite(moment.fd):
                by_share.setdefault(moment.share, []).append(max(moment.fd, 1e-12))
    return [(at * scale, min(v), statistics.median(v), max(v)) for at, v in sorted(by_share.items())]


def learning_chart(
    name: str, bands: Mapping[str, Band], limits: tuple[float, float], end: float, floor: float | None, tone: str
) -> str:
    """Draw the learning curve of one entrant with its band, and those of the others behind it.

    Args:
        name: whose curve it is.
        bands: of all entrants.
        limits: of the logarithms.
        end: of the x axis, the whole budget.
        floor: what real data reach.
        tone: a class of the style sheet.
    """
    x, y = Axis(0.0, end, LEFT, WIDTH - RIGHT), Axis(*limits, HEIGHT - BOTTOM, TOP)
    own = bands.get(name, [])
    others = [_polyline("other", _middle(band), x, y) for key, band in bands.items() if key != name]
    shapes = [*_frame(x, y), *others]
    if floor:
        at = _at(y, floor)
        shapes.append(f'<line class="level" x1="{x.start}" x2="{x.end}" y1="{at:.1f}" y2="{at:.1f}"/>')
    if own:
        shapes += [_shade(own, x, y, tone), _polyline(f"line {tone}", _middle(own), x, y)]
        shapes += [
            f'<circle class="dot {tone}" cx="{x.at(a):.1f}" cy="{_at(y, v):.1f}" r="2.2"/>' for a, v in _middle(own)
        ]
    label = f"{name}: from {own[0][2]:.4g} to {own[-1][2]:.4g}" if own else f"{name}: nothing was scored"
    text = escape(label, quote=True)
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{text}">{"".join(shapes)}</svg>'


def _middle(band: Band) -> Points:
    return [(at, middle) for at, _, middle, _ in band]


def _frame(x: Axis, y: Axis) -> list[str]:
    rules = [
        f'<line class="rule" x1="{x.start}" x2="{x.end}" y1="{_at(y, value):.1f}" y2="{_at(y, value):.1f}"/>'
        f'<text class="tick" x="{x.start - 6}" y="{_at(y, value) + 4:.1f}" text-anchor="end">{short(value)}</text>'
        for value in log_ticks(y.low, y.high)
    ]
    marks = [
        f'<text class="tick" x="{x.at(value):.1f}" y="{y.start + 17}" '
        f'text-anchor="{"end" if value > x.high * 0.97 else "middle"}">{short(value)}</text>'
        for value in x.ticks(4)
    ]
    return rules + marks


def _polyline(kind: str, points: Points, x: Axis, y: Axis) -> str:
    corners = " ".join(f"{float(x.at(a)):.1f},{_at(y, value):.1f}" for a, value in points)
    return f'<polyline class="{kind}" points="{corners}"/>'


def _shade(band: Band, x: Axis, y: Axis, tone: str) -> str:
    upper = [(at, high) for at, _, _, high in band]
    lower = [(at, low) for at, low, _, _ in reversed(band)]
    corners = " ".join(f"{float(x.at(a)):.1f},{_at(y, value):.1f}" for a, value in [*upper, *lower])
    return f'<polygon class="band {tone}" points="{corners}"/>'
