"""Columns of values out of Python: those of a frame, as pandas has them, or of a .parquet file."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from zerosum.kinds.table_rows.cells import MANY, Cells
from zerosum.kinds.table_rows.sheet import Sheet


def is_frame(thing: Any) -> bool:
    """Return whether something is a frame: it has named columns, and gives each by its name."""
    return all(hasattr(thing, name) for name in ("columns", "dtypes", "__getitem__"))


def read_frame(frame: Any, source: str) -> Sheet:
    """Return the sheet of a frame; its index is left out."""
    cells = [cells_of(str(name), np.asarray(frame[name])) for name in frame.columns]
    return Sheet(source, cells, np.arange(1, len(frame) + 1))


def cells_of(name: str, values: NDArray[Any]) -> Cells:
    """Return a column of values, of which None, NaN and NaT are missing.

    Texts stay what they are and numbers become the shortest texts that tell them, so that a column is understood as if
    it stood in a file. Of more than `cells.MANY` different numbers, the numbers themselves are kept.
    """
    cells = Cells(name)
    if values.dtype.kind == "f":
        different = np.unique(values[~np.isnan(values)])
        if len(different) > MANY:
            cells.add_numbers(values.astype(np.float64))
            return cells
    if values.dtype.kind == "O":
        cells.add([_text(value) for value in values])
        return cells
    different, codes = np.unique(values, return_inverse=True)
    texts = _texts(different)
    cells.add([texts[code] for code in codes.tolist()])
    return cells


def _texts(values: NDArray[Any]) -> list[str]:
    if values.dtype.kind == "M":
        days = values.astype("datetime64[D]")
        whole = bool((days == values)[~np.isnat(values)].all())
        texts = np.datetime_as_string(days if whole else values.astype("datetime64[s]")).tolist()
        return ["" if text == "NaT" else text for text in texts]
    return [_text(value) for value in values.tolist()]


def _text(value: Any) -> str:
    if value is None or value != value or str(value) in ("NaT", "<NA>"):
        return ""
    return f"{value:.15g}" if isinstance(value, float) else str(value).strip()
