"""Pictures of points: 2-D samples over the data, and the one-dimensional game as in the first GAN paper.

Colours mean the same everywhere in zerosum: grey and black the data, green the generator, blue the discriminator.
"""

import numpy as np
from PIL import Image
from torch import Tensor

from zerosum.drawing.axis import Array, Axis, widened
from zerosum.drawing.canvas import Canvas, Colour
from zerosum.errors import UserError
from zerosum.progress.numbers import short

INK, MUTED, RULE = (24, 24, 27), (113, 113, 122), (228, 228, 231)
DATA, GENERATOR, GENERATOR_SOFT, DISCRIMINATOR = (113, 113, 122), (5, 150, 105), (198, 236, 221), (37, 99, 235)
MAP, SHADE, OUTLINE = (161, 161, 170), (190, 190, 196), (82, 82, 91)
MOST_DOTS = 10_000


def scatter(
    points: Tensor, real: Tensor | None = None, *, size: int = 640, labels: tuple[str, str] = ("", "")
) -> Image.Image:
    """Draw 2-D samples as green dots over the real ones, both axes to one scale.

    The real points are a grey shade with a line round the densest 90 % of them. They set the frame, so that pictures of
    one run can be laid over each other; generated points outside it are counted in the corner.

    Args:
        points: generated, [N, 2].
        real: [M, 2], or None.
        size: of the frame's side, in pixels.
        labels: names of the two axes.

    Raises:
        UserError: `points` or `real` are not [N, 2].
    """
    generated, behind = _columns(points, 2), None if real is None else _columns(real, 2)
    low, high = _square(generated if behind is None or not len(behind) else behind)
    left, top = 52, 44
    canvas = Canvas(left + size + 16, top + size + 40)
    x, y = Axis(low[0], high[0], left, left + size), Axis(low[1], high[1], top + size, top)
    _rules(canvas, x, y, labels)
    inside = ((generated >= low) & (generated <= high)).all(axis=1)
    has_real = behind is not None and len(behind) > 0
    if behind is not None and has_real:
        canvas.dots(_placed(behind, x, y), DATA, size / 160, _opacity(len(behind)))
    canvas.dots(_placed(generated[inside], x, y), GENERATOR, size / 290, 0.65)
    if behind is not None and has_real:
        canvas.outline(_placed(behind, x, y), OUTLINE, size / 140)
    _legend_of_dots(canvas, left, top / 2, behind if has_real else None, generated)
    if outside := len(points) - int(inside.sum()):
        canvas.text(left + size, top / 2, f"{outside:,} outside the frame", MUTED, 14, anchor="rm")
    return canvas.finish()


def game_1d(
    samples: Tensor,
    *,
    p_data: tuple[Tensor, Tensor] | None = None,
    discriminator: tuple[Tensor, Tensor] | None = None,
    mapping: tuple[Tensor, Tensor] | None = None,
    real: Tensor | None = None,
    title: str = "",
) -> Image.Image:
    """Draw the one-dimensional game as Figure 1 of Goodfellow et al. 2014 (arXiv:1406.2661) does.

    Black dotted the density of the data, green that of the samples (a histogram and a Gaussian kernel estimate), blue
    dashed D(x) on the right axis; below, lines lead from z to x = G(z).

    Args:
        samples: generated, [N] or [N, 1].
        p_data: (x, density at x), each [K]; estimated from `real` when it is left out.
        discriminator: (x, probability of being real at x), each [K].
        mapping: (z, G(z)), each [K]; at most 41 lines are drawn.
        real: real samples, [M] or [M, 1]; they set the frame when `p_data` does not.
        title: of the picture.

    Raises:
        UserError: the points are not one-dimensional.
    """
    generated = _column(samples)
    reals = None if real is None or not real.numel() else _column(real)
    x = Axis(*_range_1d(generated, reals, p_data), 60, 840)
    grid = np.linspace(x.low, x.high, 500)
    data = _pair(p_data) if p_data is not None else None if reals is None else (grid, _kernel_density(reals, grid))
    bottom = 430
    canvas = Canvas(900, bottom + (200 if mapping is not None else 50))
    curve = _kernel_density(generated, grid)
    tallest = (
        max(curve.max(), 1e-12) if data is None else data[1].max() * max(1.0, min(curve.max() / data[1].max(), 2.5))
    )
    y = Axis(0, tallest * 1.08, bottom, 60)
    _histogram(canvas, generated, x, y)
    _frame_1d(canvas, x, y, right=discriminator is not None)
    if mapping is not None:
        _mapping(canvas, x, _pair(mapping), bottom + 40, bottom + 150)
    _curve(canvas, (grid, curve), x, y, GENERATOR, None)
    if discriminator is not None:
        _curve(canvas, _pair(discriminator), x, Axis(0, 1.08, bottom, 60), DISCRIMINATOR, (9, 6))
    if data is not None:
        _curve(canvas, data, x, y, INK, (2.5, 4.5))
    _legend_1d(canvas, data is not None, discriminator is not None, title)
    if curve.max() > y.high:
        canvas.text(x.end, y.end - 10, f"p_g is cut: it rises to {curve.max():.3g}", MUTED, 13, anchor="rm")
    return canvas.finish()


