"""Contact sheets: samples in rows and columns that have titles."""

from collections.abc import Sequence

from PIL import Image, ImageFont
from torch import Tensor

from zerosum.drawing import pictures
from zerosum.drawing.canvas import Canvas

TEXT = 14
GAP = 10
DARK = (40, 40, 40)


def draw(samples: Tensor, *, rows: Sequence[str] = (), columns: Sequence[str] = ()) -> Image.Image:
    """Draw samples of any kind; titles are for images, and points become a plot of all of them.

    Args:
        samples: uint8 [rows, columns, C, H, W], or points [rows, columns, D].
        rows: a title for each row, on its left.
        columns: a title for each column, above it.
    """
    if samples.ndim != 5:
        return pictures.points_picture(samples.flatten(0, 1))
    return titled(
        pictures.grid(samples.flatten(0, 1), columns=samples.shape[1], pad=4), samples.shape[:2], rows, columns
    )


def titled(image: Image.Image, shape: Sequence[int], rows: Sequence[str], columns: Sequence[str]) -> Image.Image:
    """Return a grid of `shape` (rows, columns) with titles on its left and above it."""
    if not any(rows) and not any(columns):
        return image
    left = round(max((length(title) for title in rows), default=-GAP)) + 2 * GAP
    top = TEXT + GAP if any(columns) else 0
    spare = round(max((length(title) for title in columns), default=0) / 2) if any(columns) else 0
    canvas = Canvas(left + image.width + max(spare - image.width // shape[1] // 2, 0), top + image.height)
    for at, title in enumerate(rows):
        canvas.text(left - GAP, top + image.height * (at + 0.5) / shape[0], title, DARK, TEXT, anchor="rm")
    for at, title in enumerate(columns):
        canvas.text(left + image.width * (at + 0.5) / shape[1], top / 2, title, DARK, TEXT, anchor="mm")
    sheet = canvas.finish()
    sheet.paste(image.convert("RGB"), (left, top))
    return sheet


def length(title: str) -> float:
    """Return the width of a title in pixels."""
    return float(ImageFont.load_default(TEXT).getlength(title))
