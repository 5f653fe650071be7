"""Rows as features: numbers scaled, categories one by one. Whoever learns from a table fits them to that table."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from zerosum.metrics.tables.layout import Column, Layout


@dataclass(frozen=True)
class Encoder:
    """Rows [N, C] as features float32 [N, d], for models that add up what they see.

    A number gives its z-score, 0 where it is missing, and where the fitted table has missing ones whether it is; a
    category an entry for each category of the layout, all 0 where it is missing.

    Args:
        layout: the columns.
        means: of what is there of each column, float64 [C].
        deviations: of the same; 1 where there is none.
        gaps: bool [C], whether the fitted table has missing values.
    """

    layout: Layout
    means: Tensor
    deviations: Tensor
    gaps: Tensor

    @classmethod
    def of(cls, rows: Tensor, layout: Layout) -> "Encoder":
        """Return an encoder fitted to rows [N, C]."""
        there = ~rows.isnan()
        sizes, values = there.sum(0).clamp(min=1), rows.nan_to_num()
        means = values.sum(0) / sizes
        deviations = (((values - means) * there).square().sum(0) / sizes).sqrt()
        return cls(layout, means, torch.where(deviations > 0, deviations, 1.0), ~there.all(0))

    def __call__(self, rows: Tensor) -> Tensor:
        """Return the features."""
        parts = (part for place, column in enumerate(self.layout.columns) for part in self._of(rows, place, column))
        return torch.cat([torch.zeros(len(rows), 0), *parts], 1)

    def _of(self, rows: Tensor, place: int, column: Column) -> Sequence[Tensor]:
        values = rows[:, place]
        if column.is_category:
            return [one_hot(values, column)]
        scaled = ((values - self.means[place]) / self.deviations[place]).nan_to_num(nan=0.0).float()[:, None]
        return [scaled, values.isnan().float()[:, None]] if bool(self.gaps[place]) else [scaled]


def one_hot(values: Tensor, column: Column) -> Tensor:
    """Return float32 [N, K] of the indices of categories [N]; all 0 where one is missing."""
    indices = values.nan_to_num(nan=float(column.categories)).long()
    return torch.zeros(len(values), column.categories + 1).scatter_(1, indices[:, None], 1.0)[:, :-1]


@dataclass(frozen=True)
class Places:
    """Rows [N, C] as places float32 [N, d] whose squared distance counts what differs, column by column.

    Of numbers it is the squared difference of their ranks among the fitted ones, 0 to 1, so that tails count no more
    than the middle; of categories 1 where they differ; a missing number differs by 1 to 1.25 from one that is there.

    Args:
        layout: the columns.
        ordered: of each column the fitted numbers that are there, sorted.
    """

    layout: Layout
    ordered: Sequence[Tensor]

    @classmethod
    def of(cls, rows: Tensor, layout: Layout) -> "Places":
        """Return places fitted to rows [N, C]."""
        columns = (rows[:, place] for place in range(rows.shape[1]))
        return cls(layout, [values[~values.isnan()].sort().values for values in columns])

    def __call__(self, rows: Tensor) -> Tensor:
        """Return the places."""
        return torch.cat([self.column(rows[:, place], place) for place in range(rows.shape[1])], 1)

    def column(self, values: Tensor, place: int) -> Tensor:
        """Return the part of one column's values [N], float32 [N, k]."""
        column = self.layout.columns[place]
        missing = values.isnan().float()[:, None]
        if column.is_category:
            return torch.cat([one_hot(values, column), missing], 1) / 2**0.5
        ranks = rank(values, self.ordered[place]).float()[:, None]
        return torch.cat([torch.where(missing > 0, 0.5, ranks), missing], 1)


def rank(values: Tensor, ordered: Tensor) -> Tensor:
    """Return the share of sorted numbers [M] below each of `values` [N], half of the equal ones among them; float64."""
    sides = (torch.searchsorted(ordered, values.contiguous(), right=right).double() for right in (False, True))
    return sum(sides, torch.zeros(())) / (2 * max(len(ordered), 1))
