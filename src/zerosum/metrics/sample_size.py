"""Too few to say: below these counts no score or verdict is told as good."""

from collections.abc import Mapping
from typing import Any

FEW = 100
"""Samples or reals below which the noise of a score drowns what it says."""


def too_few(protocol: Mapping[str, Any]) -> str:
    """Say in one line that a score was taken of too few samples or reals, by its protocol; "" where it was not."""
    counts = {name: protocol.get(f"n_{kind}") for name, kind in (("samples", "fake"), ("reals", "real"))}
    few = [f"{count} {name}" for name, count in counts.items() if isinstance(count, int) and count < FEW]
    if not few:
        return ""
    return f"too few to say: {' and '.join(few)}; take at least {FEW} of each, better 10,000"
