"""What `zerosum data check` says of a table: its columns, what they are taken for, and what was left out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from zerosum.kinds.kind import Scan
from zerosum.kinds.table_rows.codecs import Values
from zerosum.kinds.table_rows.column import Column
from zerosum.kinds.table_rows.dates import texts_of
from zerosum.kinds.table_rows.tables import Table

SHOWN = 10
"""How many things that were left out the lines name."""
NAMED = 3
"""How many categories or spikes of a column they name."""


@dataclass(frozen=True)
class TableScan(Scan):
    """A `Scan` with a line a column.

    Args:
        columns: of each kept column what it is, in words.
        notes: what else is to be said.
    """

    columns: Sequence[tuple[str, str]] = field(default=())
    notes: Sequence[str] = ()

    def lines(self) -> list[str]:
        """Return it in words."""
        first = Scan(self.source, self.name, self.spec, self.splits).lines()
        columns = [f"  {name}: {words}" for name, words in self.columns]
        left_out = [f"left out: {place}: {reason}" for place, reason in self.problems[:SHOWN]]
        more = [f"left out: {len(self.problems) - SHOWN:,} more"] if len(self.problems) > SHOWN else []
        return [*first, f"columns: {len(columns)}", *columns, *self.notes, *left_out, *more]

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, for JSON."""
        return super().to_dict() | {"columns": dict(self.columns), "notes": list(self.notes)}


def scanned(source: str, table: Table) -> TableScan:
    """Return what is said of a table."""
    train = table.rows["train"]
    columns = [(column.name, described(column, train[:, at])) for at, column in enumerate(table.columns.columns)]
    splits = {split: len(rows) for split, rows in table.rows.items()}
    notes = [table.split_rule, *table.notes]
    return TableScan(source, table.name, table.columns.spec, splits, table.problems, columns, notes)


def described(column: Column, values: Values) -> str:
    """Return what a column is, with what stands in it, in words."""
    there = values[~np.isnan(values)]
    words = [_choices(column) if column.is_choice else _numbers(column, there)]
    if len(there) < len(values):
        words.append(f"missing, written '{column.missing}', {share(1 - len(there) / len(values))}")
    return "; ".join(words)


def _choices(column: Column) -> str:
    total = max(sum(column.counts), 1)
    if len(column.categories) == 1:
        return f"constant '{column.categories[0]}', written back"
    few = zip(column.categories[:NAMED], column.counts[:NAMED], strict=True)
    most = ", ".join(f"{text} {share(count / total)}" for text, count in few)
    rare = len(column.categories) - column.grouped
    grouped = f"; the rarest {rare:,} share one entry, and are drawn by their frequencies" if rare else ""
    return f"{column.type} of {len(column.categories):,}: {most}{grouped}" if column.categories else "no value at all"


def _numbers(column: Column, values: Values) -> str:
    if not len(values):
        return f"{column.type}, no value at all"
    if column.low == column.high:
        return f"constant {number_text(column, values[0])}, written back"
    low, high = (number_text(column, value) for value in (values.min(), values.max()))
    digits = f", {column.decimals} decimals" if column.decimals else ""
    few = ", ".join(
        f"{number_text(column, spike)} {share((values == spike).mean())}" for spike in column.spikes[:NAMED]
    )
    spikes = f"; {len(column.spikes)} spikes: {few}" if few else ""
    return f"{column.type}, {low} to {high}{digits}{spikes}"


def number_text(column: Column, value: float) -> str:
    """Return a number of a column as people read it."""
    return texts_of(np.array([value]), column.form)[0] if column.form else f"{value:.10g}"


def share(part: float) -> str:
    """Return a share as "12.3 %"."""
    return f"{100 * part:.1f} %"
