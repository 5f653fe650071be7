"""Training-by-sampling: rows drawn so that rare categories are seen (Xu et al. 2019, arXiv:1907.00503, section 4.3)."""

from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor

from zerosum.kinds.table_rows.columns import Columns


@dataclass(frozen=True)
class Balance:
    """What rows are drawn by, over the entries of a condition vector, all columns' one behind the other.

    Args:
        order: int32 [columns, N], of each column the rows, sorted by its category.
        first: int64 [K], where in its column's order the rows of an entry begin.
        counts: int64 [K], how many there are.
        cumulated: float32 [columns, M], of each column the probabilities of its entries, summed up; 2 from the last on.
        offsets: int64 [columns], the first entry of each column.
    """

    order: Tensor
    first: Tensor
    counts: Tensor
    cumulated: Tensor
    offsets: Tensor

    @classmethod
    def of(cls, options: Tensor, columns: Columns) -> Self:
        """Return the balance of encoded rows whose entries, int32 [N, choices], are given."""
        choices = [block for block in columns.blocks() if block.sort == "choice"]
        numbers = {block: at for at, block in enumerate(choices)}
        own = [options[:, numbers[block]].long() - block.start for block in columns.conditions]
        sizes = [block.size for block in columns.conditions]
        counts = [torch.bincount(each, minlength=size) for each, size in zip(own, sizes, strict=True)]
        cumulated = torch.full((len(sizes), max(sizes)), 2.0)
        for row, count in zip(cumulated, counts, strict=True):
            weights = torch.log1p(count.double())
            row[: len(count)] = (weights.cumsum(0) / weights.sum()).float()
            row[int(count.nonzero().max()) if count.any() else 0 :] = 2.0
        order = torch.stack([each.argsort(stable=True).to(torch.int32) for each in own])
        first = torch.cat([count.cumsum(0) - count for count in counts])
        offsets = torch.tensor([0, *sizes[:-1]]).cumsum(0)
        return cls(order, first, torch.cat(counts), cumulated, offsets)

    def __call__(self, random: Tensor) -> tuple[Tensor, Tensor]:
        """Draw a row each for random numbers in [0, 1), float32 [N, 3].

        Returns:
            The rows, int64 [N], and the condition vectors that they were drawn by, float32 [N, K].
        """
        column = self.column(random[:, 0])
        category = torch.searchsorted(self.cumulated[column], random[:, 1:2].contiguous(), right=True)[:, 0]
        entry = self.offsets[column] + category
        at = (random[:, 2].double() * self.counts[entry]).long()
        condition = torch.zeros(len(random), len(self.counts)).scatter_(1, entry[:, None], 1.0)
        return self.order[column, self.first[entry] + at].long(), condition

    def column(self, random: Tensor) -> Tensor:
        """Return a column for each random number, all as likely, int64 [N]."""
        return (random.double() * len(self.offsets)).long()
