"""Rows are written as a table like the one that was read."""

import csv
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from zerosum.core.spec import Spec
from zerosum.kinds.kind import Writing
from zerosum.kinds.table_rows.parquet import ENDING, write_parquet
from zerosum.kinds.table_rows.texts import as_columns, as_texts
from zerosum.storage import atomic

DELIMITERS = {".csv": ",", ".tsv": "\t"}
PART = 50_000
"""Rows that are texts at once."""


class Writes(Writing):
    """See `Writing`."""

    endings = (*DELIMITERS, ENDING)

    def save_all(self, samples: Tensor, spec: Spec, path: Path) -> None:
        """Write rows float64 [N, C] under a header: see `texts`."""
        if path.suffix == ENDING:
            write_parquet(path, as_columns(samples, spec))
            return
        with atomic.replacing(path) as partial, partial.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, delimiter=DELIMITERS[path.suffix], lineterminator="\n")
            writer.writerow(as_texts(samples[:0], spec))
            for part in torch.split(samples, PART):
                writer.writerows(zip(*as_texts(part, spec).values(), strict=True))

    def array(self, samples: Tensor, spec: Spec) -> Any:
        """Return float64 [N, C]: see `columns.Columns`."""
        return samples.numpy()
