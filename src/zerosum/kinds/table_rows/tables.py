"""From a file to the rows of both splits, with columns that say how they are encoded."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from zerosum.data.dataset import Problem
from zerosum.errors import UserError, suggest
from zerosum.kinds.table_rows.codecs import Values
from zerosum.kinds.table_rows.column import Column
from zerosum.kinds.table_rows.columns import Columns
from zerosum.kinds.table_rows.delimited import ENDINGS, read_delimited
from zerosum.kinds.table_rows.fitting import ENCODINGS, fitted
from zerosum.kinds.table_rows.inference import READERS, Meaning, understood
from zerosum.kinds.table_rows.other_split import beside, read_alike
from zerosum.kinds.table_rows.sheet import Sheet

TARGET = "target"
"""What `--column` calls the column whose categories are the labels."""
HELD_OUT = 0.2
"""Share of the rows that are held out where no file is the test split."""
HELD_OUT_LIMIT = 20_000


@dataclass(frozen=True)
class Table:
    """A table, both splits of it.

    Attributes:
        name: what to call it.
        columns: fitted to the train split.
        rows: float64 [N, C] by split.
        target: the name of the column whose categories are the labels, or None.
        split_rule: what made the splits, in words.
        problems: what was left out, each with the reason.
        notes: what is to be said besides.
    """

    name: str
    columns: Columns
    rows: Mapping[str, Values]
    target: str | None
    split_rule: str
    problems: Sequence[Problem]
    notes: Sequence[str]


def parsed_columns(words: Sequence[str]) -> dict[str, str]:
    """Return the types by name that words such as "age=integer" give columns.

    Raises:
        UserError: a word of another form, or no such type.
    """
    types = dict[str, str]()
    for word in words:
        name, sign, type_ = word.rpartition("=")
        if not sign or not name:
            raise UserError(f"--column {word}: write NAME=TYPE, such as age=integer")
        if type_ not in READERS:
            raise UserError(f"--column {word}: no type '{type_}'{suggest(type_, READERS)}")
        types[name] = type_
    return types


def read_table(source: str, *, column: Sequence[str] = (), encoding: str | None = None, strict: bool = False) -> Table:
    """Return the table that a file holds; the last ones read are kept.

    Args:
        source: the path of a .csv or .tsv file.
        column: the types that the user gives columns, "NAME=TYPE".
        encoding: of numbers, one of `fitting.ENCODINGS`; None: the first of them.
        strict: whether what would be left out is an error.

    Raises:
        UserError: it cannot be read, or too little is left of it.
    """
    path = Path(source).expanduser()
    if not path.is_file():
        raise UserError(f"no file '{source}': check the path")
    if encoding is not None and encoding not in ENCODINGS:
        raise UserError(f"data.encoding is '{encoding}'{suggest(encoding, ENCODINGS)}")
    stamp = tuple(os.stat(each).st_mtime_ns for each in (path, beside(path)) if each is not None)
    return _read(path, tuple(column), encoding or ENCODINGS[0], strict, stamp)


@lru_cache(maxsize=2)
def _read(path: Path, words: tuple[str, ...], encoding: str, strict: bool, stamp: tuple[int, ...]) -> Table:
    types = parsed_columns(words)
    sheet = read_delimited(path, strict=strict)
    for name in types.keys() - set(sheet.names):
        raise UserError(f"{path.name} has no column '{name}'{suggest(name, sheet.names)}")
    meanings = _without_bad(sheet, [understood(cells, types.get(cells.name)) for cells in sheet.cells], strict)
    problems, notes = list(sheet.problems), list(sheet.notes)
    for cells, meaning in zip(sheet.cells, meanings, strict=True):
        if meaning.word:
            if meaning.column is None:
                problems.append((f"column {cells.name}", meaning.word))
            else:
                notes.append(f"column {cells.name}: {meaning.word}")
    kept = [meaning for meaning in meanings if meaning.column is not None]
    if not kept or not len(kept[0].values):
        raise UserError(f"{path.name} has no column to train on: {problems[0][1] if problems else 'it is empty'}")
    columns = [meaning.column for meaning in kept if meaning.column is not None]
    rows = np.stack([meaning.values for meaning in kept], 1)
    other = beside(path)
    if other is None:
        rows_of, rule = _held_out(rows, columns)
    else:
        columns, test, said = read_alike(other, sheet.names, columns, strict=strict)
        problems, notes = problems + said.problems, notes + said.notes
        rows_of, rule = {"train": rows, "test": test}, f"{other.name} is the test split"
    fitted_ = [fitted(column, rows_of["train"][:, at], encoding) for at, column in enumerate(columns)]
    target = next((name for name, type_ in types.items() if type_ == TARGET), None)
    return Table(_name(path), Columns(tuple(fitted_)), rows_of, target, rule, problems, notes)


def _name(path: Path) -> str:
    return path.stem.removesuffix("-train") or path.stem


def _without_bad(sheet: Sheet, meanings: list[Meaning], strict: bool) -> list[Meaning]:
    """Return the columns without rows that hold a mistake, which `sheet.problems` then name."""
    bad = np.zeros(len(sheet.lines), bool)
    for meaning, cells in zip(meanings, sheet.cells, strict=True):
        for row, text in (meaning.bad or {}).items():
            place, reason = sheet.place(row, cells.name), f"'{text}' {meaning.reason}"
            if strict:
                raise UserError(f"{place}: {reason}; mend it, or leave out --strict")
            sheet.problems.append((place, reason))
            bad[row] = True
    return [replace(meaning, values=meaning.values[~bad]) for meaning in meanings]


def _held_out(rows: Values, columns: Sequence[Column]) -> tuple[dict[str, Values], str]:
    """Return the rows by split, and the rule: those whose content has the lowest hashes are held out."""
    count = min(max(round(HELD_OUT * len(rows)), 1), HELD_OUT_LIMIT)
    if len(rows) < 2:
        return {"train": rows, "test": rows}, "the only row is in both splits"
    hashes = _hashes(rows)
    test = hashes <= np.partition(hashes, count - 1)[count - 1]
    if test.all():
        return {"train": rows, "test": rows}, "all rows are the same, so they are in both splits"
    rule = f"{int(test.sum()):,} of {len(rows):,} held out by the hash of their content"
    return {"train": rows[~test], "test": rows[test]}, rule


def _hashes(rows: Values) -> NDArray[np.uint64]:
    """Return a number a row that its values alone tell: SplitMix64 of one value after the other."""
    hashes = np.zeros(len(rows), np.uint64)
    for column in range(rows.shape[1]):
        hashes = _mixed(hashes ^ _mixed((rows[:, column] + 0.0).view(np.uint64)))
    return hashes


def _mixed(z: NDArray[np.uint64]) -> NDArray[np.uint64]:
    z = z + np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def is_table(path: Path) -> bool:
    """Return whether a path has the ending of a table."""
    return path.suffix.lower() in ENDINGS
