"""Tables out of .csv and .tsv files: delimiter and header are found out."""

import csv
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import TextIO

import numpy as np

from zerosum.errors import UserError
from zerosum.kinds.table_rows.c45 import described_columns
from zerosum.kinds.table_rows.cells import parsed_numbers
from zerosum.kinds.table_rows.sheet import Sheet, collected, named_once

DELIMITERS = (",", ";", "\t", "|")
LOOKED_AT = 200
"""Rows by which delimiter and header are found out."""
ENDINGS = (".csv", ".tsv")


def read_delimited(path: Path, *, names: list[str] | None = None, strict: bool = False) -> Sheet:
    """Return the sheet of a file.

    Args:
        path: of the file, in UTF-8 or Latin-1.
        names: of the columns where another file, as that of the train split, has told them already.
        strict: whether a row of another width is an error.

    Raises:
        UserError: there is no row, or what `collected` raises.
    """
    with _opened(path) as file:
        rows = numbered(file, _delimiter(path))
        first = list(islice(rows, LOOKED_AT))
        if not first:
            raise UserError(f"{path.name} has no rows: a table has a header and a row a line")
        header = _has_header([row for _, row in first]) if names is None else first[0][1] == names
        if header:
            own = first.pop(0)[1]
            return named_once(collected(path.name, own, chain(first, rows), strict=strict), strict=strict)
        told = names or described_columns(path, len(first[0][1]))
        sheet = collected(path.name, told or numbered_names(len(first[0][1])), chain(first, rows), strict=strict)
        if names is None:
            said = (
                "their names are those of the .names file beside it" if told else "columns are called by their numbers"
            )
            sheet.notes.append(f"no header: {said}")
        return sheet


def numbered_names(width: int) -> list[str]:
    """Return "column1", "column2" and so on."""
    return [f"column{number}" for number in range(1, width + 1)]


def _opened(path: Path) -> TextIO:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for _ in iter(lambda: file.read(1 << 20), ""):
                pass
        return path.open(encoding="utf-8-sig", newline="")
    except UnicodeDecodeError:
        return path.open(encoding="latin-1", newline="")
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror}") from error


def numbered(file: TextIO, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that are not empty, each with the number of its line; blanks around cells are taken off."""
    reader = csv.reader(file, delimiter=delimiter, skipinitialspace=True)
    for row in reader:
        if row and any(row):
            yield reader.line_num, [word.strip() for word in row]


def _delimiter(path: Path) -> str:
    """Return the delimiter that divides the first rows into the most columns that are as many in each."""
    if path.suffix.lower() == ".tsv":
        return "\t"
    best, most = ",", 1
    for delimiter in DELIMITERS:
        with _opened(path) as file:
            widths = [len(row) for _, row in islice(numbered(file, delimiter), LOOKED_AT)]
        usual = max(set(widths), key=widths.count, default=1)
        if usual > most and widths.count(usual) >= 0.9 * len(widths):
            best, most = delimiter, usual
    return best


def _has_header(rows: list[list[str]]) -> bool:
    """Whether the first row has names: no number among them, and nothing that its columns have below it."""
    first, *rest = rows
    if not rest or np.isfinite(parsed_numbers(first)).any():
        return False
    below = [[row[at] for row in rest if at < len(row)] for at in range(len(first))]
    numbers = any(_mostly_numbers(words) for words in below)
    return numbers or not any(word and word in words for word, words in zip(first, below, strict=True))


def _mostly_numbers(words: list[str]) -> bool:
    return int(np.isfinite(parsed_numbers(words)).sum()) > len(words) / 2
