"""Tables in .parquet files, by pyarrow, which is an extra."""

import importlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from zerosum.errors import UserError
from zerosum.kinds.table_rows.frames import cells_of
from zerosum.kinds.table_rows.sheet import Sheet
from zerosum.storage import atomic

ENDING = ".parquet"


def read_parquet(path: Path) -> Sheet:
    """Return the sheet of a file.

    Raises:
        UserError: pyarrow is not installed, or cannot read it.
    """
    files = _module("pyarrow.parquet")
    try:
        table = files.read_table(path)
    except (OSError, ValueError) as error:
        raise UserError(f"cannot read {path}: {' '.join(str(error).split())}") from error
    cells = [cells_of(name, _values(table.column(at))) for at, name in enumerate(table.column_names)]
    return Sheet(path.name, cells, np.arange(1, table.num_rows + 1))


def _values(column: Any) -> Any:
    if hasattr(column.type, "index_type"):
        column = column.cast(column.type.value_type)
    return column.to_numpy()


def write_parquet(path: Path, columns: Mapping[str, Sequence[Any]]) -> None:
    """Write columns of values; UserError where pyarrow is not installed."""
    table, files = _module("pyarrow").table(dict(columns)), _module("pyarrow.parquet")
    with atomic.replacing(path) as part:
        files.write_table(table, part)


def _module(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise UserError("a .parquet file needs pyarrow: pip install 'zerosum[parquet]'") from error
