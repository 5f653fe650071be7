"""Tables out of .csv and .tsv files."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from zerosum.data.dataset import Dataset
from zerosum.kinds.kind import Reading
from zerosum.kinds.table_rows.table_set import TableSet
from zerosum.kinds.table_rows.tables import Table, is_table, read_table


class Reads(Reading):
    """See `Reading`."""

    def claims(self, source: str) -> bool:
        """Claim files by their endings."""
        path = Path(source).expanduser()
        return is_table(path) and path.is_file()

    def scan(self, source: str, **form: Any) -> Any:
        """Return what `zerosum data check` says."""
        raise NotImplementedError

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
        )

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
