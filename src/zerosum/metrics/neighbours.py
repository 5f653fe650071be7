"""Distances to nearest neighbours, a chunk at a time: shared by precision, recall, density and coverage."""

from collections.abc import Iterator

import torch
from torch import Tensor

from zerosum.errors import UserError

CHUNK = 1000
ROUNDING = 1e-12


def distances(queries: Tensor, points: Tensor, *, chunk: int = CHUNK) -> Iterator[Tensor]:
    """Yield the Euclidean distances of `queries` [n, d] to all `points` [m, d] as blocks [<= chunk, m], in order.

    By |x|^2 + |y|^2 - 2 x.y in float64. What is below its rounding counts as 0, so that copies of a point are at
    distance 0 of each other exactly and lie in each other's ball even where its radius is 0.
    """
    points = points.double()
    norms = points.square().sum(1)
    for block in torch.split(queries, chunk):
        block = block.double()
        sums = block.square().sum(1, keepdim=True) + norms
        squares = torch.addmm(sums, block, points.T, alpha=-2)
        yield squares.masked_fill_(squares < ROUNDING * sums, 0).sqrt_()


def radii(points: Tensor, k: int, *, chunk: int = CHUNK) -> Tensor:
    """Return for each of `points` [n, d] the distance to its k-th nearest other point, float64 [n].

    Raises:
        UserError: k is not in 1..n-1.
    """
    if not 1 <= k < len(points):
        raise UserError(f"k={k} neighbours need more than {k} samples, there are {len(points)}; draw more or lower k")
    # The point itself is the first of the k + 1 nearest.
    parts = [block.topk(k + 1, dim=1, largest=False).values[:, k] for block in distances(points, points, chunk=chunk)]
    return torch.cat(parts)
