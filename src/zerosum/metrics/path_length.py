"""Perceptual path length: how smoothly samples change as the latent moves."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from zerosum.errors import UserError

EPSILON = 1e-3
TRIM = 0.01
AT_LEAST = 10


@dataclass(frozen=True)
class Paths:
    """Where a generator's latents move, all else held."""

    starts: Tensor
    """Latents drawn from the prior, [N, z]."""
    ends: Tensor
    """Others, [N, z]."""
    render: Callable[[Tensor, Tensor], Tensor]
    """render(latents [n, z], paths int64 [n]) -> samples as users see them, but images not rounded: float in 0..255.
    What else steers a sample depends on the number of its path alone."""
    spherical: bool
    """Whether the prior is normal, so that paths are great circles."""


def path_length(
    embed: Callable[[Tensor], Tensor],
    starts: Tensor,
    ends: Tensor,
    *,
    spherical: bool = True,
    epsilon: float = EPSILON,
    seed: int = 0,
) -> tuple[float, float]:
    """Return (value, standard error) of the perceptual path length between latents `starts` and `ends`, both [N, z].

    Karras et al., arXiv:1812.04948, section 4.1: E |f(G(p(t))) - f(G(p(t + epsilon)))|^2 / epsilon^2, t uniform in
    [0, 1), p the path; as in their program, the lowest and the highest 1 % are left out of the mean. f is the space of
    the other metrics here, so the number compares generators of the same data only.

    Args:
        embed: gives the features [N, d] of the samples of latents [N, z]. What else steers them must be the same for
            row i in both calls, and the samples must not be rounded: the steps are smaller than a grey level.
        starts: where the paths begin.
        ends: where they end.
        spherical: follow the great circle, as suits normal latents; otherwise the straight line, as suits uniform ones.
        epsilon: the step. Theirs is 1e-4, below which float32 features would be mostly rounding.
        seed: of the places on the paths.

    Raises:
        UserError: fewer than 10 paths, or samples that are not finite.
    """
    if len(starts) < AT_LEAST or starts.shape != ends.shape:
        raise UserError(f"{len(starts)} paths to {len(ends)} ends are no measure; give at least {AT_LEAST} of both")
    between = slerp if spherical else torch.lerp
    t = torch.rand(len(starts), 1, generator=torch.Generator().manual_seed(seed)).to(starts)
    here, there = (embed(between(starts, ends, at)).double() for at in (t, t + epsilon))
    squares = (there - here).square().sum(1) / epsilon**2
    if not bool(squares.isfinite().all()):
        raise UserError("samples along the paths are not finite; the generator has diverged, use an earlier checkpoint")
    out = int(TRIM * len(squares))
    middle = squares.sort().values[out : len(squares) - out]
    return float(middle.mean()), float(middle.std()) / len(middle) ** 0.5


def slerp(a: Tensor, b: Tensor, t: Tensor) -> Tensor:
    """Return the points at `t` [N, 1] on the great circles from a to b, [N, z], with lengths between theirs.

    Shoemake 1985, "Animating rotation with quaternion curves". Where a and b point the same or the opposite way, there
    is no one circle: the straight line is taken.
    """
    cosine = (F.normalize(a, dim=1) * F.normalize(b, dim=1)).sum(1, keepdim=True).clamp(-1, 1)
    angle = cosine.acos()
    sine = angle.sin()
    first, second = ((1 - t) * angle).sin() / sine, (t * angle).sin() / sine
    return torch.where(sine > 1e-4, first * a + second * b, torch.lerp(a, b, t))
