"""The test split that lies beside a table, read as the table was."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from zerosum.data.dataset import Problem
from zerosum.errors import UserError
from zerosum.kinds.table_rows.cells import Cells
from zerosum.kinds.table_rows.codecs import Values
from zerosum.kinds.table_rows.column import Column
from zerosum.kinds.table_rows.delimited import read_delimited
from zerosum.kinds.table_rows.inference import Known, moment, number

TRAIN = re.compile(r"([-_.])train$", re.IGNORECASE)


@dataclass
class Said:
    """What was left out, and what else is to be said."""

    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def beside(path: Path) -> Path | None:
    """Return the file of the test split: "adult-test.csv" beside "adult-train.csv" or "adult.csv"; None without one."""
    mark = TRAIN.search(path.stem)
    stems = [TRAIN.sub(r"\1test", path.stem)] if mark else [f"{path.stem}{sign}test" for sign in "-_."]
    if path.stem.lower() == "train":
        stems = ["test"]
    files = (path.with_name(stem + path.suffix) for stem in stems)
    return next((file for file in files if file.is_file() and file != path), None)


def read_alike(
    path: Path, names: Sequence[str], columns: Sequence[Column], *, strict: bool
) -> tuple[list[Column], Values, Said]:
    """Return the columns, with the categories that only this file has, and the rows of the file.

    Raises:
        UserError: it has other columns; with `strict`, a row that is not whole or holds a mistake.
    """
    sheet = read_delimited(path, names=list(names), strict=strict)
    said = Said(sheet.problems)
    cells = {each.name: each for each in sheet.cells}
    parts = [_alike(cells[column.name], column, said) for column in columns]
    bad = np.zeros(len(sheet.lines), bool)
    for column, _, wrong in parts:
        for row, text in wrong.items():
            place, reason = sheet.place(row, column.name), f"'{text}' is no finite number"
            if strict:
                raise UserError(f"{place}: {reason}; mend it, or leave out --strict")
            said.problems.append((place, reason))
            bad[row] = True
    rows = np.stack([values for _, values, _ in parts], 1)[~bad]
    return [column for column, _, _ in parts], rows, said


def _alike(cells: Cells, column: Column, said: Said) -> tuple[Column, Values, dict[int, str]]:
    known = Known.of(cells)
    column = replace(column, missing=known.missing if column.missing is None else column.missing)
    if column.is_choice:
        return *_choices(known, column, said), {}
    meaning = moment(column.name, known, column.form) if column.form else number(column.name, known)
    return column, meaning.values, dict(meaning.bad or {})


def _choices(known: Known, column: Column, said: Said) -> tuple[Column, Values]:
    """Return the column and the values of texts; a text with a dot behind it is the category that it is without."""
    index = {text: at for at, text in enumerate(column.categories)}
    dotted = [text for text in known.texts if text not in index and text.removesuffix(".") in index]
    if dotted:
        said.notes.append(f"column {column.name}: '{dotted[0]}' of the test split is '{dotted[0][:-1]}'")
    for text in known.texts:
        index.setdefault(text, index[text[:-1]] if text in dotted else len(set(index.values())))
    values = known.spread(np.array([float(index[text]) for text in known.texts]))
    fresh = [text for text in known.texts if index[text] >= len(column.categories)]
    return replace(column, categories=(*column.categories, *fresh)), values
