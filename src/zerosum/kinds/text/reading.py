"""Text out of files and folders."""

from pathlib import Path
from typing import Any

from zerosum.data.load import existing
from zerosum.kinds.kind import Reading
from zerosum.kinds.text.corpus import read_file
from zerosum.kinds.text.encoded import Encoded, Tokens
from zerosum.kinds.text.text_set import TextSet


class Reads(Reading):
    """See `Reading`."""

    def claims(self, source: str, **form: Any) -> bool:
        """Claim files of text by their endings."""
        path = Path(source).expanduser()
        return path.suffix.lower() == ".txt" and not path.is_dir()

    def scan(self, source: str, **form: Any) -> Any:
        """Return what `zerosum data check` says."""
        raise NotImplementedError

    def dataset(self, source: str, *, split: str = "train", **form: Any) -> TextSet:
        """Read a split."""
        return self._encoded(source, **form).dataset(split)

    def _encoded(
        self,
        source: str,
        *,
        tokens: Tokens | None = None,
        length: int | None = None,
        sentences: str | None = None,
        **form: Any,
    ) -> Encoded:
        return Encoded(read_file(existing(source), sentences), tokens, length)
