"""Rows that others made, read as the table that they are compared with was."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from zerosum.errors import UserError
from zerosum.kinds.table_rows.codecs import Values
from zerosum.kinds.table_rows.column import Column
from zerosum.kinds.table_rows.other_split import read_alike, whole_rows
from zerosum.kinds.table_rows.sheet import Sheet
from zerosum.kinds.table_rows.sources import is_table, read_sheet
from zerosum.kinds.table_rows.table_set import TableSet

SPLIT = "samples"


def read_samples(path: Path, like: TableSet) -> TableSet:
    """Return the rows of a file; rows that hold a mistake are left out, as its problems then say.

    Raises:
        UserError: it is no file of a table, lacks a column of the reals, has a category or a gap where they have none,
            or no row.
    """
    if not is_table(str(path)):
        raise UserError(f"{path} is compared with a table: give a .csv, .tsv or .parquet file of rows")
    columns = like.columns.columns
    sheet = _sheet(path, [column.name for column in columns])
    meanings = read_alike(sheet, columns)
    rows = whole_rows(sheet, meanings, strict=False)
    if not len(rows):
        raise UserError(
            f"{path.name} has no row that is whole: {sheet.problems[0][1] if sheet.problems else 'add some'}"
        )
    _check(path.name, rows, columns, [meaning.known_column for meaning in meanings])
    return TableSet(rows, like.columns, name=path.name, split=SPLIT, target=like.target, problems=sheet.problems)


def _sheet(path: Path, names: Sequence[str]) -> Sheet:
    """Return the sheet of a file, whose columns are those of the reals where it has no header."""
    sheet = read_sheet(path)
    return sheet if set(names) & set(sheet.names) else read_sheet(path, names=names)


def _check(name: str, rows: Values, columns: Sequence[Column], own: Sequence[Column]) -> None:
    for column, mine, values in zip(columns, own, rows.T, strict=True):
        if column.missing is None and bool(np.isnan(values).any()):
            raise UserError(f"{name}, column {column.name}: values are missing, and of the reals none is; fill them")
        strange = mine.categories[len(column.categories) :] if column.is_choice else ()
        if strange:
            raise UserError(f"{name}, column {column.name}: '{strange[0]}' is no category of the reals; rename it")
