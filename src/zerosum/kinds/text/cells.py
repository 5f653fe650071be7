"""Sentences in a column: of .jsonl, an object a line, and of .csv and .tsv."""

import csv
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zerosum.data.dataset import Problem
from zerosum.errors import UserError, suggest
from zerosum.kinds.text.lines import Line, read_lines

TEXT, TARGET = "text", "target"
"""What `--column NAME=...` says of the column that is read, and of the one whose values are labels."""
DELIMITERS = {".tsv": "\t", ".csv": ",;\t|"}


@dataclass(frozen=True)
class Wanted:
    """The columns that are read: that of the text, "" where it is found out, and that of the labels, "" for none."""

    text: str = ""
    target: str = ""


def wanted(column: Sequence[str]) -> Wanted:
    """Return what `--column` says.

    Raises:
        UserError: it says anything else.
    """
    pairs = [word.rpartition("=")[::2] for word in column]
    for name, kind in pairs:
        if not name or kind not in (TEXT, TARGET):
            raise UserError(f"--column {name}={kind}: of text, say NAME={TEXT} or NAME={TARGET}")
    by_kind = {kind: name for name, kind in pairs}
    return Wanted(by_kind.get(TEXT, ""), by_kind.get(TARGET, ""))


def read_cells(path: Path, column: Wanted) -> tuple[list[Line], list[Problem]]:
    """Return the sentences of a file, and the rows that have none, with the reason.

    Raises:
        UserError: there is no such column, or the file is empty or no text; names file and row.
    """
    lines, problems = read_lines(path)
    rows = list(_objects(lines) if path.suffix.lower() == ".jsonl" else _records(path, lines))
    first = next((row for _, row in rows if isinstance(row, dict)), None)
    if first is None:
        raise UserError(f"{path.name} has no row that can be read: {rows[0][1] if rows else 'it has a header alone'}")
    text = column.text or _found(path, first)
    for name in filter(None, (text, column.target)):
        if name not in first:
            raise UserError(f"{path.name} has no column '{name}'{suggest(name, first)}: it has {', '.join(first)}")
    cells = [(place, _cell(row, text, column.target)) for place, row in rows]
    good = [Line(cell[0], place, cell[1]) for place, cell in cells if isinstance(cell, tuple)]
    return good, [*problems, *((place, cell) for place, cell in cells if isinstance(cell, str))]


def _found(path: Path, row: dict[str, Any]) -> str:
    """Return the name of the column of text where nobody says it: "text", or the only one that holds texts."""
    texts = [name for name, value in row.items() if isinstance(value, str)]
    if TEXT in texts or len(texts) == 1:
        return TEXT if TEXT in texts else texts[0]
    raise UserError(f"{path.name} has the columns {', '.join(row)}: say which one is read, --column NAME={TEXT}")


def _cell(row: dict[str, Any] | str, text: str, target: str) -> tuple[str, str] | str:
    """Return the text and the label of a row, or what is wrong with it."""
    if isinstance(row, str):
        return row
    if not isinstance(row.get(text), str):
        return f"no text in column '{text}'"
    return " ".join(row[text].split()), str(row.get(target, "")) if target else ""


def _objects(lines: Iterable[Line]) -> Iterable[tuple[str, dict[str, Any] | str]]:
    for line in lines:
        if not line.text.strip():
            continue
        try:
            value = json.loads(line.text)
        except ValueError as error:
            value = f"no JSON ({error})"
        yield line.place, value if isinstance(value, dict | str) else "no JSON object"


def _records(path: Path, lines: Sequence[Line]) -> Iterable[tuple[str, dict[str, Any] | str]]:
    rows = csv.reader((f"{line.text}\n" for line in lines), delimiter=_delimiter(path, lines))
    names = next(rows, [])
    for row in rows:
        place = f"{path.name}:{rows.line_num}"
        if row:
            right = len(row) == len(names)
            yield place, dict(zip(names, row, strict=True)) if right else f"{len(row)} cells, not {len(names)}"


def _delimiter(path: Path, lines: Sequence[Line]) -> str:
    """Return what stands most often in the header of those that part cells."""
    return max(DELIMITERS.get(path.suffix.lower(), ","), key=lines[0].text.count if lines else len)
