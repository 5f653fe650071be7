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
    ground = border(images.detach()).median(2).values[:, :, None, None]
    return F.grid_sample(images - ground, grid, padding_mode="zeros", align_corners=False) + ground


def border(images: Tensor) -> Tensor:
    """Return the pixels on the four sides of images [N, C, H, W], as [N, C, 2 (H + W)]."""
    return torch.cat([images[:, :, 0], images[:, :, -1], images[:, :, :, 0], images[:, :, :, -1]], 2)
