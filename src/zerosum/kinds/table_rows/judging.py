"""Rows are judged where they lie when encoded."""

from functools import partial
from pathlib import Path
from typing import Any

from torch import Tensor

from zerosum.core.spec import Spec
from zerosum.data.dataset import Dataset
from zerosum.kinds.kind import Judging
from zerosum.kinds.table_rows.columns import Columns
from zerosum.kinds.table_rows.table_set import TableSet
from zerosum.metrics.space import Features
from zerosum.metrics.tables.layout import Column, Layout
from zerosum.storage.json_files import digest


class Judges(Judging):
    """See `Judging`."""

    samples = 50_000
    aimed = True

    def place(self, samples: Tensor, spec: Spec) -> Tensor:
        """Return encoded rows, float32 [N, D]."""
        return Columns.from_facts(spec.facts).encode(samples)

    def near(self, samples: Tensor, spec: Spec) -> Tensor:
        """Return encoded rows of what generators make: of a choice, its largest entry alone."""
        return self.place(Columns.from_facts(spec.facts).decode(samples), spec)

    def features(self, train: Dataset, test: Dataset, *, device: Any = "cpu", cache: Path | None) -> Features:
        """Return the place of a row as features."""
        place = partial(self.place, spec=train.spec)
        return Features("rows", digest(["rows", train.spec.to_dict()]), place, "encoded rows")

    def layout(self, data: Dataset) -> Layout:
        """Return the columns; the target is that of the labels."""
        columns = Columns.from_facts(data.spec.facts).columns
        target = data.target if isinstance(data, TableSet) else None
        return Layout([Column(column.name, len(column.categories)) for column in columns], target)
