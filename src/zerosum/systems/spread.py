"""What is known around holes, spread into them: a first guess for inpainting.

From pixels x that are known where w = 1 - M is 1, a pyramid is made: each level has the means of x w and of w over 2x2
of the level before (the pull-push of Gortler et al. 1996, "The Lumigraph", section 3.4). From the coarsest level, a
single cell, upwards: a cell that saw known pixels is their mean, x w / w; the others take the level below, enlarged
linearly, and then come nearer to a membrane over the hole, the solution of Laplace's equation u_xx + u_yy = 0, by a few
of Jacobi's sweeps: each cell becomes the mean of its four neighbours.
"""

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d, interpolate, pad

SWEEPS = 4
"""At each level. More come nearer to the membrane, and cost more than a network needs to do the rest."""


def spread(x: Tensor, mask: Tensor) -> Tensor:
    """Return images whose holes are filled smoothly from what is around them; an image that is all hole becomes 0.

    Args:
        x: [N, C, H, W]; what is in the holes is not looked at.
        mask: [N, 1, H, W], 1 in the holes and 0 elsewhere.

    Returns:
        [N, C, H, W]: `x` itself outside the holes.
    """
    known = 1 - mask.to(x.dtype)
    levels = [(torch.where(mask > 0, torch.zeros_like(x), x), known)]
    while max(x.shape[2] - 1 >> len(levels) - 1, x.shape[3] - 1 >> len(levels) - 1):
        levels.append((halved(levels[-1][0]), halved(levels[-1][1])))
    guess = torch.zeros_like(levels[-1][0])
    for total, weight in reversed(levels):
        hole, mean = weight == 0, total / weight.clamp_min(torch.finfo(weight.dtype).tiny)
        guess = torch.where(hole, interpolate(guess, size=total.shape[2:], mode="bilinear"), mean)
        for _ in range(SWEEPS):
            guess = torch.where(hole, neighbours(guess), guess)
    return torch.where(mask > 0, guess, x)


def halved(maps: Tensor) -> Tensor:
    """Return the means of 2x2 cells of maps [N, C, H, W]; at odd borders, of those that are there."""
    height, width = maps.shape[2:]
    return avg_pool2d(maps, (min(height, 2), min(width, 2)), ceil_mode=True)


def neighbours(maps: Tensor) -> Tensor:
    """Return the mean of the four neighbours of each cell of maps [N, C, H, W]; beyond the border is the border."""
    around = pad(maps, (1, 1, 1, 1), mode="replicate")
    sides = around[:, :, :-2, 1:-1] + around[:, :, 2:, 1:-1] + around[:, :, 1:-1, :-2] + around[:, :, 1:-1, 2:]
    return sides / 4
