"""Paths: interpolation between samples, grids between four of them, loops, and truncation."""

import itertools
from collections.abc import Sequence
from typing import Literal

import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

from zerosum.drawing import pictures
from zerosum.errors import UserError
from zerosum.latents.explored import Explored
from zerosum.latents.sheet import draw
from zerosum.latents.space import Points, Space
from zerosum.metrics.path_length import slerp

Way = Literal["auto", "linear", "spherical"]
TRUNCATIONS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


def interpolate(
    space: Space,
    numbers: Sequence[int] = (0, 1, 2, 3, 4),
    *,
    steps: int = 9,
    way: Way = "auto",
    seed: int = 0,
    label: str | int | None = None,
) -> Explored:
    """Walk from each sample to the next: one row a pair; the frames walk them all and return to the first.

    "spherical" follows the great circle (Shoemake 1985; White 2016, arXiv:1609.04468), "linear" the straight line;
    "auto" is the one that the prior asks for, as points between normal ones are nearer to the middle than any that
    training saw. Labels and categories stay as they are at the first sample of a row, and in the frames of all.

    Args:
        space: where to walk.
        numbers: of the samples, as `zerosum sample` counts them from 0; 2 or more.
        steps: pictures a row, ends included; 2 or more.
        way: "auto", "linear" or "spherical".
        seed: of the samples.
        label: one class for all of them.

    Returns:
        `samples` [pairs, steps, ...] and `latents` [pairs, steps, size].

    Raises:
        UserError: fewer than two samples or steps, or a number out of range.
    """
    _at_least(len(numbers), 2, "samples to walk between")
    _at_least(steps, 2, "steps")
    ends = space.numbered(numbers, seed=seed, label=label)
    t = torch.linspace(0, 1, steps)
    rows = [ends[at].at(between(space, ends.vectors[at], ends.vectors[at + 1], t, way)) for at in range(len(ends) - 1)]
    samples = torch.stack([space.render(row) for row in rows])
    notes = {"samples": list(numbers), "seed": seed, "way": way_of(space, way), "steps": steps}
    titles = [f"{one} to {other}" for one, other in itertools.pairwise(numbers)]
    return Explored(
        draw(samples, rows=titles),
        {"samples": samples, "latents": torch.stack([row.vectors for row in rows])},
        notes,
        frames_of(space.render(loop(space, ends, steps, way))),
    )


def loop(space: Space, ends: Points, steps: int, way: Way = "auto") -> Points:
    """Return a closed walk over `ends` and back, `steps` points from each to the next; labels stay as at the first."""
    t = torch.arange(steps) / steps
    following = ends.vectors.roll(-1, 0)
    parts = [between(space, a, b, t, way) for a, b in zip(ends.vectors, following, strict=True)]
    return ends.at(torch.cat(parts))


def corners(
    space: Space,
    numbers: Sequence[int] = (0, 1, 2, 3),
    *,
    steps: int = 9,
    way: Way = "auto",
    seed: int = 0,
    label: str | int | None = None,
) -> Explored:
    """Fill a square between four samples: top left, top right, bottom left, bottom right; otherwise as `interpolate`.

    Returns:
        `samples` [steps, steps, ...] and `latents` [steps, steps, size].
    """
    if len(numbers) != 4:
        raise UserError(f"a square has 4 corners, not {len(numbers)}: name 4 samples")
    _at_least(steps, 2, "steps")
    ends = space.numbered(numbers, seed=seed, label=label)
    t = torch.linspace(0, 1, steps)
    left, right = (between(space, ends.vectors[at], ends.vectors[at + 2], t, way) for at in (0, 1))
    vectors = torch.stack([between(space, a, b, t, way) for a, b in zip(left, right, strict=True)])
    flat = space.render(ends.at(vectors.flatten(0, 1)))
    samples = flat.view(steps, steps, *flat.shape[1:])
    notes = {"samples": list(numbers), "seed": seed, "way": way_of(space, way), "steps": steps}
    return Explored(draw(samples), {"samples": samples, "latents": vectors}, notes)


def truncate(
    space: Space,
    numbers: Sequence[int] = (0, 1, 2, 3, 4),
    *,
    amounts: Sequence[float] = TRUNCATIONS,
    seed: int = 0,
    label: str | int | None = None,
) -> Explored:
    """Show samples nearer and nearer to the middle: z' = psi z, after appendix B of Karras et al., arXiv:1812.04948.

    Nearer is safer and less varied; 1 is the sample as it was drawn, 0 the middle of all.

    Returns:
        `samples` [numbers, amounts, ...].

    Raises:
        UserError: an amount is not within 0 to 2.
    """
    if not amounts or not all(0 <= amount <= 2 for amount in amounts):
        raise UserError(f"truncation {', '.join(f'{amount:g}' for amount in amounts)}: use numbers from 0 to 2")
    points = space.numbered(numbers, seed=seed, label=label)
    rows = [points[at].at(points.vectors[at] * torch.tensor(amounts)[:, None]) for at in range(len(points))]
    samples = torch.stack([space.render(row) for row in rows])
    picture = draw(samples, rows=[str(number) for number in numbers], columns=[f"{amount:g}" for amount in amounts])
    return Explored(picture, {"samples": samples}, {"samples": list(numbers), "seed": seed, "amounts": list(amounts)})


def between(space: Space, a: Tensor, b: Tensor, t: Tensor, way: Way = "auto") -> Tensor:
    """Return the points at `t` [k] on the way from vector a to vector b, [size] each: [k, size]."""
    a, b, t = a.expand(len(t), -1), b.expand(len(t), -1), t[:, None]
    return slerp(a, b, t) if way_of(space, way) == "spherical" else torch.lerp(a, b, t)


def way_of(space: Space, way: Way) -> str:
    """Return "linear" or "spherical": what was asked for, or what the prior asks for."""
    if way not in ("auto", "linear", "spherical"):
        raise UserError(f"no way '{way}': use auto, linear or spherical")
    # A great circle needs room to turn: with one number there is only the line.
    return way if way != "auto" else "spherical" if space.spherical and space.size > 1 else "linear"


def frames_of(samples: Tensor) -> list[Image.Image]:
    """Return images as frames big enough to look at; none for points."""
    if samples.ndim != 4:
        return []
    scale = max(1, round(256 / max(samples.shape[2:])))
    grown = F.interpolate(samples.float(), scale_factor=scale, mode="nearest").to(torch.uint8)
    return [pictures.grid(frame[None], scale=1, pad=0) for frame in grown]


def _at_least(count: int, least: int, what: str) -> None:
    if count < least:
        raise UserError(f"{count} {what}: use {least} or more")
