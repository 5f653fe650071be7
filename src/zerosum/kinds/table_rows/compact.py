"""Encoded rows in little memory: of each row which entries are 1, and between what its numbers lie."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from zerosum.kinds.table_rows.balance import Balance
from zerosum.kinds.table_rows.columns import Columns


@dataclass(frozen=True)
class Compact:
    """N encoded rows.

    Args:
        width: D, entries of an encoded row.
        scalars: int64 [S], which of them are scalars.
        options: int32 [N, B], of each choice the entry that is 1.
        low: float32 [N, S], the least scalar that decodes to the value that was read.
        span: float32 [N, S], how far the largest lies above it.
        draw: draws rows by their categories; None where there are none.
    """

    width: int
    scalars: Tensor
    options: Tensor
    low: Tensor
    span: Tensor
    draw: Balance | None

    @classmethod
    def of(cls, rows: list[Tensor], columns: Columns) -> Self:
        """Return the rows of a table, a tensor [N] a column, encoded."""
        options, low, high, scalars = list[Tensor](), list[Tensor](), list[Tensor](), list[int]()
        for number, (values, codec) in enumerate(zip(rows, columns.codecs, strict=True)):
            option, *ends = map(torch.from_numpy, codec.cells(values.double().numpy()))
            for block in columns.of(number):
                if block.sort == "choice":
                    options.append((option + block.start).to(torch.int32))
                else:
                    scalars.append(block.start)
                    low.append(ends[0])
                    high.append(ends[1])
        lows, entries = _side_by_side(low, len(rows[0])), _side_by_side(options, len(rows[0]), torch.int32)
        balance = Balance.of(entries, columns) if columns.conditions else None
        span = _side_by_side(high, len(rows[0])) - lows
        return cls(columns.width, torch.tensor(scalars, dtype=torch.int64), entries, lows, span, balance)

    @property
    def nbytes(self) -> int:
        """Bytes of memory."""
        return self.options.nbytes + self.low.nbytes + self.span.nbytes

    def encoded(self, indices: Tensor, jitter: Tensor | None = None) -> Tensor:
        """Return encoded rows, float32 [N, D]; `jitter`, in [0, 1), says where numbers lie in their steps."""
        indices = indices.to(self.options.device)
        low, span = self.low.index_select(0, indices), self.span.index_select(0, indices)
        rows = torch.zeros(len(indices), self.width, device=self.options.device)
        rows.scatter_(1, self.options.index_select(0, indices).long(), 1.0)
        rows[:, self.scalars] = low + span * (0.5 if jitter is None else jitter.to(low.device))
        return rows

    def to(self, device: torch.device | str) -> Self:
        """Return the same on a device."""
        names = ("scalars", "options", "low", "span")
        return replace(self, **{name: getattr(self, name).to(device) for name in names})


def _side_by_side(columns: list[Tensor], rows: int, dtype: torch.dtype = torch.float32) -> Tensor:
    return torch.stack(columns, 1) if columns else torch.empty(rows, 0, dtype=dtype)


def smallest(values: NDArray[np.float64]) -> Tensor:
    """Return numbers in the smallest type that holds them all exactly."""
    if np.isfinite(values).all() and (values == np.rint(values)).all():
        for kind in (np.int8, np.int16, np.int32):
            if np.abs(values).max(initial=0) <= np.iinfo(kind).max:
                return torch.from_numpy(values.astype(kind))
    single = values.astype(np.float32)
    exact = np.array_equal(single.astype(np.float64), values, equal_nan=True)
    return torch.from_numpy(single if exact else values.astype(np.float64))
