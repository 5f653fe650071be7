"""The picture of a table: its first rows beside real ones, and of each column how often what stands in it.

Colours are those of `plots`: grey the data, green the generator.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image

from zerosum.drawing.canvas import Canvas
from zerosum.drawing.plots import DATA, GENERATOR, INK, MUTED, RULE, SHADE

MARGIN, LINE, TEXT = 14, 17, 11
A_LETTER = 6.2
"""Pixels of a letter of this size, about."""
NARROWEST, WIDEST = 46, 118
PLOT, PLOT_HEIGHT, GAP = 176, 74, 16
MOST_COLUMNS = 16
"""Columns whose cells are shown; the plots are of all."""


@dataclass(frozen=True)
class Rows:
    """The first rows of a table: what they are, and their cells."""

    title: str
    cells: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Shares:
    """How often what stands in a column: the shares of a few bins, of samples and of the data, and the bins' ends."""

    name: str
    samples: Sequence[float]
    real: Sequence[float]
    low: str = ""
    high: str = ""


def table_picture(names: Sequence[str], heads: Sequence[Rows], shares: Sequence[Shares]) -> Image.Image:
    """Draw the heads of tables below one another, and a plot a column below them.

    Args:
        names: of the columns.
        heads: the first rows of the samples, and of the data.
        shares: a plot each.
    """
    shown = names[:MOST_COLUMNS]
    widths = [_width([name, *(row[at] for head in heads for row in head.cells)]) for at, name in enumerate(shown)]
    width = max(sum(widths) + 2 * MARGIN, 2 * MARGIN + 4 * (PLOT + GAP))
    across = max(int((width - 2 * MARGIN + GAP) // (PLOT + GAP)), 1)
    tables = sum((len(head.cells) + 3) * LINE for head in heads)
    plots = -(-len(shares) // across) * (PLOT_HEIGHT + 2 * LINE + GAP)
    canvas, top = Canvas(int(width), int(tables + plots + 2 * MARGIN)), float(MARGIN)
    for head in heads:
        top = _head(canvas, top, shown, len(names), widths, head)
    for number, share in enumerate(shares):
        left = MARGIN + number % across * (PLOT + GAP)
        _plot(canvas, left, top + number // across * (PLOT_HEIGHT + 2 * LINE + GAP), share)
    return canvas.finish()


def _width(texts: Sequence[str]) -> float:
    return min(max(A_LETTER * max(map(len, texts)) + 10, NARROWEST), WIDEST)


def _head(canvas: Canvas, top: float, names: Sequence[str], count: int, widths: Sequence[float], head: Rows) -> float:
    """Draw rows below their title and the names of their columns; returns where they end."""
    more = f", {len(names)} of {count} columns" if count > len(names) else ""
    canvas.text(MARGIN, top + LINE / 2, head.title + more, MUTED, TEXT + 1)
    for number, row in enumerate((names, *head.cells)):
        left, middle = float(MARGIN), top + LINE * (number + 1.5)
        for text, width in zip(row, widths, strict=False):
            canvas.text(left, middle, _fitted(text, width), INK if number else MUTED, TEXT)
            left += width
        canvas.box((MARGIN, middle + LINE / 2 - 0.5, left, middle + LINE / 2), RULE)
    return top + LINE * (len(head.cells) + 3)


def _fitted(text: str, width: float) -> str:
    most = int((width - 6) / A_LETTER)
    return text if len(text) <= most else text[: most - 1] + "…"


def _plot(canvas: Canvas, left: float, top: float, share: Shares) -> None:
    """Draw the data's bars wide and grey, and the samples' narrow and green over them."""
    canvas.text(left, top + LINE / 2, _fitted(share.name, PLOT), INK, TEXT)
    bottom, most = top + LINE + PLOT_HEIGHT, max(*share.samples, *share.real, 1e-9)
    step = PLOT / max(len(share.samples), 1)
    for bars, colour, inset in ((share.real, SHADE, 0.08), (share.samples, GENERATOR, 0.32)):
        for number, bar in enumerate(bars):
            start = left + step * number
            height = PLOT_HEIGHT * bar / most
            canvas.box((start + inset * step, bottom - height, start + (1 - inset) * step, bottom), colour)
    canvas.box((left, bottom, left + PLOT, bottom + 1), DATA)
    canvas.text(left, bottom + LINE / 2, _fitted(share.low, PLOT / 2), MUTED, TEXT - 1)
    canvas.text(left + PLOT, bottom + LINE / 2, _fitted(share.high, PLOT / 2), MUTED, TEXT - 1, anchor="rm")
