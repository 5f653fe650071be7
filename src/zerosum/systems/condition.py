"""The condition of a row as a control: which category one of its columns has."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from zerosum.core.form import Bounds, Device, Form
from zerosum.core.game import Facts
from zerosum.errors import UserError
from zerosum.kinds.table_rows.columns import Columns


@dataclass(frozen=True)
class Condition(Form):
    """float32 [N, size], the choices of all columns side by side; 1 at one entry, and 0 elsewhere.

    Drawn as rows are: a column, each as likely, and in it an entry by its frequency in the training table.

    Args:
        shares: of each column the frequencies of its entries, which add up to 1.
    """

    shares: tuple[tuple[float, ...], ...]

    @property
    def size(self) -> int:  # type: ignore[override]
        """Entries of all columns."""
        return sum(map(len, self.shares))

    @property
    def bounds(self) -> Bounds:
        """From 0 to 1."""
        return 0.0, 1.0

    def draw(self, n: int, generator: torch.Generator | None = None, device: Device = "cpu") -> Tensor:
        """Draw a column and an entry for each row."""
        column = torch.randint(len(self.shares), (n,), generator=generator, device=device)
        drawn = torch.rand(n, 1, generator=generator, device=device)
        cumulated = [torch.tensor(shares, device=device).cumsum(0)[:-1] for shares in self.shares]
        entries = [torch.searchsorted(each, drawn[:, 0], right=True) for each in cumulated]
        entry = torch.stack(entries, 1).gather(1, column[:, None])
        offsets = torch.tensor([0, *map(len, self.shares)][:-1], device=device).cumsum(0)
        return torch.zeros(n, self.size, device=device).scatter_(1, offsets[column, None] + entry, 1.0)

    def takes(self) -> str:
        """Return how many numbers."""
        return f"{self.size} numbers, 1 for the category that is asked for and else 0"


def columns_of(facts: Facts) -> Columns:
    """Return the columns of the table that a game is made for.

    Raises:
        UserError: the data are no table.
    """
    if "columns" not in facts.spec.facts:
        raise UserError(f"this system is of tables, and the data are {facts.spec.answers.unit.many}: train r1gan, say")
    return Columns.from_facts(facts.spec.facts)


def condition_of(columns: Columns) -> Condition | None:
    """Return the control's form for a table; None where no column is one of categories."""
    return Condition(shares_of(columns)) if columns.conditions else None


def shares_of(columns: Columns) -> tuple[tuple[float, ...], ...]:
    """Return of each column of categories the frequencies of its entries; what counts leave of the rows is missing."""
    counted = [columns.columns[block.column] for block in columns.conditions]
    rows = max(sum(column.counts) for column in counted)
    return tuple(
        _shares(column.counts, column.grouped, block.size, rows)
        for column, block in zip(counted, columns.conditions, strict=True)
    )


def _shares(counts: Sequence[int], grouped: int, size: int, rows: int) -> tuple[float, ...]:
    rest = [sum(counts[grouped:])] if len(counts) > grouped else []
    entries = [*counts[:grouped], *rest]
    entries += [max(rows - sum(counts), 1)] * (size - len(entries))
    return tuple(entry / sum(entries) for entry in entries)
