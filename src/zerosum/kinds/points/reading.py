"""Points drawn from toy densities."""

from pathlib import Path
from typing import Any

from zerosum.data.check import check
from zerosum.data.dataset import Dataset
from zerosum.data.load import load
from zerosum.data.names import TOYS
from zerosum.data.sample_set import load_samples
from zerosum.kinds.kind import Reading


class Reads(Reading):
    """See `Reading`."""

    def claims(self, source: str, **form: Any) -> bool:
        """Claim toy densities."""
        return source in TOYS

    def scan(self, source: str, **form: Any) -> Any:
        """Return the report of `zerosum data check`."""
        return check(source, **form)

    def dataset(self, source: str, *, split: str = "train", **form: Any) -> Dataset:
        """Read a split."""
        return load(source, split=split, **form)

    def samples(self, path: Path, like: Dataset) -> Dataset:
        """Read what others made."""
        return load_samples(path, like)
