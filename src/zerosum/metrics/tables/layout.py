"""What the metrics of tables know of the columns: rows are float64 [N, C], NaN where a value is missing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from zerosum.errors import UserError, suggest


@dataclass(frozen=True)
class Column:
    """A column.

    Args:
        name: as the table has it.
        categories: how many categories there are, whose indices the values are; 0 of numbers.
    """

    name: str
    categories: int = 0

    @property
    def is_category(self) -> bool:
        """Whether its values are indices of categories, and not numbers."""
        return self.categories > 0


@dataclass(frozen=True)
class Layout:
    """The columns of a table, in its order.

    Args:
        columns: all of them.
        target: the name of the one that classifiers are to tell from the others; None where none is named.
    """

    columns: Sequence[Column]
    target: str | None = None

    def aimed(self, target: str | None) -> "Layout":
        """Return the layout with another target; None leaves it.

        Raises:
            UserError: there is no such column.
        """
        names = [column.name for column in self.columns]
        if target is not None and target not in names:
            raise UserError(f"no column '{target}' to tell from the others{suggest(target, names)}")
        return self if target is None else replace(self, target=target)

    def place_of(self, name: str) -> int:
        """Return the number of a column."""
        return [column.name for column in self.columns].index(name)

    def numbers(self) -> list[int]:
        """Return the places of the columns that hold numbers."""
        return [place for place, column in enumerate(self.columns) if not column.is_category]

    def categories(self) -> list[int]:
        """Return the places of the columns that hold categories."""
        return [place for place, column in enumerate(self.columns) if column.is_category]

    def without(self, place: int) -> "Layout":
        """Return the layout without one column, and without a target."""
        return Layout([column for number, column in enumerate(self.columns) if number != place])
