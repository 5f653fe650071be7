"""Curves as inline SVG, for the report: coloured by the page's style sheet, so that they follow light and dark."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape

import numpy as np

from zerosum.drawing.axis import Array, Axis, widened
from zerosum.progress.numbers import short

WIDTH, HEIGHT = 460, 250
LEFT, RIGHT, TOP, BOTTOM = 48, 14, 12, 30
MOST_POINTS = 400
SPIKE = 0.01  # share of the values at each end that may be spikes


@dataclass(frozen=True)
class Curve:
    """One line of a chart: `tone` is a class of the style sheet, `error` a half width to shade, per point."""

    name: str
    steps: Sequence[float]
    values: Sequence[float]
    tone: str = "a"
    error: Sequence[float | None] = field(default=())


@dataclass(frozen=True)
class Level:
    """A dashed horizontal line with its name."""

    name: str
    value: float


@dataclass(frozen=True)
class Thinned:
    """A curve in at most `MOST_POINTS` points: mean, least and greatest of equal runs of it."""

    step: Array
    mean: Array
    low: Array
    high: Array


def thin(curve: Curve, most: int = MOST_POINTS) -> Thinned:
    """Reduce a curve to at most `most` points, leaving out what is not finite."""
    step, value = np.asarray(curve.steps, dtype=np.float64), np.asarray(curve.values, dtype=np.float64)
    spread = np.array([0.0 if error is None else error for error in curve.error] or np.zeros(len(value)))
    keep = np.isfinite(value) & np.isfinite(step) & np.isfinite(spread)
    step, value, spread = step[keep], value[keep], spread[keep]
    groups = [group for group in np.array_split(np.arange(len(step)), min(most, max(len(step), 1))) if len(group)]
    if not groups:
        return Thinned(*(np.zeros(0),) * 4)
    reduced = [(step[g].mean(), value[g].mean(), (value - spread)[g].min(), (value + spread)[g].max()) for g in groups]
    return Thinned(*np.array(reduced, dtype=np.float64).T)


def chart(
    title: str, curves: Sequence[Curve], *, levels: Sequence[Level] = (), limits: tuple[float, float] | None = None
) -> str:
    """Return a figure: heading, legend with the last values, and the curves over the rounds as SVG.

    Args:
        title: heading, in plain text (all text is escaped here).
        curves: drawn in order; a curve of one value is a dot.
        levels: dashed lines to compare with.
        limits: of the y axis; by default those of nearly all values (spikes are cut, and that is said below).
    """
    parts = [(curve, thin(curve)) for curve in curves]
    parts = [(curve, points) for curve, points in parts if len(points.step)]
    if not parts:
        return f'<figure class="chart"><h3>{escape(title)}</h3><p class="none">No finite value was logged.</p></figure>'
    low, high = limits or _limits([points for _, points in parts], levels)
    ends = [float(step) for curve, _ in parts for step in (curve.steps[0], curve.steps[-1])]
    x = Axis(min(ends), max(ends) if max(ends) > min(ends) else min(ends) + 1, LEFT, WIDTH - RIGHT)
    y = Axis(low, high, HEIGHT - BOTTOM, TOP)
    shapes = [*_rules(x, y), *(_level(level, x, y) for level in levels)]
    shapes += [shape for curve, points in parts for shape in _lines(curve, points, x, y)]
    label = escape(f"{title}: " + "; ".join(_summary(curve, points) for curve, points in parts), quote=True)
    return (
        f'<figure class="chart"><h3>{escape(title)}</h3>{_legend(parts, levels)}'
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}">{"".join(shapes)}</svg>'
        f"{_remarks(parts, y)}</figure>"
    )


def _limits(parts: Sequence[Thinned], levels: Sequence[Level]) -> tuple[float, float]:
    """Return the range of all values, unless a few spikes make it over three times that of the other values."""
    values = np.concatenate([part for points in parts for part in (points.low, points.high)])
    low, high = float(values.min()), float(values.max())
    inner = np.quantile(values, [SPIKE, 1 - SPIKE])
    if len(values) > 100 and high - low > 3 * (inner[1] - inner[0]) > 0:
        low, high = float(inner[0]), float(inner[1])
    return widened(min(low, *(level.value for level in levels), high), max(high, *(x.value for x in levels), low), 0.06)


def _rules(x: Axis, y: Axis) -> list[str]:
    """Return the faint horizontal rules and the numbers at both axes."""
    rules = [
        f'<line class="rule" x1="{x.start:g}" x2="{x.end:g}" y1="{at:.1f}" y2="{at:.1f}"/>'
        f'<text class="tick" x="{x.start - 7:g}" y="{at + 4:.1f}" text-anchor="end">{short(value)}</text>'
        for value, at in ((value, float(y.at(value))) for value in y.ticks(4))
    ]
    numbers = [
        f'<text class="tick" x="{at:.1f}" y="{y.start + 19:g}" text-anchor="{_anchor(at, x)}">{short(value)}</text>'
        for value, at in ((value, float(x.at(value))) for value in x.ticks(5))
    ]
    return rules + numbers


def _anchor(at: float, x: Axis) -> str:
    return "end" if at > x.end - 10 else "middle"


def _level(level: Level, x: Axis, y: Axis) -> str:
    at = float(y.at(level.value))
    return f'<line class="level" x1="{x.start:g}" x2="{x.end:g}" y1="{at:.1f}" y2="{at:.1f}"/>'


def _lines(curve: Curve, points: Thinned, x: Axis, y: Axis) -> list[str]:
    """Return the shade between least and greatest, then the line of the means; both are kept inside the frame."""
    across = x.at(points.step)
    mean, low, high = (np.clip(y.at(part), y.end, y.start) for part in (points.mean, points.low, points.high))
    line = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(across, mean, strict=True))
    ends = f'<circle class="dot {curve.tone}" cx="{across[-1]:.1f}" cy="{mean[-1]:.1f}" r="3"/>'
    if len(across) == 1:
        bar = f'<line class="line {curve.tone}" x1="{across[0]:.1f}" x2="{across[0]:.1f}"'
        return [f'{bar} y1="{low[0]:.1f}" y2="{high[0]:.1f}"/>', ends]
    shapes = [f'<polyline class="line {curve.tone}" points="{line}"/>', ends]
    if (points.high > points.low).any():
        pairs = [*zip(across, high, strict=True), *zip(across[::-1], low[::-1], strict=True)]
        band = " ".join(f"{a:.1f},{b:.1f}" for a, b in pairs)
        shapes.insert(0, f'<polygon class="band {curve.tone}" points="{band}"/>')
    return shapes


def _legend(parts: Sequence[tuple[Curve, Thinned]], levels: Sequence[Level]) -> str:
    entries = [
        f'<li><i class="key {curve.tone}"></i>{escape(curve.name)} <b>{last(curve):.4g}</b></li>' for curve, _ in parts
    ]
    entries += [f'<li><i class="key level"></i>{escape(level.name)} <b>{level.value:.4g}</b></li>' for level in levels]
    return f'<ul class="legend">{"".join(entries)}</ul>'


def last(curve: Curve) -> float:
    """Return the last finite value of a curve."""
    return next((value for value in reversed(curve.values) if math.isfinite(value)), math.nan)


def _summary(curve: Curve, points: Thinned) -> str:
    first, final = short(float(points.mean[0])), f"{last(curve):.4g}"
    return f"{curve.name} goes from {first} at step {points.step[0]:.0f} to {final} at step {points.step[-1]:.0f}"


def _remarks(parts: Sequence[tuple[Curve, Thinned]], y: Axis) -> str:
    """Say what the picture leaves out: spikes beyond the frame and values that are no numbers."""
    remarks = []
    for curve, points in parts:
        outer = max((points.high.max(), points.low.min()), key=lambda value: abs(value - (y.low + y.high) / 2))
        if not y.low - 1e-9 <= outer <= y.high + 1e-9:
            remarks.append(f"{curve.name} leaves the frame (to {outer:.3g})")
        if bad := sum(not math.isfinite(value) for value in curve.values):
            remarks.append(f"{curve.name} was not finite {bad} time{'s' * (bad > 1)}")
    return f'<p class="remark">{escape("; ".join(remarks))}.</p>' if remarks else ""
