"""All columns of a table: between rows as they are read, float64 [N, C], and rows as networks see them, [N, D]."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor

from zerosum.core.spec import Spec
from zerosum.kinds.table_rows.codecs import Codec, codec_of
from zerosum.kinds.table_rows.column import Column

Sort = Literal["scalar", "choice"]


@dataclass(frozen=True)
class Block:
    """Neighbouring entries of an encoded row that belong together.

    Args:
        column: the number of the column that they tell of.
        sort: "scalar", one number in [-1, 1]; or "choice", of whose entries one is 1 and the others are 0.
        start: the first entry.
        stop: the one behind the last.
    """

    column: int
    sort: Sort
    start: int
    stop: int

    @property
    def slice(self) -> slice:
        """The entries, as an index."""
        return slice(self.start, self.stop)

    @property
    def size(self) -> int:
        """How many entries."""
        return self.stop - self.start


@dataclass(frozen=True)
class Columns:
    """The columns of a table, in its order.

    Outside a row has one float64 a column: a number as it is, a date in days and a time in seconds since 1970, a
    category as the index into its list; NaN is missing. Inside it has, column by column, the scalar and the choice that
    the column's codec needs, float32; a column of which nothing is open, as a constant one, has neither.
    """

    columns: tuple[Column, ...]

    @classmethod
    def from_facts(cls, facts: Mapping[str, Any]) -> "Columns":
        """Return the columns that the facts of a `Spec` hold."""
        return cls(tuple(map(Column.from_dict, facts["columns"])))

    @property
    def spec(self) -> Spec:
        """What the rows are."""
        return Spec("table", (self.width,), {"columns": [column.to_dict() for column in self.columns]})

    @cached_property
    def codecs(self) -> tuple[Codec, ...]:
        """One a column."""
        return tuple(map(codec_of, self.columns))

    def blocks(self) -> tuple[Block, ...]:
        """Return the parts of an encoded row: of each column its scalar, then its choice."""
        return self._blocks

    @cached_property
    def _blocks(self) -> tuple[Block, ...]:
        blocks, at = list[Block](), 0
        for number, codec in enumerate(self.codecs):
            sizes: Sequence[tuple[Sort, int]] = (("scalar", int(codec.scalar)), ("choice", codec.options))
            for sort, size in sizes:
                if size > (sort == "choice"):
                    blocks.append(Block(number, sort, at, at + size))
                    at += size
        return tuple(blocks)

    @property
    def width(self) -> int:
        """D, the entries of an encoded row."""
        return self._blocks[-1].stop if self._blocks else 0

    @cached_property
    def conditions(self) -> tuple[Block, ...]:
        """The choices of categories and booleans: what a row can be asked for by.

        A condition vector, [N, K], has their entries one behind the other: see `condition_slices`.
        """
        return tuple(b for b in self._blocks if b.sort == "choice" and self.columns[b.column].is_choice)

    @cached_property
    def condition_slices(self) -> tuple[slice, ...]:
        """Where each of `conditions` stands in a condition vector."""
        stops = np.cumsum([0, *(block.size for block in self.conditions)]).tolist()
        return tuple(map(slice, stops[:-1], stops[1:]))

    @property
    def condition_width(self) -> int:
        """K, the entries of a condition vector."""
        return sum(block.size for block in self.conditions)

    def encode(self, rows: Tensor) -> Tensor:
        """Return rows float64 [N, C] as networks see them, float32 [N, D]."""
        values, inside = rows.detach().cpu().numpy(), torch.zeros(len(rows), self.width)
        for number, codec in enumerate(self.codecs):
            options, scalars = map(torch.from_numpy, codec.encode(values[:, number]))
            for block in self.of(number):
                part = scalars[:, None] if block.sort == "scalar" else one_hot(options, block.size)
                inside[:, block.slice] = part
        return inside

    def decode(self, inside: Tensor) -> Tensor:
        """Return encoded rows [N, D] as float64 [N, C]: of a choice, its largest entry."""
        encoded, rows = inside.detach().cpu(), torch.empty(len(inside), len(self.columns), dtype=torch.float64)
        for number, codec in enumerate(self.codecs):
            options, scalars = torch.zeros(len(rows), dtype=torch.int64), torch.zeros(len(rows))
            for block in self.of(number):
                part = encoded[:, block.slice]
                options, scalars = (options, part[:, 0]) if block.sort == "scalar" else (part.argmax(1), scalars)
            rows[:, number] = torch.from_numpy(codec.decode(options.numpy(), scalars.numpy()))
        return rows

    def of(self, column: int) -> tuple[Block, ...]:
        """Return the blocks of a column."""
        return tuple(block for block in self._blocks if block.column == column)


def one_hot(options: Tensor, size: int) -> Tensor:
    """Return float32 [N, size] of indices int64 [N]."""
    return torch.zeros(len(options), size).scatter_(1, options[:, None], 1.0)
