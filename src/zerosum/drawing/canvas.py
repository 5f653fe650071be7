"""A small drawing surface over Pillow: drawn large and reduced at the end, so that lines are smooth and exact."""

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from zerosum.drawing.axis import Array

OVERSAMPLING = 3
WHITE = (255, 255, 255)
Colour = tuple[int, int, int]


class Canvas:
    """A white picture of `width` x `height` pixels; every length and position is in those pixels, x right, y down."""

    def __init__(self, width: int, height: int) -> None:
        self.image = Image.new("RGB", (width * OVERSAMPLING, height * OVERSAMPLING), WHITE)
        self._draw = ImageDraw.Draw(self.image)

    def finish(self) -> Image.Image:
        """Return the picture at its own size."""
        return self.image.reduce(OVERSAMPLING)

    def line(self, points: Array, colour: Colour, width: float = 1, *, dash: tuple[float, float] | None = None) -> None:
        """Draw the polyline through `points` [K, 2], dashed by (on, off) lengths if `dash` is given."""
        for piece in [points] if dash is None else dashes(points, *dash):
            corners = [(float(x), float(y)) for x, y in piece * OVERSAMPLING]
            self._draw.line(corners, fill=colour, width=max(1, round(width * OVERSAMPLING)), joint="curve")

    def polygon(self, points: Array, colour: Colour) -> None:
        """Fill the polygon with the corners `points` [K, 2]."""
        self._draw.polygon([(float(x), float(y)) for x, y in points * OVERSAMPLING], fill=colour)

    def box(self, corners: tuple[float, float, float, float], colour: Colour) -> None:
        """Fill the rectangle (left, top, right, bottom)."""
        left, top, right, bottom = (round(edge * OVERSAMPLING) for edge in corners)
        if right > left and bottom > top:
            self._draw.rectangle((left, top, right - 1, bottom - 1), fill=colour)

    def text(self, x: float, y: float, text: str, colour: Colour, size: float = 14, *, anchor: str = "lm") -> float:
        """Write `text` at the point that `anchor` names (Pillow's codes) and return its width."""
        font = ImageFont.load_default(size * OVERSAMPLING)
        self._draw.text((x * OVERSAMPLING, y * OVERSAMPLING), text, fill=colour, font=font, anchor=anchor)
        return float(font.getlength(text)) / OVERSAMPLING

    def outline(self, points: Array, colour: Colour, blur: float, *, share: float = 0.9, width: float = 1.2) -> None:
        """Draw the line round the densest region, blurred by `blur` pixels, that holds `share` of `points` [K, 2]."""
        across, down = (side // OVERSAMPLING for side in self.image.size)
        cells = np.clip(np.floor(points).astype(np.int64), 0, [across - 1, down - 1])
        count = np.bincount(cells[:, 1] * across + cells[:, 0], minlength=across * down).reshape(down, across)
        density = _blurred(count, blur)
        level = max(float(np.quantile(density[cells[:, 1], cells[:, 0]], 1 - share)), 1e-12)
        height = np.clip(density / level * 128, 0, 255).astype(np.uint8)
        inside = np.asarray(Image.fromarray(height).resize(self.image.size, Image.Resampling.BICUBIC)) >= 128
        shift = max(1, round(width * OVERSAMPLING))
        edge = (inside != np.roll(inside, shift, axis=0)) | (inside != np.roll(inside, shift, axis=1))
        self.image.paste(colour, (0, 0), Image.fromarray(np.where(edge, 255, 0).astype(np.uint8)))

    def dots(self, points: Array, colour: Colour, radius: float, opacity: float) -> None:
        """Lay see-through dots over the picture at `points` [K, 2]: n dots on one pixel cover 1 - (1 - opacity)^n."""
        reach = int(radius * OVERSAMPLING)
        dy, dx = np.mgrid[-reach : reach + 1, -reach : reach + 1]
        inside = dx**2 + dy**2 <= (radius * OVERSAMPLING) ** 2
        centres = np.floor(points * OVERSAMPLING).astype(np.int64)
        x, y = (centres[:, 0, None] + dx[inside]).ravel(), (centres[:, 1, None] + dy[inside]).ravel()
        width, height = self.image.size
        visible = (x >= 0) & (x < width) & (y >= 0) & (y < height)
        count = np.bincount(y[visible] * width + x[visible], minlength=width * height).reshape(height, width)
        cover = np.round(255 * (1 - (1 - opacity) ** np.arange(count.max() + 1))).astype(np.uint8)
        self.image.paste(colour, (0, 0), Image.fromarray(cover[count]))


def _blurred(count: npt.NDArray[np.int64], sigma: float) -> Array:
    """Convolve with a Gaussian of `sigma` cells, by its transform exp(-2 (pi sigma f)^2); the edges wrap round."""
    height, width = count.shape
    squares = np.fft.fftfreq(height)[:, None] ** 2 + np.fft.rfftfreq(width) ** 2
    return np.fft.irfft2(np.fft.rfft2(count) * np.exp(-2 * (np.pi * sigma) ** 2 * squares), s=count.shape)


def dashes(points: Array, on: float, off: float) -> list[Array]:
    """Cut the polyline `points` [K, 2] into pieces of length `on` that lie `off` apart along it."""
    length = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    pieces = []
    for start in np.arange(0.0, length[-1], on + off):
        end = min(start + on, length[-1])
        inner = length[(length > start) & (length < end)]
        along = np.concatenate([[start], inner, [end]])
        pieces.append(np.stack([np.interp(along, length, points[:, axis]) for axis in (0, 1)], axis=1))
    return pieces
