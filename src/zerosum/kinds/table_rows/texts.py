"""Rows as they stand in a file: the input's columns with its texts, decimals and missing markers."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from torch import Tensor

from zerosum.core.spec import Spec
from zerosum.kinds.table_rows.codecs import Values
from zerosum.kinds.table_rows.column import Column
from zerosum.kinds.table_rows.columns import Columns
from zerosum.kinds.table_rows.dates import texts_of


def column_texts(column: Column, values: Values) -> list[str]:
    """Return the values of a column, float64 [N], as a file has them."""
    gone = np.isnan(values)
    plain = np.where(gone, column.low or 0, values)
    texts = [column.missing or ""] * len(values) if gone.all() else _texts(column, plain)
    for row in np.flatnonzero(gone):
        texts[row] = column.missing or ""
    return texts


def _texts(column: Column, values: Values) -> list[str]:
    if column.is_choice:
        return [column.categories[index] for index in values.astype(np.int64).tolist()]
    if column.form:
        return texts_of(values, column.form)
    if column.decimals is None:
        return list(map(repr, values.tolist()))
    if column.decimals == 0:
        return [str(number) for number in values.astype(np.int64).tolist()]
    return [f"{value:.{column.decimals}f}" for value in values.tolist()]


def as_texts(samples: Tensor, spec: Spec) -> dict[str, list[str]]:
    """Return rows float64 [N, C] as texts, a list of N a column, in the table's order."""
    columns = Columns.from_facts(spec.facts).columns
    return {column.name: column_texts(column, samples[:, at].numpy()) for at, column in enumerate(columns)}


def as_columns(samples: Tensor, spec: Spec) -> dict[str, Sequence[Any]]:
    """Return rows float64 [N, C] as lists of N values a column, as `pandas.DataFrame` takes them.

    Numbers are int or float, dates and times those of `datetime`, all else texts; None is missing.
    """
    columns = Columns.from_facts(spec.facts).columns
    return {column.name: _plain(column, samples[:, at].numpy()) for at, column in enumerate(columns)}


def _plain(column: Column, values: Values) -> list[Any]:
    gone = np.isnan(values).tolist()
    plain: Sequence[Any]
    if column.is_choice or (column.form and "%Y" not in column.form):
        plain = column_texts(column, values)
    elif column.form:
        unit = "datetime64[s]" if column.type == "time" else "datetime64[D]"
        plain = np.nan_to_num(values).round().astype(np.int64).astype(unit).tolist()
    else:
        plain = (np.nan_to_num(values).astype(np.int64) if column.decimals == 0 else values).tolist()
    return [None if absent else value for absent, value in zip(gone, plain, strict=True)]
