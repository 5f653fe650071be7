"""How far single columns of two tables differ."""

import torch
from torch import Tensor

from zerosum.metrics.tables.layout import Column, Layout


def kolmogorov_smirnov(real: Tensor, fake: Tensor) -> float:
    """Return the largest difference of two distribution functions, 0 to 1, of numbers [n] and [m].

    sup_x |F_real(x) - F_fake(x)|. NaN counts as a value above all others, so a wrong share of missing ones is a
    distance.
    """
    real, fake = (values.nan_to_num(nan=torch.inf).sort().values for values in (real, fake))
    places = torch.cat([real, fake])
    shares = [torch.searchsorted(values, places, right=True).double() / len(values) for values in (real, fake)]
    return float((shares[0] - shares[1]).abs().max())


def total_variation(real: Tensor, fake: Tensor) -> float:
    """Return half the sum of absolute differences of shares, 0 to 1, of counts or shares of any shape.

    1 / 2 sum_k |p_k - q_k|: the share of rows that would have to be others.
    """
    return float((real.double() / real.sum() - fake.double() / fake.sum()).abs().sum() / 2)


def counts(values: Tensor, column: Column) -> Tensor:
    """Return how many values [N] each category has, int64 [K + 1]; the last entry counts the missing ones."""
    indices = values.nan_to_num(nan=float(column.categories)).long()
    return torch.bincount(indices, minlength=column.categories + 1)


def column_distances(real: Tensor, fake: Tensor, layout: Layout) -> dict[str, float]:
    """Return the distance of each column of rows [N, C] and [M, C] by name, 0 to 1.

    Of numbers Kolmogorov and Smirnov's, of categories total variation; a missing value is a value like others.
    """
    return {
        column.name: _distance(real[:, place], fake[:, place], column) for place, column in enumerate(layout.columns)
    }


def _distance(real: Tensor, fake: Tensor, column: Column) -> float:
    if column.is_category:
        return total_variation(counts(real, column), counts(fake, column))
    return kolmogorov_smirnov(real, fake)


def missing_differences(real: Tensor, fake: Tensor, layout: Layout) -> dict[str, float]:
    """Return the absolute difference of the shares of missing values, by column, 0 to 1."""
    differences = (real.isnan().double().mean(0) - fake.isnan().double().mean(0)).abs().tolist()
    return {column.name: difference for column, difference in zip(layout.columns, differences, strict=True)}


def category_coverage(real: Tensor, fake: Tensor, layout: Layout) -> dict[str, float]:
    """Return the share of the categories that `real` [N, C] has that `fake` [M, C] has too, by column."""
    shares = {}
    for place in layout.categories():
        column = layout.columns[place]
        there, here = (counts(rows[:, place], column)[:-1] > 0 for rows in (real, fake))
        shares[column.name] = float((there & here).sum() / there.sum()) if bool(there.any()) else 1.0
    return shares


def range_coverage(real: Tensor, fake: Tensor, layout: Layout) -> dict[str, float]:
    """Return how much of the range of `real`'s numbers those of `fake` span, by column, 0 to 1.

    The length of the part of [min real, max real] that lies in [min fake, max fake], over the whole; 1 for a constant
    that is met, 0 where they are apart or nothing but missing.
    """
    return {layout.columns[place].name: _spanned(real[:, place], fake[:, place]) for place in layout.numbers()}


def _spanned(real: Tensor, fake: Tensor) -> float:
    real, fake = real[~real.isnan()], fake[~fake.isnan()]
    if not len(real):
        return 1.0
    if not len(fake):
        return 0.0
    low, high = float(real.min()), float(real.max())
    reach = min(high, float(fake.max())) - max(low, float(fake.min()))
    if high == low:
        return float(reach >= 0)
    return max(reach, 0.0) / (high - low)
