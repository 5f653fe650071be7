"""The nearest training images of samples: is this face new, or one of those it was shown?"""

from collections.abc import Sequence

import torch
from torch import Tensor

from zerosum.data.dataset import Resident
from zerosum.errors import UserError
from zerosum.latents.explored import Explored
from zerosum.latents.sheet import draw
from zerosum.latents.space import Space
from zerosum.metrics.space import Features

CHUNK = 10_000


def neighbours(
    space: Space,
    train: Resident,
    features: Features,
    *,
    numbers: Sequence[int] = tuple(range(8)),
    count: int = 6,
    seed: int = 0,
    label: str | int | None = None,
) -> Explored:
    """Show samples beside the training images that are nearest to them.

    Args:
        space: of the generator.
        train: what it was trained on.
        features: the space of distances: Euclidean, between features.
        numbers: of the samples.
        count: neighbours of each.
        seed: of the samples.
        label: one class for all samples.

    Returns:
        `samples` [n, ...], `nearest` [n, count, ...], `indices` in the train split and `distances` [n, count].

    Raises:
        UserError: a number is out of range.
    """
    if not 1 <= count <= min(len(train), 100):
        raise UserError(f"{count} neighbours: use 1 to {min(len(train), 100)}")
    samples = space.render(space.numbered(numbers, seed=seed, label=label))
    distances, indices = closest(features(samples), features(train.values), count)
    nearest = train.values[indices.flatten()].view(*indices.shape, *train.shape)
    columns = ["sample", "nearest", *map(str, range(2, count + 1))]
    picture = draw(torch.cat([samples[:, None], nearest], 1), rows=[str(number) for number in numbers], columns=columns)
    arrays = {"samples": samples, "nearest": nearest, "indices": indices, "distances": distances}
    notes = {"samples": list(numbers), "seed": seed, "features": features.name}
    return Explored(picture, arrays, {**notes, "distances": [round(float(d), 6) for d in distances[:, 0]]})


def closest(queries: Tensor, points: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """Return (distances float64, indices int64), both [n, count], of the nearest of points [m, d] to queries [n, d].

    Looked for a block at a time; the distances are those of differences, so a copy is at 0 exactly.
    """
    best: list[tuple[Tensor, Tensor]] = []
    for first in range(0, len(points), CHUNK):
        block = points[first : first + CHUNK]
        smallest = torch.cdist(queries, block, compute_mode="donot_use_mm_for_euclid_dist").topk(
            min(count, len(block)), largest=False
        )
        best.append((smallest.values, smallest.indices + first))
    values, indices = torch.cat([value for value, _ in best], 1), torch.cat([index for _, index in best], 1)
    order = values.topk(count, largest=False).indices
    rows = indices.gather(1, order)
    gaps = queries[:, None].double() - points[rows.flatten()].view(*rows.shape, -1).double()
    return torch.linalg.vector_norm(gaps, dim=2), rows
