"""Numbers as people read them: so many digits, units with their plural, times."""

import math
from datetime import timedelta
from typing import Any


def number(value: float | None) -> str:
    """Write a number with four significant digits, or a dash for None."""
    return "-" if value is None else f"{value:.4g}"


def rounded(value: Any) -> Any:
    """Return plain values with all numbers that are not whole to four significant digits."""
    if isinstance(value, dict):
        return {name: rounded(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(each) for each in value]
    return float(f"{value:.4g}") if isinstance(value, float) else value


def one_digit(value: float, *, down: bool = False) -> int:
    """Return a number to one digit, and at least 1; `down` to 1, 2 or 5 times a power of ten."""
    value = max(value, 1.0)
    power = 10 ** math.floor(math.log10(value))
    if down:
        return int(max(step for step in (1, 2, 5) if step * power <= value + 1e-9) * power)
    return int(round(value / power * 10) * power / 10) if power > 1 else round(value)


def short(value: float) -> str:
    """Write a number for a tick: `1500000` as `1.5M`, `5000` as `5k`, otherwise at most four digits."""
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:.4g}{letter}"
    return f"{value:.4g}".replace("e-0", "e-")


def counted(amount: float, unit: str) -> str:
    """Write how many there are of what `unit` names in the singular: "1 round", "1,500 rounds", "2.5 minutes"."""
    digits = f"{int(amount):,}" if amount == int(amount) else f"{amount:,g}"
    return f"{digits} {unit}{'' if amount == 1 else 's'}"


def length(seconds: float) -> str:
    """Write a time in words: "2 minutes", "30 seconds"."""
    return counted(seconds / 60, "minute") if seconds >= 60 else counted(seconds, "second")


def clock(seconds: float) -> str:
    """Write a time as a clock does, h:mm:ss."""
    return str(timedelta(seconds=round(seconds)))


def percent(share: float) -> str:
    """Write a share in per cent, with two decimals."""
    return f"{100 * share:.2f} %"