def _columns(points: Tensor, width: int) -> Array:
    """Return finite rows of [N, width] points as an array, or say what is wrong with them."""
    if points.ndim != 2 or points.shape[1] != width:
        raise UserError(f"points of shape {list(points.shape)} cannot be drawn here: give [N, {width}]")
    array = points.detach().cpu().double().numpy()
    return np.asarray(array[np.isfinite(array).all(axis=1)], dtype=np.float64)


def _column(points: Tensor) -> Array:
    return _columns(points.reshape(-1, 1) if points.ndim == 1 else points, 1)[:, 0]


def _pair(curve: tuple[Tensor, Tensor]) -> tuple[Array, Array]:
    """Return the two columns of a curve, in the order of the first and without values that are not finite."""
    both = np.stack([part.detach().cpu().double().numpy().reshape(-1) for part in curve])
    both = both[:, np.isfinite(both).all(axis=0)]
    first, second = both[:, np.argsort(both[0], kind="stable")]
    return first, second


def _square(points: Array) -> tuple[Array, Array]:
    """Return the corners of the square round all but the outermost 0.2 % of the points, with a margin."""
    if not len(points):
        return np.full(2, -1.0), np.full(2, 1.0)
    ends = np.quantile(points, [0.001, 0.999], axis=0)
    half = max(float((ends[1] - ends[0]).max()) / 2 * 1.2, 1e-6)
    middle = ends.mean(axis=0)
    return middle - half, middle + half


def _placed(points: Array, x: Axis, y: Axis) -> Array:
    return np.stack([x.at(points[:MOST_DOTS, 0]), y.at(points[:MOST_DOTS, 1])], axis=1)


def _opacity(count: int) -> float:
    """Return how dark a real dot is: faint where there are many, never invisible."""
    return float(np.clip(60 / count, 0.05, 0.35))


def _segment(*ends: float) -> Array:
    return np.array(ends, dtype=np.float64).reshape(-1, 2)


def _rules(canvas: Canvas, x: Axis, y: Axis, labels: tuple[str, str]) -> None:
    """Draw faint rules with their numbers at round values, and the names of the axes."""
    for value in x.ticks():
        at = float(x.at(value))
        canvas.line(_segment(at, y.start, at, y.end), RULE)
        canvas.text(at, y.start + 14, short(value), MUTED, 13, anchor="mm")
    for value in y.ticks():
        at = float(y.at(value))
        canvas.line(_segment(x.start, at, x.end, at), RULE)
        canvas.text(x.start - 8, at, short(value), MUTED, 13, anchor="rm")
    canvas.text(x.end, y.start + 30, labels[0], MUTED, 13, anchor="rm")
    canvas.text(x.start + 6, y.end + 10, labels[1], MUTED, 13, anchor="lm")


def _legend_of_dots(canvas: Canvas, left: float, middle: float, real: Array | None, generated: Array) -> None:
    entries: list[tuple[str, Colour]] = [(f"generated ({min(len(generated), MOST_DOTS):,})", GENERATOR)]
    if real is not None:
        entries.insert(0, (f"real ({min(len(real), MOST_DOTS):,}; the line holds 90 %)", SHADE))
    for text, colour in entries:
        canvas.dots(_segment(left + 6, middle), colour, 5, 1.0)
        left += 18 + canvas.text(left + 18, middle, text, INK, 15) + 22


def _range_1d(generated: Array, real: Array | None, p_data: tuple[Tensor, Tensor] | None) -> tuple[float, float]:
    if p_data is not None:
        return float(p_data[0].min()), float(p_data[0].max())
    values = generated if real is None else real
    return widened(float(values.min()), float(values.max()), 0.15) if len(values) else (-1.0, 1.0)


