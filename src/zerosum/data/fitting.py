"""Images of any size brought to one: cropped in the centre, padded, or stretched, and resized."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from zerosum.data.pixel_modes import WHITE, rounded, with_channels
from zerosum.data.ranges import Range
from zerosum.data.size import Fit, Size, sides

Pixels = NDArray[np.uint8]
Box = tuple[float, float, float, float]
"""Left, top, right and bottom."""
GROUNDS: dict[str, float | tuple[int, ...]] = {"L": 255, "F": 255.0, "RGB": WHITE[:3], "RGBA": (0, 0, 0, 0)}
"""What is around a padded image, by mode."""


@dataclass(frozen=True)
class Frame:
    """Where an image lies in its decoded pixels, each of which is `scale` times `scale` of the image's own.

    Sides that do not divide by the scale are decoded with a part of a pixel that is no image: it is left out.
    """

    width: int
    height: int
    scale: int = 1
    left: float = 0
    top: float = 0

    def box(self, left: int, top: int, width: int, height: int) -> Box:
        """Return a part of the image, in its own pixels, as a box of decoded ones."""
        begin, above = self.left + left / self.scale, self.top + top / self.scale
        return begin, above, begin + width / self.scale, above + height / self.scale


def fit(
    image: Image.Image,
    size: Size,
    channels: int,
    how: Fit = "crop",
    within: Range | None = None,
    *,
    frame: Frame | None = None,
) -> Pixels:
    """Return uint8 [channels, height, width].

    Args:
        image: of any size and mode.
        size: wanted.
        channels: 1 (grey) or 3 (colour), alpha on white; or 4 (straight RGBA).
        how: "crop" takes the centre, "pad" the whole on white, see-through where there is alpha, "stretch" the whole
            out of proportion.
        within: the range of grey of more than 8 bits; default: that of an image alone.
        frame: where the image lies in its pixels; default: it is all of them.
    """
    picture = with_channels(image, channels, within)
    pixels = np.array(rounded(_sized(picture, frame or Frame(*image.size), *sides(size), how)))
    if channels == 4:
        pixels[pixels[..., 3] == 0] = 0
    return pixels[None] if channels == 1 else np.ascontiguousarray(pixels.transpose(2, 0, 1))


def _sized(image: Image.Image, frame: Frame, height: int, width: int, how: Fit) -> Image.Image:
    if how == "stretch":
        return _resized(image, frame.box(0, 0, frame.width, frame.height), width, height)
    if how == "pad":
        return _padded(image, frame, height, width)
    scale = min(frame.width / width, frame.height / height)
    across, down = max(round(width * scale), 1), max(round(height * scale), 1)
    left, top = (frame.width - across) // 2, (frame.height - down) // 2
    return _resized(image, frame.box(left, top, across, down), width, height)


def _padded(image: Image.Image, frame: Frame, height: int, width: int) -> Image.Image:
    """Return the whole image, as large as there is room for, in the middle of white; of nothing where it has alpha."""
    scale = max(frame.width / width, frame.height / height)
    across, down = min(max(round(frame.width / scale), 1), width), min(max(round(frame.height / scale), 1), height)
    ground = Image.new(image.mode, (width, height), GROUNDS[image.mode])
    whole = _resized(image, frame.box(0, 0, frame.width, frame.height), across, down)
    ground.paste(whole, ((width - across) // 2, (height - down) // 2))
    return ground


def _resized(image: Image.Image, box: Box, width: int, height: int) -> Image.Image:
    # Cut first, since the filter reaches over the border of a box; to whole pixels, of which the box is then a part.
    left, top = math.floor(box[0]), math.floor(box[1])
    image = image.crop((left, top, math.ceil(box[2]), math.ceil(box[3])))
    if image.size == (width, height):
        return image
    inner = box[0] - left, box[1] - top, box[2] - left, box[3] - top
    if image.mode == "RGBA":
        return image.convert("RGBa").resize((width, height), Image.Resampling.LANCZOS, inner).convert("RGBA")
    return image.resize((width, height), Image.Resampling.LANCZOS, inner)
