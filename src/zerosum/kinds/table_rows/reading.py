"""Tables out of .csv and .tsv files."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from zerosum.data.dataset import Dataset
from zerosum.kinds.kind import Reading
from zerosum.kinds.table_rows.made_elsewhere import read_samples
from zerosum.kinds.table_rows.scan import scanned
from zerosum.kinds.table_rows.sources import is_table
from zerosum.kinds.table_rows.table_set import TableSet
from zerosum.kinds.table_rows.tables import Table, read_table

TEXT = "=text"
"""How `--column` says that a column holds sentences, which another kind reads."""


class Reads(Reading):
    """See `Reading`."""

    takes = ("column", "encoding")

    def claims(self, source: str, **form: Any) -> bool:
        """Claim files by their endings, and frames, but not where a column is said to be text: that is read alone."""
        return is_table(source) and not any(word.endswith(TEXT) for word in form.get("column") or ())

    def scan(self, source: str, **form: Any) -> Any:
        """Return what `zerosum data check` says."""
        return scanned(source, self._table(source, **form))

    def dataset(self, source: str, *, split: str = "train", **form: Any) -> Dataset:
        """Read a split."""
        table = self._table(source, **form)
        return TableSet(
            table.rows[split],
            table.columns,
            name=table.name,
            split=split,
            target=table.target,
            problems=table.problems,
            notes=table.notes,
        )

    def samples(self, path: Path, like: Dataset) -> Dataset:
        """Read rows that others made."""
        assert isinstance(like, TableSet)
        return read_samples(path, like)

    def _table(
        self,
        source: str,
        *,
        column: Sequence[str] = (),
        encoding: str | None = None,
        strict: bool = False,
        **form: Any,
    ) -> Table:
        return read_table(source, column=column, encoding=encoding, strict=strict)
