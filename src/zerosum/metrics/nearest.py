"""The nearest of many points, fast: shared by k-means and by the metrics of memorisation."""

import torch
from torch import Tensor

QUERIES, POINTS = 1000, 20_000


def nearest(queries: Tensor, points: Tensor) -> tuple[Tensor, Tensor]:
    """Return (distance float64 [n], index int64 [n]) of the nearest of `points` [m, d] to each of `queries` [n, d].

    It is looked for in the precision of the arguments, by |y|^2 - 2 x.y a block at a time; its distance is then taken
    again in float64 by differences. So a copy is at distance 0 exactly, and a point that rounding preferred to the true
    nearest is no further than about 1e-3 of the norms in float32.
    """
    # Centred, because the rounding grows with the norms.
    centre = points.mean(0, keepdim=True)
    blocks = [(block - centre) for block in torch.split(points, POINTS)]
    norms = [block.square().sum(1) for block in blocks]
    indices = torch.cat([_nearest(part - centre, blocks, norms) for part in torch.split(queries, QUERIES)])
    return _exact(queries, points, indices), indices


def _nearest(queries: Tensor, blocks: list[Tensor], norms: list[Tensor]) -> Tensor:
    minima = [torch.addmm(norm, queries, block.T, alpha=-2).min(1) for block, norm in zip(blocks, norms, strict=True)]
    which = torch.stack([block.values for block in minima]).min(0).indices
    within = torch.stack([block.indices for block in minima]).gather(0, which[None])[0]
    return which * POINTS + within


def _exact(queries: Tensor, points: Tensor, indices: Tensor) -> Tensor:
    parts = zip(torch.split(queries, QUERIES), torch.split(indices, QUERIES), strict=True)
    return torch.cat([torch.linalg.vector_norm(part.double() - points[at].double(), dim=1) for part, at in parts])
