"""k-means: the bins and cells that some metrics count in."""

import torch
from torch import Tensor

from zerosum.errors import UserError
from zerosum.metrics.checks import check_features
from zerosum.metrics.nearest import nearest

ITERATIONS = 50


def kmeans(points: Tensor, k: int, *, seed: int = 0, iterations: int = ITERATIONS) -> Tensor:
    """Return the centres [k, d] of `k` clusters of `points` [n, d], a function of its arguments alone.

    Lloyd's algorithm (1982) from the start of Arthur & Vassilvitskii 2007 (k-means++), until nothing moves to another
    cluster, at most `iterations` times. A cluster that loses all its points starts anew at the point that is furthest
    from its centre.

    Raises:
        UserError: the points are not finite, or fewer than k of them differ.
    """
    check_features(points, "real", at_least=k)
    centres = _spread(points, k, torch.Generator().manual_seed(seed))
    before = None
    for _ in range(iterations):
        distance, cluster = nearest(points, centres)
        if before is not None and torch.equal(cluster, before):
            break
        centres, before = _means(points, distance, cluster, k), cluster
    return centres


def assign(points: Tensor, centres: Tensor) -> Tensor:
    """Return the number of the nearest of `centres` [k, d] for each of `points` [n, d], int64 [n]."""
    return nearest(points, centres)[1]


def _spread(points: Tensor, k: int, generator: torch.Generator) -> Tensor:
    """Return k points, each chosen with a chance in proportion to its squared distance from those before it."""
    centres = [int(torch.randint(len(points), (), generator=generator))]
    squares = nearest(points, points[centres])[0].square()
    while len(centres) < k:
        if not bool(squares.any()):
            raise UserError(f"{k} clusters need {k} different samples, there are {len(centres)}; lower k")
        # On the CPU, so that the choice is the same on every device.
        centres.append(int(torch.multinomial(squares.cpu(), 1, generator=generator)))
        squares = squares.minimum(nearest(points, points[centres[-1:]])[0].square())
    return points[centres]


def _means(points: Tensor, distance: Tensor, cluster: Tensor, k: int) -> Tensor:
    counts = torch.bincount(cluster, minlength=k)
    sums = torch.zeros(k, points.shape[1], dtype=torch.float64, device=points.device)
    centres = sums.index_add_(0, cluster, points.double()) / counts[:, None]
    empty = (counts == 0).nonzero()[:, 0]
    centres[empty] = points[distance.topk(len(empty)).indices].double()
    return centres.to(points.dtype)
