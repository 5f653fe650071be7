"""Pictures of samples: a grid of images, a plot of points; PNG files that say how they were made."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from torch import Tensor

from zerosum._version import __version__
from zerosum.drawing.plots import game_1d, scatter
from zerosum.errors import UserError
from zerosum.storage import atomic

__all__ = ["game_1d", "grid", "points_picture", "read_metadata", "save", "scatter"]

BETWEEN = 58  # grey of the gaps: parts dark images as well as light ones
SMALLEST_TILE = 48
WIDEST = 1600
CHANNELS = (1, 3, 4)
SQUARES, LIGHT, DARKER = 8, 255, 222
"""Of the ground that see-through images are shown on: squares along their shorter side, and their two greys."""


def grid(images: Tensor, *, columns: int | None = None, scale: int | None = None, pad: int = 2) -> Image.Image:
    """Lay images side by side, row by row, each pixel blown up to `scale` x `scale` so that small images are seen.

    Args:
        images: uint8 [N, C, H, W] with 1 (grey), 3 (RGB) or 4 (RGBA) channels; RGBA is shown on a checkerboard.
        columns: images in a row; by default a square, or what fits in 1600 pixels.
        scale: whole number; by default tiles of at least 48 pixels in a picture at most 1600 wide.
        pad: pixels between and round the images.

    Raises:
        UserError: `images` have another type or shape, there are none, or a number is out of range.
    """
    _check_images(images)
    count, _, height, width = images.shape
    columns = min(count, columns or _columns(count, width, pad))
    scale = scale or _scale(columns, height, width, pad)
    if columns < 1 or scale < 1 or pad < 0:
        raise UserError(
            f"a grid of {columns} columns at scale {scale}, pad {pad}: use 1 or more, and a pad of 0 or more"
        )
    tiles = on_checkerboard(images.cpu().repeat_interleave(scale, dim=2).repeat_interleave(scale, dim=3))
    pitch_y, pitch_x = height * scale + pad, width * scale + pad
    sheet = torch.full((tiles.shape[1], math.ceil(count / columns) * pitch_y + pad, columns * pitch_x + pad), BETWEEN)
    sheet = sheet.to(torch.uint8)
    for index, tile in enumerate(tiles):
        top, left = pad + index // columns * pitch_y, pad + index % columns * pitch_x
        sheet[:, top : top + height * scale, left : left + width * scale] = tile
    pixels = sheet[0] if len(sheet) == 1 else sheet.permute(1, 2, 0)
    return Image.fromarray(np.ascontiguousarray(pixels.numpy()))


def on_checkerboard(images: Tensor) -> Tensor:
    """Return uint8 images [N, C, H, W], RGBA as RGB on a light checkerboard of 8 squares along the shorter side."""
    if images.shape[1] != 4:
        return images
    height, width = images.shape[2:]
    square = max(1, round(min(height, width) / SQUARES))
    odd = (torch.arange(height)[:, None] // square + torch.arange(width) // square) % 2
    ground = LIGHT + (DARKER - LIGHT) * odd.float()
    share = images[:, 3:].float() / 255
    return (images[:, :3] * share + ground * (1 - share)).round().to(torch.uint8)


def shown(image: Image.Image) -> Image.Image:
    """Return a picture as mode "RGB": on a checkerboard where it has alpha."""
    if image.mode not in ("LA", "PA", "RGBA") and "transparency" not in image.info:
        return image.convert("RGB")
    pixels = torch.from_numpy(np.array(image.convert("RGBA"))).permute(2, 0, 1)
    return Image.fromarray(np.ascontiguousarray(on_checkerboard(pixels[None])[0].permute(1, 2, 0).numpy()))


def points_picture(samples: Tensor, real: Tensor | None = None) -> Image.Image:
    """Draw points as they are outside, as a plot of all of them.

    Args:
        samples: [N, D]; of points in more than two dimensions the first two principal axes of the data are drawn.
        real: real points [M, D] to draw behind.

    Raises:
        UserError: there is no picture for this shape.
    """
    if samples.ndim != 2:
        raise UserError(f"no plot of samples of shape {list(samples.shape)}: give points [N, D]")
    if samples.shape[1] == 1:
        return game_1d(samples, real=real)
    if samples.shape[1] == 2:
        return scatter(samples, real)
    return _principal(samples, real)


def save(image: Image.Image, path: Path | str, *, metadata: dict[str, Any] | None = None) -> Path:
    """Write a PNG in one piece (a reader never sees half a file) and, with `metadata`, how it was made.

    The metadata stand as JSON in the text chunk "zerosum", with the version of zerosum added.

    Raises:
        UserError: `path` does not end in .png.
    """
    path = Path(path)
    if path.suffix.lower() != ".png":
        raise UserError(f"cannot write the picture {path.name}: pictures are PNG files; name it {path.stem}.png")
    info = PngInfo()
    if metadata is not None:
        info.add_text("zerosum", json.dumps({"version": __version__, **metadata}, default=str))
    with atomic.replacing(path) as part:
        image.save(part, format="PNG", pnginfo=info, optimize=True)
    return path


def read_metadata(path: Path | str) -> dict[str, Any]:
    """Return what `save` wrote with the picture; empty where it wrote nothing, or another program the picture.

    Raises:
        UserError: the file is no readable picture.
    """
    try:
        with Image.open(path) as image:
            image.load()
            text = image.info.get("zerosum")
    except (OSError, SyntaxError, ValueError) as error:
        raise UserError(f"cannot read the picture {path} ({error}): give a PNG file that zerosum wrote") from error
    try:
        metadata = json.loads(text) if isinstance(text, str) else {}
    except ValueError:
        return {}
    return metadata if isinstance(metadata, dict) else {}


def _check_images(images: Tensor) -> None:
    if images.ndim != 4 or images.dtype != torch.uint8 or images.shape[1] not in CHANNELS or 0 in images.shape:
        kind = str(images.dtype).removeprefix("torch.")
        raise UserError(
            f"cannot lay out {kind} {list(images.shape)}: give uint8 [N, C, H, W] images of 1, 3 or 4 channels"
        )


def _columns(count: int, width: int, pad: int) -> int:
    return max(1, min(math.ceil(math.sqrt(count)), (WIDEST - pad) // (width + pad)))


def _scale(columns: int, height: int, width: int, pad: int) -> int:
    """Return the blow-up that makes the tiles of a picture about 720 wide, within the limits of tile and picture."""
    side = max(height, width)
    scale = max(round(min(720 / columns, 256) / side), math.ceil(SMALLEST_TILE / side))
    return max(1, min(scale, (WIDEST - pad - columns * pad) // (columns * width)))


def _principal(samples: Tensor, real: Tensor | None) -> Image.Image:
    """Draw points on the two axes along which the data (the samples, if there are no data) spread most."""
    base = (samples if real is None or len(real) < 2 else real).detach().cpu().double()
    base = base[base.isfinite().all(dim=1)]
    middle = base.sum(dim=0) / max(len(base), 1)
    _, axes = torch.linalg.eigh((base - middle).T @ (base - middle))

    def project(points: Tensor) -> Tensor:
        return torch.matmul(points.detach().cpu().double() - middle, axes[:, [-1, -2]])

    labels = ("first principal axis", "second principal axis")
    return scatter(project(samples), None if real is None else project(real), labels=labels)
