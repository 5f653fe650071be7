"""Holes for inpainting: masks [N, 1, H, W], 1 where pixels are missing, 0 elsewhere, drawn from each sample's key."""

import itertools
import math

import torch
from torch import Tensor

from zerosum.data.keyed_random import uniform

BOX, STROKES, WHICH = 11, 12, 13
"""Streams of random numbers."""
SIDES = (0.25, 0.5)
"""Of a rectangle, as shares of the image's sides."""
MOST_STROKES, POINTS, TURN = 3, 5, 1.2
"""Strokes in an image, points that a stroke goes on to, and the radians by which it turns at most at each of them."""
WIDTH, LENGTH = (0.08, 0.2), (0.15, 0.4)
"""Of a stroke, and of its way from point to point, as shares of the image's shorter side."""


def centre(keys: Tensor, height: int, width: int) -> Tensor:
    """Return the rectangle of half the sides in the middle: Pathak et al. 2016, arXiv:1604.07379, section 3.3."""
    mask = torch.zeros(len(keys), 1, height, width, device=keys.device)
    mask[:, :, height // 4 : height // 4 + height // 2, width // 4 : width // 4 + width // 2] = 1
    return mask


def box(keys: Tensor, height: int, width: int) -> Tensor:
    """Return a rectangle somewhere in the image, each side a quarter to a half of the image's."""
    chance = uniform(keys, 4, BOX)
    rows = _span(height, chance[:, :1], chance[:, 1:2])
    columns = _span(width, chance[:, 2:3], chance[:, 3:])
    return (rows[:, None, :, None] & columns[:, None, None, :]).float()


def free(keys: Tensor, height: int, width: int) -> Tensor:
    """Return strokes as of a broad pen, one to three: free-form holes (Yu et al. 2018, arXiv:1806.03589, section 3.4).

    A stroke goes through six points, turning a little at each, and is thrown back by the border; a pixel is missing
    where its centre is nearer to the line than half the stroke's width.
    """
    short = min(height, width)
    chance = uniform(keys, MOST_STROKES * (4 + 2 * POINTS), STROKES).view(len(keys), MOST_STROKES, -1)
    column, row, half, number = chance[..., :4].unbind(-1)
    turns, lengths = chance[..., 4:].chunk(2, dim=-1)
    direction = 2 * math.pi * turns[..., :1] + summed((2 * turns[..., 1:] - 1) * TURN, -1)
    step = short * _between(lengths[..., 1:], LENGTH)
    start = torch.stack([column * width, row * height], -1)[:, :, None]
    way = summed(torch.stack([direction.cos() * step, direction.sin() * step], -1), 2)
    sides = torch.tensor([width, height], device=keys.device)
    # Folded back into the image: the distance to the nearest even multiple of its side.
    points = (torch.cat([start, start + way], dim=2) + sides) % (2 * sides) - sides
    there = torch.arange(MOST_STROKES, device=keys.device) <= (number[:, :1] * MOST_STROKES).floor()
    reach = short * _between(half, WIDTH) / 2 * there
    return _near(points.abs(), reach, height, width)[:, None].float()


def either(keys: Tensor, height: int, width: int) -> Tensor:
    """Return a rectangle for half of the keys, strokes for the others."""
    rectangular = uniform(keys, 1, WHICH)[:, :, None, None] < 0.5
    return torch.where(rectangular, box(keys, height, width), free(keys, height, width))


def summed(values: Tensor, dim: int) -> Tensor:
    """Return the running sums of a few numbers; torch's own do not repeat on CUDA."""
    return torch.stack(list(itertools.accumulate(values.unbind(dim))), dim)


def _span(side: int, size: Tensor, place: Tensor) -> Tensor:
    """Return which of `side` places lie inside, bool [N, side], for random numbers [N, 1] in [0, 1)."""
    length = (side * _between(size, SIDES)).round().clamp(min=1)
    first = (place * (side - length + 1)).floor()
    places = torch.arange(side, device=size.device)
    return (places >= first) & (places < first + length)


def _between(chance: Tensor, ends: tuple[float, float]) -> Tensor:
    return ends[0] + (ends[1] - ends[0]) * chance


def _near(points: Tensor, reach: Tensor, height: int, width: int) -> Tensor:
    """Return which pixels are near a line, bool [N, H, W].

    Args:
        points: [N, S, P, 2], (column, row) of the corners of S lines.
        reach: [N, S], pixels to either side; 0 where there is no line.
        height: pixels.
        width: pixels.
    """
    columns = torch.arange(width, device=points.device) + 0.5
    rows = (torch.arange(height, device=points.device) + 0.5)[:, None]
    near = torch.zeros(len(points), height, width, dtype=torch.bool, device=points.device)
    for line in range(points.shape[1]):
        wide = reach[:, line, None, None].square()
        for first, last in zip(points[:, line, :-1].unbind(1), points[:, line, 1:].unbind(1), strict=True):
            along, across = (last - first)[:, :, None, None].unbind(1)
            x, y = columns - first[:, 0, None, None], rows - first[:, 1, None, None]
            share = ((x * along + y * across) / (along.square() + across.square())).clamp(0, 1)
            near |= (x - share * along).square() + (y - share * across).square() < wide
    return near
