"""Squared distances of many points at matrix-product speed, with a bound on their rounding."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

WIDE = 64
TINY = 1e-34
PAIR_NUMBERS = 2**22


@dataclass(frozen=True)
class Cloud:
    """Points [n, d] moved and scaled so that no squared distance overflows; `clouds` makes those that go together."""

    raw: Tensor
    """The points as they came, floating [n, d]."""
    points: Tensor
    """(raw - centre) / scale, float32 or float64 [n, d]; no norm of the clouds made together exceeds 1."""
    norms: Tensor
    """The squared norms of `points`, [n]."""
    scale: float

    def __len__(self) -> int:
        return len(self.raw)

    def squares(self, rows: slice, other: "Cloud", columns: slice) -> Tensor:
        """Return the squared distances of `rows` to `columns` of `other`, in scaled units, within `slack`."""
        products = torch.addmm(other.norms[columns], self.points[rows], other.points[columns].T, alpha=-2)
        return products.add_(self.norms[rows, None])

    def slack(self, rows: slice, other: "Cloud", columns: slice) -> Tensor:
        """Return for each of `rows` a bound, float64 [rows], on the error of its `squares` to any of `columns`.

        u (d / 2 + 10) (|x| + max |y|)^2 with unit roundoff u. A sum of d products is off by at most d u |x| |y| in any
        order of summation (Higham, Accuracy and Stability of Numerical Algorithms, equation 3.5), and 2 |x| |y| <=
        (|x| + |y|)^2 / 2; the rest of the formula and the rounding of the points themselves cost less than 10.
        """
        unit = torch.finfo(self.points.dtype).eps / 2 * (self.points.shape[1] / 2 + 10)
        farthest = other.norms[columns].max().double().sqrt()
        slack: Tensor = unit * (self.norms[rows].double().sqrt() + farthest).square() + TINY
        return slack


def clouds(*sets: Tensor) -> list[Cloud]:
    """Return `sets` of points [n, d] round the mean of the first, in one unit.

    Distances do not change by moving the origin, and the nearer the points are to it the smaller is the rounding. Wide
    points are float32: their products take half the time, and callers settle in float64 what `slack` leaves open.
    """
    centre = sum((part.double().sum(0) for part in torch.split(sets[0], 1000)), torch.zeros(())) / len(sets[0])
    scale = max(float((part.double() - centre).norm(dim=1).max()) for points in sets for part in points.split(1000))
    scale = scale if scale > 0 else 1.0
    # Elsewhere float32 products may be rounded to 10 or 7 bits, which `slack` knows nothing of.
    wide = sets[0].shape[1] >= WIDE and torch.get_float32_matmul_precision() == "highest"
    return [_cloud(points, centre, scale, torch.float32 if wide else torch.float64) for points in sets]


def pair_squares(first: Tensor, second: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """Return |first[rows] - second[columns]|^2 by direct differences, float64 [pairs], some pairs at a time.

    Copies are at distance 0 exactly.
    """
    count = max(PAIR_NUMBERS // first.shape[1], 1)
    parts = [
        (first[i].double() - second[j].double()).square().sum(1)
        for i, j in zip(rows.split(count), columns.split(count), strict=True)
    ]
    return torch.cat(parts)


def blocks(count: int, size: int) -> Iterator[slice]:
    """Yield the slices of at most `size` that make up 0..count-1."""
    return (slice(start, min(start + size, count)) for start in range(0, count, size))


def _cloud(points: Tensor, centre: Tensor, scale: float, kind: torch.dtype) -> Cloud:
    moved = torch.empty(points.shape, dtype=kind, device=points.device)
    for rows in blocks(len(points), 1000):
        moved[rows] = ((points[rows].double() - centre) / scale).to(kind)
    norms = torch.cat([part.double().square().sum(1) for part in moved.split(1000)])
    return Cloud(points, moved, norms.to(kind), scale)
