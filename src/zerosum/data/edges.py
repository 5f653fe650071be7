"""Outlines of images: thin dark lines on white, as a pen would draw them."""

import torch
from torch import Tensor
from torch.nn import functional as F

THRESHOLD = 0.15
"""Of the gradient, where 1 is a step from black to white: what is fainter is no edge."""


def outlines(images: Tensor) -> Tensor:
    """Return [N, 1, H, W] in [-1, 1], white with dark lines, of images [N, C, H, W] in [-1, 1].

    The steps of Canny 1986, "A computational approach to edge detection", without hysteresis: smoothing by the binomial
    filter 1 2 1, the gradient by Sobel's filters in the channel where it is steepest, and of that only what is largest
    across the edge. The darker the line, the steeper the edge.
    """
    smooth = _filtered(images, (1.0, 2.0, 1.0), (1.0, 2.0, 1.0)) / 16
    across = _filtered(smooth, (-1.0, 0.0, 1.0), (1.0, 2.0, 1.0)) / 8
    down = _filtered(smooth, (1.0, 2.0, 1.0), (-1.0, 0.0, 1.0)) / 8
    steepness, channel = (across.square() + down.square()).sqrt().max(dim=1, keepdim=True)
    ridge = _ridge(steepness, across.gather(1, channel), down.gather(1, channel))
    ink = ((ridge - THRESHOLD / 2) / (2 * THRESHOLD)).clamp(0, 1)
    return 1 - 2 * ink


def _filtered(images: Tensor, columns: tuple[float, ...], rows: tuple[float, ...]) -> Tensor:
    """Filter each channel with the outer product of two filters of three, the border repeated."""
    channels = images.shape[1]
    kernel = torch.tensor(rows, device=images.device)[:, None] * torch.tensor(columns, device=images.device)
    padded = F.pad(images, (1, 1, 1, 1), mode="replicate")
    return F.conv2d(padded, kernel.expand(channels, 1, 3, 3).contiguous(), groups=channels)


def _ridge(steepness: Tensor, across: Tensor, down: Tensor) -> Tensor:
    """Return the steepness where no neighbour along the gradient (the nearest of four ways) exceeds it; else 0."""
    padded = F.pad(steepness, (1, 1, 1, 1))
    height, width = steepness.shape[2:]

    def neighbour(row: int, column: int) -> Tensor:
        return padded[:, :, 1 + row : 1 + row + height, 1 + column : 1 + column + width]

    flat, steep = down.abs() < 0.4142 * across.abs(), down.abs() > 2.4142 * across.abs()
    falling = (across * down) > 0
    keep = torch.zeros_like(steepness, dtype=torch.bool)
    for sector, row, column in (
        (flat, 0, 1),
        (steep & ~flat, 1, 0),
        (~flat & ~steep & falling, 1, 1),
        (~flat & ~steep & ~falling, 1, -1),
    ):
        # One side may be equal, the other not: of two equal neighbours one stays.
        keep |= sector & (steepness >= neighbour(row, column)) & (steepness > neighbour(-row, -column))
    return steepness * keep
