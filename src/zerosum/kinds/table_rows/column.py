"""One column of a table: what stands in it, and how networks see it. Plain values, so that a recipe can hold it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

NUMBERS = ("numeric", "integer", "date", "time")
"""Types whose values are numbers: as they are, dates as days and times as seconds since 1970."""
CHOICES = ("category", "boolean")
"""Types whose values are indices into `Column.categories`."""
TYPES = (*NUMBERS, *CHOICES)
MOST_CHOICES = 1000
"""Categories that have an entry each in an encoded row; of more, the rare ones share one."""


@dataclass(frozen=True)
class Column:
    """A column.

    Args:
        name: as the header has it.
        type: one of `TYPES`.
        decimals: digits behind the point of a number; None where they are as many as a float has.
        low: the least value of numbers, in their own units.
        high: the largest.
        missing: what stands in the file where a value is missing, such as "?" or ""; None where none is.
        form: of dates and times, as `datetime.strptime` reads them.
        categories: the texts of a category, the most frequent first.
        counts: how many rows of the training table have each.
        grouped: categories that have an entry of their own; those behind them share one.
        spikes: numbers that so many rows have that each is a choice of its own, the most frequent first.
        encoding: of numbers beside spikes: "quantile", "mixture", or "" where there are none.
        knots: of the quantile encoding, places on the column's axis, in ascending order.
        scores: and the normal scores of these places, over the largest of them: -1 to 1.
        weights: of the mixture encoding, the weights of its modes.
        means: of the modes.
        deviations: of the modes.
    """

    name: str
    type: str
    decimals: int | None = None
    low: float | None = None
    high: float | None = None
    missing: str | None = None
    form: str = ""
    categories: tuple[str, ...] = ()
    counts: tuple[int, ...] = ()
    grouped: int = 0
    spikes: tuple[float, ...] = ()
    encoding: str = ""
    knots: tuple[float, ...] = ()
    scores: tuple[float, ...] = ()
    weights: tuple[float, ...] = ()
    means: tuple[float, ...] = ()
    deviations: tuple[float, ...] = ()

    @property
    def is_choice(self) -> bool:
        """Whether its values are categories, and not numbers."""
        return self.type in CHOICES

    @property
    def unit(self) -> float:
        """The step between neighbouring numbers, such as 0.01; 0 where a number may be any float."""
        return 0.0 if self.decimals is None else 10.0**-self.decimals

    def to_dict(self) -> dict[str, Any]:
        """Return plain values without those that are as usual, for JSON."""
        plain = {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}
        usual = {field.name: field.default for field in fields(self)}
        return {name: value for name, value in plain.items() if value not in ([], usual[name])}

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> "Column":
        """Return what `to_dict` was made of."""
        values: dict[str, Any] = {name: tuple(each) if isinstance(each, list) else each for name, each in plain.items()}
        return cls(**values)
