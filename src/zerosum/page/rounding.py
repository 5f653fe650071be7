"""Numbers as people read them."""

from typing import Any


def rounded(value: Any) -> Any:
    """Return plain values with all numbers that are not whole to four significant digits."""
    if isinstance(value, dict):
        return {name: rounded(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(each) for each in value]
    return float(f"{value:.4g}") if isinstance(value, float) else value
