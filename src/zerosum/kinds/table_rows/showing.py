"""Rows are drawn as a table beside real ones, and as the shares of what stands in each column."""

import numpy as np
from PIL import Image
from torch import Tensor

from zerosum.core.spec import Spec
from zerosum.drawing.tables import Rows, Shares, table_picture
from zerosum.kinds.kind import Showing
from zerosum.kinds.table_rows.codecs import Values
from zerosum.kinds.table_rows.column import Column
from zerosum.kinds.table_rows.columns import Columns
from zerosum.kinds.table_rows.texts import as_texts, column_texts

HEAD, SMALL_HEAD = 8, 3
BINS, MOST_BARS = 24, 12
TAIL = 0.005
"""Share of the values at each end that the outermost bins hold together."""


class Shows(Showing):
    """See `Showing`."""

    many, few = 2000, 1000

    def picture(
        self, samples: Tensor, spec: Spec, real: Tensor | None = None, *, columns: int | None = None
    ) -> Image.Image:
        """Draw the first 8 samples, the first 8 real rows where there are some, and a plot a column of all."""
        return drawn(samples, spec, real, HEAD)

    def small(self, samples: Tensor, spec: Spec, real: Tensor | None = None) -> Image.Image:
        """Draw the same of 3 rows."""
        return drawn(samples, spec, real, SMALL_HEAD)


def drawn(samples: Tensor, spec: Spec, real: Tensor | None, count: int) -> Image.Image:
    """Draw `count` rows of each, and the shares of all."""
    table, behind = Columns.from_facts(spec.facts), samples if real is None else real
    heads = [Rows("samples", _cells(samples[:count], spec))]
    heads += [] if real is None else [Rows("real rows", _cells(real[:count], spec))]
    shares = [
        shares_of(column, samples[:, at].cpu().numpy(), behind[:, at].cpu().numpy())
        for at, column in enumerate(table.columns)
    ]
    return table_picture([column.name for column in table.columns], heads, shares)


def _cells(rows: Tensor, spec: Spec) -> list[tuple[str, ...]]:
    return list(zip(*as_texts(rows.cpu(), spec).values(), strict=True))


def shares_of(column: Column, samples: Values, real: Values) -> Shares:
    """Return the shares of a column's categories, the most frequent 12; or of 24 bins of its numbers.

    Missing values are in no bin, and count: so the bars of a column say how many there are.
    """
    if column.is_choice:
        names = column.categories[:MOST_BARS] or ("",)
        edges: Values = np.arange(len(names) + 1, dtype=np.float64) - 0.5
        return Shares(column.name, _binned(samples, edges), _binned(real, edges), names[0], names[-1])
    there = real[~np.isnan(real)]
    low, high = np.quantile(there, [TAIL, 1 - TAIL]).tolist() if len(there) else (0.0, 1.0)
    edges = np.linspace(low, high if high > low else low + 1, BINS + 1)
    bars = [_binned(values.clip(edges[0], edges[-1]), edges) for values in (samples, real)]
    ends = column_texts(column, np.array([low, high]))
    return Shares(column.name, bars[0], bars[1], ends[0], ends[1])


def _binned(values: Values, edges: Values) -> list[float]:
    counts = np.histogram(values[~np.isnan(values)], edges)[0]
    return [count / max(len(values), 1) for count in counts.tolist()]
