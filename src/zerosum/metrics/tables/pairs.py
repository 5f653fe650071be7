"""How far pairs of columns of two tables differ. All pairs count, those that seem independent too."""

from itertools import combinations

import torch
from torch import Tensor

from zerosum.metrics.tables.layout import Column, Layout
from zerosum.metrics.tables.single import counts, total_variation

BINS = 10
"""Numbers are compared on a grid of so many quantiles of the real ones."""
CATEGORIES = 20
"""So many of the most frequent categories of the real ones count alone; the others count together."""


def pair_distances(real: Tensor, fake: Tensor, layout: Layout) -> dict[tuple[str, str], float]:
    """Return the distance of each pair of columns of rows [N, C] and [M, C], by their names, 0 to 1.

    Total variation of the two-dimensional histograms. The axis of a number has the real ones' deciles as edges, and a
    value that many rows share is a bin of its own; that of a category its 20 most frequent ones and the rest; missing
    values have a bin. A pair of independent columns counts as any other: so an invented dependence is a distance.
    """
    axes = [_binned(real[:, place], fake[:, place], column) for place, column in enumerate(layout.columns)]
    names = [column.name for column in layout.columns]
    return {(names[a], names[b]): _distance(axes[a], axes[b]) for a, b in combinations(range(len(names)), 2)}


Axis = tuple[Tensor, Tensor, int]
"""The bins of real and of fake values, int64 [N] and [M], and how many bins there are."""


def _distance(a: Axis, b: Axis) -> float:
    (real_a, fake_a, _), (real_b, fake_b, width) = a, b
    real, fake = (
        torch.bincount(ours * width + theirs, minlength=a[2] * width)
        for ours, theirs in ((real_a, real_b), (fake_a, fake_b))
    )
    return total_variation(real, fake)


def _binned(real: Tensor, fake: Tensor, column: Column) -> Axis:
    if column.is_category:
        frequent = counts(real, column).argsort(descending=True, stable=True)[:CATEGORIES]
        bins = torch.full((column.categories + 1,), len(frequent))
        bins[frequent] = torch.arange(len(frequent))
        sides = [bins[values.nan_to_num(nan=float(column.categories)).long()] for values in (real, fake)]
        return sides[0], sides[1], len(frequent) + 1
    edges = quantiles(real, BINS)
    # An edge has two bins: that of the values below it, and its own. So a spike does not share its bin.
    sides = [_between(values, edges) for values in (real, fake)]
    return sides[0], sides[1], 2 * len(edges) + 2


def _between(values: Tensor, edges: Tensor) -> Tensor:
    below, upto = (torch.searchsorted(edges, values.contiguous(), right=right) for right in (False, True))
    return torch.where(values.isnan(), 2 * len(edges) + 1, below + upto)


def quantiles(values: Tensor, parts: int) -> Tensor:
    """Return the inner edges, without repeats, that divide what is not missing of `values` [N] into equal parts."""
    there = values[~values.isnan()].sort().values
    if not len(there):
        return there
    places = (torch.arange(1, parts) * len(there) / parts).long()
    edges: Tensor = torch.unique(there[places])
    return edges
