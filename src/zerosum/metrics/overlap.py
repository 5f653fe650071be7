"""Which points of one set lie in the balls round those of another: what precision, recall and their kin count."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from zerosum.metrics.neighbours import BLOCK, ROUNDING, distances
from zerosum.metrics.squared_distances import Cloud, blocks, pair_squares

CROWDED = 0.02


@dataclass(frozen=True)
class Overlap:
    """Balls round one set and the points of another in them."""

    held: Tensor
    """How many points lie in each ball, int64 [balls]."""
    inside: Tensor
    """In how many balls each point lies, int64 [points]."""

    @property
    def pairs(self) -> int:
        """The number of pairs of a ball and a point in it."""
        return int(self.held.sum())

    @property
    def used(self) -> float:
        """The share of balls that hold a point."""
        return _share(self.held)

    @property
    def covered(self) -> float:
        """The share of points that lie in a ball."""
        return _share(self.inside)


def overlaps(
    one: Cloud, two: Cloud, one_radii: Sequence[Tensor], two_radii: Sequence[Tensor], *, chunk: int = BLOCK
) -> tuple[list[Overlap], list[Overlap]]:
    """Return the overlaps for each of `one_radii` [n] and of `two_radii` [m], in one pass over the distances.

    Those of `one_radii` are balls round the n points of `one` that hold points of `two`; those of `two_radii` are the
    reverse. A ball round c holds x at a squared distance up to r^2 + 1e-12 (|x|^2 + |c|^2), norms from the centre of
    the clouds: closed whatever the rounding. No more than a block of `chunk` x `chunk` distances is kept at a time.
    """
    forward = [_empty(one, two) for _ in one_radii]
    backward = [_empty(two, one) for _ in two_radii]
    for rows in blocks(len(one), chunk):
        for columns in blocks(len(two), chunk):
            squares = one.squares(rows, two, columns)
            for reach, overlap in zip(one_radii, forward, strict=True):
                centres, points = _members(squares, one, rows, two, columns, reach)
                _add(overlap, centres, points)
            for reach, overlap in zip(two_radii, backward, strict=True):
                centres, points = _members(squares.T, two, columns, one, rows, reach)
                _add(overlap, centres, points)
    return forward, backward


def _share(counts: Tensor) -> float:
    return float((counts > 0).double().mean())


def _empty(balls: Cloud, points: Cloud) -> Overlap:
    held, inside = (torch.zeros(len(cloud), dtype=torch.int64, device=cloud.points.device) for cloud in (balls, points))
    return Overlap(held, inside)


def _add(overlap: Overlap, centres: Tensor, points: Tensor) -> None:
    overlap.held.add_(torch.bincount(centres, minlength=len(overlap.held)))
    overlap.inside.add_(torch.bincount(points, minlength=len(overlap.inside)))


def _members(
    squares: Tensor, balls: Cloud, rows: slice, points: Cloud, columns: slice, reach: Tensor
) -> tuple[Tensor, Tensor]:
    """Return the pairs (centre, point) of a block, `squares` [rows, columns], where the point lies in the ball."""
    limits = (reach[rows].double() * balls.factor).square()
    slack = balls.slack(rows, points, columns)
    generous = limits + slack + ROUNDING * (balls.norms[rows] + points.norms[columns].max())
    i, j = (squares <= generous[:, None].to(squares.dtype)).nonzero(as_tuple=True)
    sure = squares[i, j] <= (limits - slack)[i]
    unsure = (~sure).nonzero()[:, 0]
    if len(unsure) > CROWDED * squares.numel():
        i, j = _plain_members(balls, rows, points, columns, limits)
        return i + rows.start, j + columns.start
    centres, others = i + rows.start, j + columns.start
    exact = pair_squares(balls.raw, points.raw, centres[unsure], others[unsure]) * balls.factor**2
    allowed = ROUNDING * (balls.norms[centres[unsure]] + points.norms[others[unsure]])
    sure[unsure] = exact <= limits[i[unsure]] + allowed
    return centres[sure], others[sure]


def _plain_members(balls: Cloud, rows: slice, points: Cloud, columns: slice, limits: Tensor) -> tuple[Tensor, Tensor]:
    """Return the same pairs, counted from the block's corner, by float64 products: for many copies or outliers."""
    squares = torch.cat(list(distances(balls.raw[rows], points.raw[columns]))).mul_(balls.factor).square_()
    allowed = ROUNDING * (balls.norms[rows, None] + points.norms[columns])
    i, j = (squares <= limits[:, None] + allowed).nonzero(as_tuple=True)
    return i, j
