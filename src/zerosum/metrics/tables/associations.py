"""How strongly two columns of a table go together, and how far two tables differ in it."""

from itertools import combinations

import torch
from torch import Tensor

from zerosum.metrics.tables.layout import Layout

Pairs = dict[tuple[str, str], float]


def correlations(rows: Tensor, layout: Layout) -> Pairs:
    """Return Pearson's correlation, -1 to 1, of each pair of columns of numbers of rows [N, C], by their names.

    Over the rows in which both are there; 0 where one of them is constant.
    """
    return {_names(layout, a, b): pearson(rows[:, a], rows[:, b]) for a, b in combinations(layout.numbers(), 2)}


def associations(rows: Tensor, layout: Layout) -> Pairs:
    """Return the association, 0 to 1, of each pair of columns of rows [N, C] of which one or both are categories.

    Of two categories Cramer's V, of a category and a number the correlation ratio; a missing category is a category,
    rows whose number is missing are left out.
    """
    strengths = {}
    codes = {place: rows[:, place].nan_to_num(nan=-1.0).long() + 1 for place in layout.categories()}
    for a, b in combinations(range(len(layout.columns)), 2):
        if a in codes and b in codes:
            strengths[_names(layout, a, b)] = cramers_v(codes[a], codes[b])
        elif a in codes or b in codes:
            category, number = (a, b) if a in codes else (b, a)
            strengths[_names(layout, a, b)] = correlation_ratio(codes[category], rows[:, number])
    return strengths


def differences(real: Pairs, fake: Pairs) -> Pairs:
    """Return the absolute differences, pair by pair."""
    return {pair: abs(value - fake[pair]) for pair, value in real.items()}


def pearson(a: Tensor, b: Tensor) -> float:
    """Return the correlation of numbers [N] and [N] over the rows in which both are there; 0 of a constant."""
    there = ~(a.isnan() | b.isnan())
    a, b = (values[there] - values[there].mean() for values in (a, b))
    spread = float((a.square().sum() * b.square().sum()).sqrt())
    return float(a @ b) / spread if spread > 0 else 0.0


def cramers_v(a: Tensor, b: Tensor) -> float:
    """Return sqrt(chi^2 / (n (min(rows, columns) - 1))), 0 to 1, of categories int64 [N] and [N]; 0 of a constant.

    Rows and columns are the categories that occur (Cramer 1946, Mathematical Methods of Statistics, section 21.9).
    """
    width = int(b.max()) + 1
    table = torch.bincount(a * width + b, minlength=(int(a.max()) + 1) * width).reshape(-1, width).double()
    table = table[table.sum(1) > 0][:, table.sum(0) > 0]
    if min(table.shape) < 2:
        return 0.0
    expected = table.sum(1, keepdim=True) * table.sum(0) / len(a)
    chi = float(((table - expected).square() / expected).sum())
    return float((chi / (len(a) * (min(table.shape) - 1))) ** 0.5)


def correlation_ratio(categories: Tensor, numbers: Tensor) -> float:
    """Return sqrt(variance between / whole variance), 0 to 1, of categories int64 [N] and numbers [N].

    eta = sqrt(sum_k n_k (mean_k - mean)^2 / sum_i (x_i - mean)^2), over the rows whose number is there; 0 of a
    constant.
    """
    there = ~numbers.isnan()
    categories, numbers = categories[there], numbers[there]
    if not len(numbers):
        return 0.0
    centred = numbers - numbers.mean()
    whole = float(centred.square().sum())
    sizes = torch.bincount(categories).double()
    sums = torch.zeros_like(sizes).index_add_(0, categories, centred)
    between = float((sums.square() / sizes.clamp(min=1)).sum())
    return (between / whole) ** 0.5 if whole > 0 else 0.0


def _names(layout: Layout, a: int, b: int) -> tuple[str, str]:
    return layout.columns[a].name, layout.columns[b].name
