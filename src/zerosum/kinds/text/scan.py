"""What `zerosum data check` says of text."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from zerosum.kinds.kind import Scan

SHOWN = 10
"""How many things that were left out the lines name."""


@dataclass(frozen=True)
class TextScan(Scan):
    """A `Scan` with what was decided.

    Args:
        notes: about layout, splits, vocabulary and length, in words.
    """

    notes: Sequence[str] = ()

    def lines(self) -> list[str]:
        """Return it in words."""
        first = Scan(self.source, self.name, self.spec, self.splits).lines()
        left_out = [f"left out {place}: {reason}" for place, reason in self.problems[:SHOWN]]
        more = [f"left out {len(self.problems) - SHOWN:,} more"] if len(self.problems) > SHOWN else []
        return [*first, *self.notes, *left_out, *more]

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, for JSON."""
        return super().to_dict() | {"notes": list(self.notes)}
