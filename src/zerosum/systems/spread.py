"""What is known around holes, spread into them: a first guess for inpainting.

The guess is a thin plate: of all images with these known pixels about the one that bends least, by the sum over pixels
of (Lu)^2, with L the mean of the four neighbours less the pixel. In the hole it solves the biharmonic equation
L L u = 0. Each level of a pyramid begins with what the coarser one found, so that few steps of conjugate gradients
(Hestenes and Stiefel 1952) do at each. The pyramid is that of Gortler et al. 1996, "The Lumigraph", section 3.4: with
w = 1 in known pixels and 0 in holes, a cell is the mean of x w over that of w; where w is 0, it is hole in its turn.
"""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d, interpolate, pad

STEPS = 8
"""Of conjugate gradients at each level: more cost more than the little that is left to a network."""
LEAST = 4
"""Cells a side of the coarsest level that is bent: on fewer, each cell is its own neighbour."""
NOTHING = 1e-12
"""Squares below it are rounding."""


def spread(x: Tensor, mask: Tensor) -> Tensor:
    """Return images whose holes are filled smoothly from what is around them; an image that is all hole becomes 0.

    Args:
        x: [N, C, H, W]; what is in the holes is not looked at.
        mask: [N, 1, H, W], 1 in the holes and 0 elsewhere.

    Returns:
        [N, C, H, W]: `x` itself outside the holes.
    """
    levels = [(torch.where(mask > 0, torch.zeros_like(x), x), (mask <= 0).to(x.dtype))]
    while max(levels[-1][0].shape[2:]) > 1:
        levels.append((halved(levels[-1][0]), halved(levels[-1][1])))
    guess = torch.zeros_like(levels[-1][0])
    for total, weight in reversed(levels):
        hole, mean = weight == 0, total / weight.clamp_min(torch.finfo(weight.dtype).tiny)
        guess = torch.where(hole, doubled(guess, total.shape[2:]), mean)
        if min(total.shape[2:]) < LEAST:
            continue
        if x.device.type != "cpu":
            guess = unbent(guess, hole)  # to ask where the holes are would make the host wait
        elif hole.any():
            box = around(hole)
            guess[box] = unbent(guess[box], hole[box])
    return torch.where(mask > 0, guess, x)


def around(hole: Tensor) -> tuple[slice, ...]:
    """Return the part of maps [N, C, H, W] that bending in holes, bool [N, 1, H, W], looks at: two cells around all."""
    rows, columns = (hole.any(0).any(side).flatten().nonzero().flatten().tolist() for side in (2, 1))
    (top, bottom), (left, right) = ((max(0, cells[0] - 2), cells[-1] + 3) for cells in (rows, columns))
    return slice(None), slice(None), slice(top, bottom), slice(left, right)


def unbent(u: Tensor, hole: Tensor, steps: int = STEPS) -> Tensor:
    """Return maps that bend less in the hole, each after `steps` of conjugate gradients on the sum of (Lu)^2.

    Args:
        u: [N, C, H, W].
        hole: bool, [N, 1, H, W]; outside it nothing changes.
        steps: number of them.
    """
    free = hole.to(u.dtype)
    residual = -free * bent(bent(u))
    way, squares = residual, summed(residual * residual)
    for _ in range(steps):
        force = free * bent(bent(way))
        length = squares / summed(way * force).clamp_min(NOTHING)
        u, residual = u + length * way, residual - length * force
        before, squares = squares, summed(residual * residual)
        way = residual + squares / before.clamp_min(NOTHING) * way
    return u


def bent(u: Tensor) -> Tensor:
    """Return Lu, the mean of the four neighbours less the cell itself; beyond the border is the border."""
    wide = pad(u, (1, 1, 1, 1), mode="replicate")
    sides = wide[:, :, :-2, 1:-1] + wide[:, :, 2:, 1:-1] + wide[:, :, 1:-1, :-2] + wide[:, :, 1:-1, 2:]
    return sides / 4 - u


def summed(maps: Tensor) -> Tensor:
    """Return the sum of each map, [N, C, 1, 1]."""
    return maps.sum((2, 3), keepdim=True)


def doubled(maps: Tensor, size: Sequence[int]) -> Tensor:
    """Return maps [N, C, h, w] enlarged linearly, each cell to 2x2, and of that the upper left corner of `size`."""
    large = interpolate(maps, scale_factor=2, mode="bilinear")
    return large[:, :, : size[0], : size[1]]


def halved(maps: Tensor) -> Tensor:
    """Return the means of 2x2 cells of maps [N, C, H, W]; at odd borders, of those that are there."""
    height, width = maps.shape[2:]
    return avg_pool2d(maps, (min(height, 2), min(width, 2)), ceil_mode=True)
