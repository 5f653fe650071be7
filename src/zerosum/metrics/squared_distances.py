"""Squared distances of many points at matrix-product speed, with a bound on their rounding."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

WIDE = 64
ROWS = 1000
TINY = 1e-34
PAIR_NUMBERS = 2**18


@dataclass(frozen=True)
class Cloud:
    """Points [n, d] moved and scaled so that no squared distance overflows; `clouds` makes those that go together."""

    raw: Tensor
    """The points as they came, floating [n, d]."""
    points: Tensor
    """(raw - centre) * factor, float32 or float64 [n, d]; norms are about 1 at most."""
    norms: Tensor
    """The squared norms of `points`, [n]."""
    factor: float

    def __len__(self) -> int:
        return len(self.raw)

    def squares(self, rows: slice, other: "Cloud", columns: slice) -> Tensor:
        """Return the squared distances of `rows` to `columns` of `other`, in scaled units, within `slack`."""
        products = torch.addmm(other.norms[columns], self.points[rows], other.points[columns].T, alpha=-2)
        return products.add_(self.norms[rows, None])

    def slack(self, rows: slice, other: "Cloud", columns: slice) -> Tensor:
        """Return for each of `rows` a bound, float64 [rows], on the error of its `squares` to any of `columns`.

        u (d + 10) (|x| + max |y|)^2 with unit roundoff u. A sum of d products and one more term is off by at most about
        d u times the sum of their sizes, in any order of summation (Higham, Accuracy and Stability of Numerical
        Algorithms, section 3.1), here |y|^2 + 2 |x| |y|; the last term and the rounding of the points cost 10 at most.
        """
        unit = torch.finfo(self.points.dtype).eps / 2 * (self.points.shape[1] + 10)
        farthest = other.norms[columns].max().double().sqrt()
        slack: Tensor = unit * (self.norms[rows].double().sqrt() + farthest).square() + TINY
        return slack


def clouds(*sets: Tensor) -> list[Cloud]:
    """Return `sets` of points [n, d] round the mean of the first, in one unit.

    Distances do not change by moving the origin, and the nearer the points are to it the smaller is the rounding. Wide
    points are float32: their products take half the time, and callers settle in float64 what `slack` leaves open.
    """
    centre = sum((part.double().sum(0) for part in torch.split(sets[0], ROWS)), torch.zeros(())) / len(sets[0])
    # Elsewhere float32 products may be rounded to 10 or 7 bits, which `slack` knows nothing of.
    wide = sets[0].shape[1] >= WIDE and torch.get_float32_matmul_precision() == "highest"
    # One vector and one type for all sets: each difference is rounded once, however far the centre.
    centre = centre.to(torch.float32 if wide else torch.float64)
    # Multiplying by a power of 2 does not round; float32 knows no smaller or larger ones.
    power = math.log2(max(_reach(points, centre) for points in sets) or 1.0)
    factor = 2.0 ** -min(max(math.ceil(power), -120), 120)
    return [_cloud(points, centre, factor) for points in sets]


def _reach(points: Tensor, centre: Tensor) -> float:
    """Return a bound on the distances of `points` from `centre`."""
    largest = max(float((part - centre).abs().max()) for part in torch.split(points, ROWS))
    return largest * math.sqrt(points.shape[1])


def pair_squares(first: Tensor, second: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """Return |first[rows] - second[columns]|^2 by direct differences, float64 [pairs], some pairs at a time.

    Copies are at distance 0 exactly.
    """
    count = max(PAIR_NUMBERS // first.shape[1], 1)
    parts = [
        (first[i].double() - second[j].double()).square().sum(1)
        for i, j in zip(torch.split(rows, count), torch.split(columns, count), strict=True)
    ]
    return torch.cat(parts)


def blocks(count: int, size: int) -> Iterator[slice]:
    """Yield the slices of at most `size` that make up 0..count-1."""
    return (slice(start, min(start + size, count)) for start in range(0, count, size))


def _cloud(points: Tensor, centre: Tensor, factor: float) -> Cloud:
    centred = torch.cat([(part - centre).mul_(factor).to(centre.dtype) for part in torch.split(points, ROWS)])
    norms = torch.linalg.vector_norm(centred, dim=1, dtype=torch.float64).square()
    return Cloud(points, centred, norms.to(centre.dtype), factor)
