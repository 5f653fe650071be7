"""Pictures that are unlike those of the training, and what can be done about it before they are translated."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from zerosum.data.names import SIDE_BY_SIDE, SWAPPED
from zerosum.recipe.schema import Data
from zerosum.tasks.translation.photo import Photo

ASPECT = 0.02
"""By which share of it the proportions of a pair may differ from twice those of one image."""
LARGE = 2
"""How many times larger than in training the shorter side of a picture is before that is told."""
HALVES = ("left", "right")


def unlike(photo: Photo, data: Data, direction: str) -> str:
    """Return what to say of a picture that is no image as those of the training, with the remedy; else "".

    It is told of a pair side by side that would be translated whole, and of a picture of twice the training's size or
    more: the networks take any size, but see details of the size that they know.
    """
    (height, width), (tall, wide) = photo.pixels.shape[1:], data.shape[1:]
    pairs = (data.pairs or "").partition(":")[0]
    if pairs == SIDE_BY_SIDE and abs(width * tall / (2 * wide * height) - 1) <= ASPECT:
        half = HALVES[(data.pairs == SWAPPED) != (direction == "backward")]
        return (
            f"{width}x{height} looks like a pair side by side, as it was trained on: --half {half} translates that half"
        )
    if pairs != "small" and min(height, width) >= LARGE * min(tall, wide):
        return (
            f"{width}x{height} is much larger than the {wide}x{tall} that it was trained on: if those were shrunk to "
            "that, --shrink does so too"
        )
    return ""


def halved(photo: Photo, half: str) -> Photo:
    """Return the left or the right half of a picture; of an odd width the column in the middle is in neither."""
    width = photo.pixels.shape[2]
    middle = max(width // 2, 1)
    start = 0 if half == "left" else width - middle
    alpha = None if photo.alpha is None else photo.alpha.crop((start, 0, start + middle, photo.alpha.height))
    return _changed(photo, lambda pixels: pixels[:, :, start : start + middle].contiguous(), alpha)


def shrunk(photo: Photo, shorter: int) -> Photo:
    """Return a picture whose shorter side has so many pixels, by LANCZOS as in training; smaller ones stay."""
    height, width = photo.pixels.shape[1:]
    scale = shorter / min(height, width)
    if scale >= 1:
        return photo
    size = round(width * scale), round(height * scale)
    alpha = None if photo.alpha is None else photo.alpha.resize(size, Image.Resampling.LANCZOS)
    return _changed(photo, lambda pixels: _resized(pixels, size), alpha)


def _changed(photo: Photo, change: Callable[[Tensor], Tensor], alpha: Image.Image | None) -> Photo:
    colours = None if photo.colours is None else change(photo.colours)
    return replace(photo, pixels=change(photo.pixels), alpha=alpha, colours=colours)


def _resized(pixels: Tensor, size: tuple[int, int]) -> Tensor:
    """Return pixels [C, H, W], bytes or floats, at (width, height); alpha, a fourth channel, is multiplied in."""
    if len(pixels) == 4 and pixels.dtype == torch.uint8:
        image = Image.fromarray(np.ascontiguousarray(pixels.permute(1, 2, 0).numpy())).convert("RGBa")
        small = np.array(image.resize(size, Image.Resampling.LANCZOS).convert("RGBA"))
        return torch.from_numpy(small).permute(2, 0, 1).contiguous()
    planes = [Image.fromarray(plane.numpy()).resize(size, Image.Resampling.LANCZOS) for plane in pixels]
    return torch.from_numpy(np.stack([np.array(plane) for plane in planes]))
