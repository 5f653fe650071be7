"""Sentences are written as lines of a file, or as an archive of tokens."""

from pathlib import Path
from typing import Any

from torch import Tensor

from zerosum.core.spec import Spec
from zerosum.kinds.kind import Writing
from zerosum.kinds.text.showing import texts
from zerosum.storage import atomic


class Writes(Writing):
    """See `Writing`."""

    endings = (".txt",)

    def save_all(self, samples: Tensor, spec: Spec, path: Path) -> None:
        """Write a sentence a line."""
        atomic.write(path, "".join(f"{text}\n" for text in texts(samples, spec)).encode())

    def lines(self, samples: Tensor, spec: Spec) -> list[str]:
        """Return the sentences."""
        return texts(samples, spec)

    def array(self, samples: Tensor, spec: Spec) -> Any:
        """Return the ids, int64 [N, L]."""
        return samples.numpy()