def _kernel_density(samples: Array, grid: Array) -> Array:
    """Estimate a density at `grid` [K] with Gaussian kernels of Silverman's width, 0.9 min(s, IQR/1.34) n^(-1/5)."""
    if not len(samples):
        return np.zeros_like(grid)
    samples = np.sort(samples)[:: max(1, len(samples) // 4000)]
    spread = min(samples.std(), float(np.subtract(*np.quantile(samples, [0.75, 0.25]))) / 1.34 or np.inf)
    width = max(0.9 * spread * len(samples) ** -0.2, (grid[-1] - grid[0]) / 400)
    kernels = np.exp(-0.5 * ((grid[:, None] - samples) / width) ** 2)
    return np.asarray(kernels.mean(axis=1) / (width * np.sqrt(2 * np.pi)), dtype=np.float64)


def _histogram(canvas: Canvas, samples: Array, x: Axis, y: Axis, bins: int = 78) -> None:
    count, edges = np.histogram(samples, bins=bins, range=(x.low, x.high))
    density = count / max(len(samples), 1) / (edges[1] - edges[0])
    for height, left, right in zip(density, edges[:-1], edges[1:], strict=True):
        canvas.box(
            (float(x.at(left)), max(float(y.at(height)), y.end), float(x.at(right)) - 1, y.start), GENERATOR_SOFT
        )


def _frame_1d(canvas: Canvas, x: Axis, y: Axis, *, right: bool) -> None:
    """Draw the x axis with its numbers, the left axis of densities and, if asked, the right one of probabilities."""
    canvas.line(_segment(x.start, y.start, x.end, y.start), INK, 1.5)
    for value in x.ticks(8):
        at = float(x.at(value))
        canvas.line(_segment(at, y.start, at, y.start + 5), INK)
        canvas.text(at, y.start + 16, short(value), MUTED, 13, anchor="mm")
    canvas.text(x.end + 14, y.start, "x", INK, 16)
    for value in y.ticks(4):
        canvas.text(x.start - 8, float(y.at(value)), short(value), MUTED, 13, anchor="rm")
    if not right:
        return
    probability = Axis(0, 1.08, y.start, y.end)
    for value, name in ((0.5, "1/2"), (1.0, "1")):
        at = float(probability.at(value))
        canvas.line(_segment(x.start, at, x.end, at), (191, 211, 250), dash=(1.5, 5) if value == 1 else None)
        canvas.text(x.end + 8, at, name, DISCRIMINATOR, 14)


def _curve(
    canvas: Canvas, curve: tuple[Array, Array], x: Axis, y: Axis, colour: Colour, dash: tuple[float, float] | None
) -> None:
    """Draw a curve inside the frame: what lies beyond its top is laid on it."""
    inside = (curve[0] >= x.low) & (curve[0] <= x.high)
    points = np.stack([x.at(curve[0][inside]), np.clip(y.at(curve[1][inside]), y.end, y.start)], axis=1)
    if len(points) > 1:
        canvas.line(points, colour, 2.5, dash=dash)


def _mapping(canvas: Canvas, x: Axis, pairs: tuple[Array, Array], top: float, bottom: float, most: int = 41) -> None:
    """Draw the lines from the z axis at `bottom` up to x = G(z) at `top`; those that leave the frame are not drawn."""
    rows = np.unique(np.linspace(0, len(pairs[0]) - 1, min(most, len(pairs[0]))).round().astype(int))
    z_low, z_high = widened(float(pairs[0].min()), float(pairs[0].max()), 0.02)
    z = Axis(z_low, z_high, x.start, x.end)
    for at, goal in zip(pairs[0][rows], pairs[1][rows], strict=True):
        if x.low <= goal <= x.high:
            foot, head = (float(z.at(at)), bottom), (float(x.at(goal)), top)
            canvas.line(_segment(*foot, *head), MAP)
            _arrow(canvas, foot, head)
    canvas.line(_segment(x.start, top, x.end, top), INK, 1.5)
    canvas.line(_segment(x.start, bottom, x.end, bottom), INK, 1.5)
    canvas.text(x.end + 14, top, "x", INK, 16)
    canvas.text(x.end + 14, bottom, "z", INK, 16)
    canvas.text(x.end + 14, (top + bottom) / 2, "G(z)", GENERATOR, 14)
    for value in z.ticks(8):
        canvas.line(_segment(float(z.at(value)), bottom, float(z.at(value)), bottom + 5), INK)
        canvas.text(float(z.at(value)), bottom + 16, short(value), MUTED, 13, anchor="mm")


def _arrow(canvas: Canvas, foot: tuple[float, float], head: tuple[float, float]) -> None:
    """Draw the head of an arrow, 7 pixels long, that comes from `foot` and ends at `head`."""
    along = np.subtract(foot, head) / np.hypot(*np.subtract(foot, head))
    side = np.array([-along[1], along[0]]) * 2.4
    canvas.polygon(np.stack([np.array(head), head + 7 * along + side, head + 7 * along - side]), DATA)


def _legend_1d(canvas: Canvas, data: bool, discriminator: bool, title: str) -> None:
    left, middle = 60.0, 26
    entries: list[tuple[str, Colour, tuple[float, float] | None]] = [("p_g, generated", GENERATOR, None)]
    if data:
        entries.insert(0, ("p_data", INK, (2.5, 4.5)))
    if discriminator:
        entries.append(("D(x), right axis", DISCRIMINATOR, (9, 6)))
    for text, colour, dash in entries:
        canvas.line(_segment(left, middle, left + 34, middle), colour, 2.5, dash=dash)
        left += 44 + canvas.text(left + 44, middle, text, INK, 15) + 26
    canvas.text(840, middle, title, MUTED, 15, anchor="rm")
