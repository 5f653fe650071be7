"""From a file to the rows of both splits, with columns that say how they are encoded."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from zerosum.data.dataset import Problem
from zerosum.data.own import is_passed, passed
from zerosum.errors import UserError, suggest
from zerosum.kinds.table_rows.codecs import Values
from zerosum.kinds.table_rows.column import Column
from zerosum.kinds.table_rows.columns import Columns
from zerosum.kinds.table_rows.fitting import ENCODINGS, fitted
from zerosum.kinds.table_rows.frames import read_frame
from zerosum.kinds.table_rows.inference import DROPPED, READERS, Meaning, understood
from zerosum.kinds.table_rows.other_split import read_alike, whole_rows
from zerosum.kinds.table_rows.sheet import Sheet
from zerosum.kinds.table_rows.sources import beside, name_of, read_sheet
from zerosum.progress.numbers import counted

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
        source: the path of a .csv, .tsv or .parquet file, or that of frames that were passed.
        column: the types that the user gives columns, "NAME=TYPE".
        encoding: of numbers, one of `fitting.ENCODINGS`; None: the first of them.
        strict: whether what would be left out is an error.

    Raises:
        UserError: it cannot be read, or too little is left of it.
    """
    if encoding is not None and encoding not in ENCODINGS:
        raise UserError(f"data.encoding is '{encoding}'{suggest(encoding, ENCODINGS)}")
    how = How(tuple(column), encoding or ENCODINGS[0], strict)
    if is_passed(source):
        return _passed(source, how)
    path = Path(source).expanduser()
    if not path.is_file():
        raise UserError(f"no file '{source}': check the path")
    stamps = tuple(os.stat(each).st_mtime_ns for each in (path, beside(path)) if each is not None)
    return _read(path, how, stamps)


@dataclass(frozen=True)
class How:
    """How a table is read: see `read_table`."""

    column: tuple[str, ...]
    encoding: str
    strict: bool


@lru_cache(maxsize=2)
def _read(path: Path, how: How, stamps: tuple[int, ...]) -> Table:
    sheet, other = read_sheet(path, strict=how.strict), beside(path)
    test = None if other is None else read_sheet(other, names=sheet.names, strict=how.strict)
    return _table(name_of(path), sheet, test, how)


def _passed(source: str, how: How) -> Table:
    data = passed(source)
    both = data if isinstance(data, dict) else {"train": data}
    sheets = {split: read_frame(frame, f"the {split} frame") for split, frame in both.items()}
    return _table("frame", sheets["train"], sheets.get("test"), how)


def _table(name: str, sheet: Sheet, test: Sheet | None, how: How) -> Table:
    types = parsed_columns(how.column)
    for column in types.keys() - set(sheet.names):
        raise UserError(
            f"--column {column}={types[column]}: {sheet.source} has no such column{suggest(column, sheet.names)}"
        )
    meanings = _kept(sheet, [understood(cells, types.get(cells.name)) for cells in sheet.cells], how.strict)
    rows = {"train": whole_rows(sheet, meanings, strict=how.strict)}
    if len(rows["train"]) < 2:
        why = f"; {': '.join(sheet.problems[0])}" if sheet.problems else ""
        raise UserError(f"{sheet.source} holds {counted(len(rows['train']), 'row')}, and a table needs more{why}")
    if test is None:
        rows, rule = held_out(rows["train"])
    else:
        meanings = read_alike(test, [meaning.known_column for meaning in meanings])
        rows["test"], rule = whole_rows(test, meanings, strict=how.strict), f"{test.source} is the test split"
    columns = [fitted(meaning.known_column, rows["train"][:, at], how.encoding) for at, meaning in enumerate(meanings)]
    if not Columns(tuple(columns)).width:
        raise UserError(f"{sheet.source} has no column in which two rows differ: there is nothing to learn")
    said = (sheet,) if test is None else (sheet, test)
    problems, notes = ([each for part in said for each in getattr(part, kept)] for kept in ("problems", "notes"))
    target = _target(types, columns)
    return Table(name, Columns(tuple(columns)), rows, target, rule, problems, notes)


def _target(types: Mapping[str, str], columns: Sequence[Column]) -> str | None:
    """Return the name of the target, None without one.

    Raises:
        UserError: two are named, or one that is left out or is missing in some rows.
    """
    names = [name for name, type_ in types.items() if type_ == TARGET]
    if len(names) > 1:
        raise UserError(f"--column names two targets, {names[0]} and {names[1]}: leave one of them out")
    if not names:
        return None
    column = next((column for column in columns if column.name == names[0]), None)
    if column is None:
        raise UserError(
            f"--column {names[0]}={TARGET}: the column is left out, as each row has another: name one that repeats"
        )
    if column.missing is not None:
        raise UserError(f"--column {column.name}={TARGET}: it is missing in some rows: fill them in, or leave them out")
    return column.name


def _kept(sheet: Sheet, meanings: Sequence[Meaning], strict: bool) -> list[Meaning]:
    """Return the columns that are kept; the sheet says of the others why not.

    Raises:
        UserError: none is left, or with `strict`, one is left out that nobody said to leave out.
    """
    for cells, meaning in zip(sheet.cells, meanings, strict=True):
        if meaning.column is None:
            sheet.problems.append((f"column {cells.name}", meaning.word))
            if strict and meaning.word != DROPPED:
                raise UserError(f"{sheet.source}, column {cells.name}: {meaning.word}; or leave out --strict")
        elif meaning.word:
            sheet.notes.append(f"column {cells.name}: {meaning.word}")
    kept = [meaning for meaning in meanings if meaning.column is not None]
    if not kept:
        raise UserError(f"{sheet.source} has no column to train on; {': '.join(sheet.problems[0])}")
    return kept


def held_out(rows: Values) -> tuple[dict[str, Values], str]:
    """Return rows by split, and the rule: the hash of its content says which is held out; equal ones stay together."""
    count = min(max(round(HELD_OUT * len(rows)), 1), HELD_OUT_LIMIT)
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
