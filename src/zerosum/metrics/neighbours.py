"""Distances to nearest neighbours, a block at a time: shared by precision, recall, density and coverage."""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from zerosum.errors import UserError
from zerosum.metrics.squared_distances import Cloud, blocks, clouds, pair_squares

CHUNK = 1000
BLOCK = 2000
ROUNDING = 1e-12
SPARE = 4


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


def radii(points: Tensor, k: int, *, chunk: int = BLOCK) -> Tensor:
    """Return for each of `points` [n, d] the distance to its k-th nearest other point, float64 [n].

    Raises:
        UserError: k is not in 1..n-1.
    """
    (cloud,) = clouds(points)
    return radii_in(cloud, (k,), chunk=chunk)[0]


def radii_in(cloud: Cloud, ks: Sequence[int], *, chunk: int = BLOCK) -> Tensor:
    """Return `radii` of the raw points for each of `ks`, float64 [len(ks), n], in one pass over the distances.

    Each pair of blocks is multiplied once and read in both directions. The neighbours that the matrix product finds
    within its rounding of the k-th are measured again in float64 by direct differences.

    Raises:
        UserError: one of `ks` is not in 1..n-1.
    """
    for k in ks:
        if not 1 <= k < len(cloud):
            raise UserError(
                f"k={k} neighbours need more than {k} samples, there are {len(cloud)}; draw more or lower k"
            )
    values, indices = _nearest(cloud, min(max(ks) + SPARE, len(cloud) - 1), chunk)
    # Twice: the k-th value and the one it is compared with are both off by at most the slack.
    slack = 2 * cloud.slack(slice(None), cloud, slice(None))[:, None]
    return torch.stack([_settled(cloud.raw, values.double(), indices, slack, k) for k in ks])


def _nearest(cloud: Cloud, count: int, chunk: int) -> tuple[Tensor, Tensor]:
    """Return for each point the `count` smallest squares to others, ascending, and whose they are, both [n, count]."""
    parts = list(blocks(len(cloud), chunk))
    values = torch.full((len(cloud), count), torch.inf, dtype=cloud.points.dtype, device=cloud.points.device)
    indices = torch.zeros_like(values, dtype=torch.int64)

    def keep(rows: slice, squares: Tensor, offset: int) -> None:
        smallest = squares.topk(min(count, squares.shape[1]), dim=1, largest=False, sorted=False)
        both = torch.cat([values[rows], smallest.values], 1).topk(count, dim=1, largest=False)
        values[rows] = both.values
        indices[rows] = torch.cat([indices[rows], smallest.indices + offset], 1).gather(1, both.indices)

    for number, rows in enumerate(parts):
        for columns in parts[number:]:
            squares = cloud.squares(rows, cloud, columns)
            if rows == columns:
                keep(rows, squares.fill_diagonal_(torch.inf), columns.start)
            else:
                keep(rows, squares, columns.start)
                keep(columns, squares.T.contiguous(), rows.start)
    return values, indices


def _settled(points: Tensor, values: Tensor, indices: Tensor, slack: Tensor, k: int) -> Tensor:
    """Return the exact k-th distance [n]; `values` [n, count] are the smallest squares, off by at most slack / 2."""
    middle = values[:, k - 1, None]
    unsure = (values - middle).abs() <= slack
    squares = torch.where(values < middle, -torch.inf, torch.inf).double()
    rows, columns = unsure.nonzero(as_tuple=True)
    squares[rows, columns] = pair_squares(points, points, rows, indices[rows, columns])
    reach = squares.sort(1).values[:, k - 1].sqrt()
    # Where the farthest candidate is in doubt too, others that were not kept might be nearer.
    open_ended = unsure[:, -1] if values.shape[1] < len(points) - 1 else torch.zeros_like(unsure[:, -1])
    if bool(open_ended.any()):
        reach[open_ended] = _plain_radii(points[open_ended], points, k)
    return reach


def _plain_radii(queries: Tensor, points: Tensor, k: int) -> Tensor:
    """Return the k-th distance of `queries`, which are among `points`, to others of them."""
    # The point itself is the first of the k + 1 nearest.
    return torch.cat([block.topk(k + 1, dim=1, largest=False).values[:, k] for block in distances(queries, points)])
