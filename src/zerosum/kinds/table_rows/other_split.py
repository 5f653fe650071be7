"""The test split of a table, read as the train split was."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from zerosum.errors import UserError
from zerosum.kinds.table_rows.cells import Cells
from zerosum.kinds.table_rows.codecs import Values
from zerosum.kinds.table_rows.column import Column
from zerosum.kinds.table_rows.inference import Known, Meaning, moment, number
from zerosum.kinds.table_rows.sheet import Sheet


def read_alike(sheet: Sheet, columns: Sequence[Column]) -> list[Meaning]:
    """Return what the columns of another split hold, with the categories that only it has, and those of `columns`.

    Raises:
        UserError: it lacks a column.
    """
    cells = {each.name: each for each in sheet.cells}
    for column in columns:
        if column.name not in cells:
            raise UserError(f"{sheet.source} has no column '{column.name}', which the train split has: add it")
    return [_alike(cells[column.name], column, sheet.notes) for column in columns]


def _alike(cells: Cells, column: Column, notes: list[str]) -> Meaning:
    known = Known.of(cells)
    column = replace(column, missing=known.missing if column.missing is None else column.missing)
    if column.is_choice:
        return _choices(known, column, notes)
    meaning = moment(column.name, known, column.form) if column.form else number(column.name, known, column.type)
    return replace(meaning, column=column)


def _choices(known: Known, column: Column, notes: list[str]) -> Meaning:
    """Return texts as categories; one with a dot behind it is the category that it is without."""
    index = {text: at for at, text in enumerate(column.categories)}
    dotted = {text for text in known.texts if text not in index and text.removesuffix(".") in index}
    if dotted:
        example = min(dotted)
        notes.append(f"column {column.name}: '{example}' of the test split is read as '{example[:-1]}'")
    fresh = [text for text in known.texts if text not in index and text not in dotted]
    index |= {text: len(index) + at for at, text in enumerate(fresh)}
    values = np.array([float(index[text[:-1] if text in dotted else text]) for text in known.texts])
    return Meaning(replace(column, categories=(*column.categories, *fresh)), known.spread(values))


def whole_rows(sheet: Sheet, meanings: Sequence[Meaning], *, strict: bool) -> Values:
    """Return the rows of a sheet, float64 [N, C], without those that hold a mistake, which `sheet.problems` then name.

    Raises:
        UserError: with `strict`, there is such a row.
    """
    bad = np.zeros(len(sheet.lines), bool)
    for meaning in meanings:
        for row, reason in (meaning.bad or {}).items():
            place = sheet.place(row, meaning.known_column.name)
            if strict:
                raise UserError(f"{place}: {reason}; mend it, or leave out --strict")
            sheet.problems.append((place, reason))
            bad[row] = True
    return np.stack([meaning.values for meaning in meanings], 1)[~bad]
