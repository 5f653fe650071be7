"""Affine maps of images: turned, sheared, zoomed and shifted, over a ground of their own border's colour."""

import torch
from torch import Tensor
from torch.nn import functional as F


def transformed(images: Tensor, maps: Tensor) -> Tensor:
    """Return images moved by an affine map each, sampled bilinearly; derivatives reach the images.

    What comes in from beyond the border has the median colour of the border, so that dark grounds stay dark and white
    ones white.

    Args:
        images: floats [N, C, H, W].
        maps: from a place in the result to the one it comes from, [N, 2, 3], with sides from -1 to 1.
    """
    grid = F.affine_grid(maps, list(images.shape), align_corners=False)
    ground = median(border(images.detach()))[:, :, None, None]
    return sampled(images - ground, grid) + ground


def sampled(images: Tensor, grid: Tensor) -> Tensor:
    """Return what `gathered` does, on a CPU by torch's own: up to ten times faster, and it repeats only there."""
    if images.device.type != "cpu":
        return gathered(images, grid)
    return F.grid_sample(images, grid, padding_mode="zeros", align_corners=False)


def gathered(images: Tensor, grid: Tensor) -> Tensor:
    """Return images [N, C, H, W] sampled bilinearly at the places of `grid` [N, H, W, 2], zero beyond the border.

    Each result is the sum of its four nearest pixels, each by (1 - its distance across) (1 - its distance down).
    """
    n, channels, height, width = images.shape
    column, row = ((grid[..., 0] + 1) * width - 1) / 2, ((grid[..., 1] + 1) * height - 1) / 2
    pixels, output = images.flatten(2), torch.zeros_like(images)
    for down in (0, 1):
        for across in (0, 1):
            x, y = column.floor() + across, row.floor() + down
            inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
            weight = (1 - (column - x).abs()) * (1 - (row - y).abs()) * inside
            place = (y.clamp(0, height - 1) * width + x.clamp(0, width - 1)).long().view(n, 1, -1)
            values = pixels.gather(2, place.expand(-1, channels, -1)).view_as(images)
            output = output + weight[:, None] * values
    return output


def median(values: Tensor) -> Tensor:
    """Return the lower median of the last dimension; torch's own with its places does not repeat on CUDA."""
    return values.sort(-1).values[..., (values.shape[-1] - 1) // 2]


def border(images: Tensor) -> Tensor:
    """Return the pixels on the four sides of images [N, C, H, W], as [N, C, 2 (H + W)]."""
    return torch.cat([images[:, :, 0], images[:, :, -1], images[:, :, :, 0], images[:, :, :, -1]], 2)
