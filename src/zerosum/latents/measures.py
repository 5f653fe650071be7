"""Measures of handwriting that need no classifier: how far a drawing leans, and how thick its strokes are.

They are what a continuous code of a generator is correlated with, to say what it steers. Ink is light on dark, as in
MNIST: a pixel's value is the share of it that is covered.
"""

import torch
from torch import Tensor

from zerosum.errors import UserError


def slant(images: Tensor) -> Tensor:
    """Return by how many degrees drawings lean to the right of upright, float64 [N] in (-90, 90).

    The slope of the regression of x on y over the ink, from central moments (as digits are deskewed: LeCun et al. 1998,
    "Gradient-based learning applied to document recognition"):

        slant = -atan(mu_11 / mu_02),  mu_pq = sum_xy (x - mean x)^p (y - mean y)^q ink(x, y),  y pointing down.

    A straight stroke leans by its angle up to the square of its width over its length. A drawing without height, or
    without ink, leans by 0.

    Args:
        images: uint8 [N, 1, H, W], or floats of any scale from 0 up.

    Raises:
        UserError: the images are not grey.
    """
    ink = _ink(images)
    total = ink.sum((1, 2)).clamp(min=torch.finfo(ink.dtype).tiny)
    y, x = (torch.arange(side, dtype=ink.dtype, device=ink.device) for side in ink.shape[1:])
    rows, columns = ink.sum(2), ink.sum(1)
    dy, dx = y - (rows @ y / total)[:, None], x - (columns @ x / total)[:, None]
    mu_11, mu_02 = torch.einsum("nyx,ny,nx->n", ink, dy, dx), (rows * dy.square()).sum(1)
    upright = mu_02 <= 1e-9 * total
    return torch.where(upright, 0.0, -torch.atan(mu_11 / mu_02.where(~upright, torch.ones_like(mu_02))).rad2deg())


def stroke_width(images: Tensor) -> Tensor:
    """Return the mean thickness of the strokes of drawings in pixels, float64 [N]; 0 where there is no ink.

    Area over half the perimeter: a stroke of width w and length L has area w L and two edges of length L each. Both are
    taken of the grey levels themselves, so that soft edges count by their share and contrast cancels:

        width = 2 sum ink / sum |grad ink|,

    the gradient of each 2 x 2 block being the means of its two differences across and its two down. The ends of a
    stroke count as edges too, so it reads thinner by a factor 1 / (1 + w / L); a stroke below 2 pixels reads thicker,
    as it may cover no pixel wholly.

    Args:
        images: uint8 [N, 1, H, W], or floats of any scale from 0 up.

    Raises:
        UserError: the images are not grey.
    """
    ink = torch.nn.functional.pad(_ink(images), (1, 1, 1, 1))
    across, down = ink.diff(dim=2), ink.diff(dim=1)
    gradient = torch.hypot(across[:, :-1] + across[:, 1:], down[:, :, :-1] + down[:, :, 1:]) / 2
    edges = gradient.sum((1, 2))
    return torch.where(edges > 0, 2 * ink.sum((1, 2)) / edges.where(edges > 0, torch.ones_like(edges)), 0.0)


def _ink(images: Tensor) -> Tensor:
    if images.ndim != 4 or images.shape[1] != 1:
        raise UserError(f"strokes are measured in grey images [N, 1, H, W], not {list(images.shape)}")
    return images[:, 0].double()
