"""A table as it is read out of a file, before anybody knows what its columns are."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from zerosum.data.dataset import Problem
from zerosum.errors import UserError
from zerosum.kinds.table_rows.cells import Cells

PART = 50_000
"""Rows that are taken at once."""


@dataclass
class Sheet:
    """Rows and columns.

    Attributes:
        source: the name of the file, for messages.
        cells: a column each.
        lines: of each row the number of the line that it ends in, int64; counted from 1.
        problems: what was left out: a place, and the reason.
        notes: what was found out that is no problem.
    """

    source: str
    cells: list[Cells]
    lines: NDArray[np.int64]
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def names(self) -> list[str]:
        """The columns' names."""
        return [cells.name for cells in self.cells]

    def place(self, row: int, column: str) -> str:
        """Return "table.csv, row 17, column age"; the row as lines of the file are counted."""
        return f"{self.source}, row {self.lines[row]}, column {column}"


def collected(source: str, names: Sequence[str], rows: Iterable[tuple[int, list[str]]], *, strict: bool) -> Sheet:
    """Return the sheet of numbered rows of words.

    Raises:
        UserError: with `strict`, a row has another number of cells than there are names.
    """
    cells, problems, lines = [Cells(name) for name in names], list[Problem](), list[NDArray[np.int64]]()
    rows = iter(rows)
    while part := list(islice(rows, PART)):
        whole = list(_whole(source, len(names), part, problems, strict))
        if whole:
            lines.append(np.array([line for line, _ in whole], dtype=np.int64))
            for column, words in zip(cells, zip(*(row for _, row in whole), strict=True), strict=True):
                column.add(words)
    return Sheet(source, cells, np.concatenate(lines) if lines else np.empty(0, np.int64), problems)


def named_once(sheet: Sheet, *, strict: bool) -> Sheet:
    """Return the sheet without columns that have no name, or that of one before them.

    Raises:
        UserError: with `strict`, there is such a column.
    """
    kept = dict[str, Cells]()
    for number, cells in enumerate(sheet.cells, 1):
        if cells.name and cells.name not in kept:
            kept[cells.name] = cells
            continue
        reason = f"its name '{cells.name}' is that of a column before it" if cells.name else "it has no name"
        if strict:
            raise UserError(f"{sheet.source}, row 1, column {number}: {reason}; rename it, or leave out --strict")
        sheet.problems.append((f"column {number}", reason))
    return replace(sheet, cells=list(kept.values()))


def _whole(
    source: str, width: int, part: list[tuple[int, list[str]]], problems: list[Problem], strict: bool
) -> Iterator[tuple[int, list[str]]]:
    for line, row in part:
        if len(row) == width:
            yield line, row
            continue
        place, reason = f"{source}, row {line}", f"{len(row)} cells, the table has {width} columns"
        if strict:
            raise UserError(f"{place}: {reason}; mend it, or leave out --strict")
        problems.append((place, reason))
