"""Conditions and constraints on rows, read off words."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from zerosum.core.control import Control
from zerosum.core.spec import Spec
from zerosum.errors import UserError, suggest
from zerosum.kinds.kind import Choosing, Wanted
from zerosum.kinds.table_rows.codecs import Values
from zerosum.kinds.table_rows.column import Column
from zerosum.kinds.table_rows.columns import Columns
from zerosum.kinds.table_rows.constraints import Test, constraint
from zerosum.kinds.table_rows.dates import numbers_of

CONDITION = "condition"
"""What a game calls the control that takes a condition vector: see `Columns.conditions`."""


@dataclass(frozen=True)
class Condition:
    """A column has a value; NaN is that it is missing."""

    column: int
    value: float

    def __call__(self, rows: Values) -> NDArray[np.bool_]:
        """Return which rows [N, C] meet it."""
        values = rows[:, self.column]
        return np.isnan(values) if np.isnan(self.value) else values == self.value


@dataclass(frozen=True)
class WantedRows(Wanted):
    """Rows that meet all conditions and tests."""

    columns: Columns
    conditions: Sequence[Condition]
    tests: Sequence[Test]

    def keeps(self, samples: Tensor) -> Tensor:
        """Return which rows, float64 [N, C], meet all, bool [N]."""
        rows = samples.cpu().numpy()
        tests: list[Test] = [*self.conditions, *self.tests]
        return torch.from_numpy(np.all([test(rows) for test in tests], axis=0))

    def inputs(self, controls: Sequence[Control], n: int) -> Mapping[str, Tensor]:
        """Return condition vectors of the rarest category that is asked for, where the game has such a control."""
        entries = [entry for each in self.conditions for entry in self._entry(each)]
        width = self.columns.condition_width
        if not entries or not any(c.name == CONDITION and c.form.size == width for c in controls):
            return {}
        _, entry = min(entries)
        return {CONDITION: torch.zeros(n, width).index_fill_(1, torch.tensor([entry]), 1.0)}

    def _entry(self, condition: Condition) -> list[tuple[int, int]]:
        """Return how many rows to train on meet a condition, and its entry of a condition vector; [] without one."""
        column = self.columns.columns[condition.column]
        for block, place in zip(self.columns.conditions, self.columns.condition_slices, strict=True):
            if block.column == condition.column:
                options, _ = self.columns.codecs[condition.column].encode(np.array([condition.value]))
                count = 0 if np.isnan(condition.value) else column.counts[int(condition.value)]
                return [(count, place.start + int(options[0]))]
        return []


class Chooses(Choosing):
    """See `Choosing`."""

    def wanted(
        self, conditions: Sequence[str], constraints: Sequence[str], spec: Spec, real: Callable[[], Tensor]
    ) -> Wanted:
        """Return which rows meet conditions "column=value" and constraints: see `constraints.constraint`."""
        columns = Columns.from_facts(spec.facts)
        tests = [constraint(word, columns.columns, lambda: real().numpy()) for word in constraints]
        return WantedRows(columns, [condition(word, columns.columns) for word in conditions], tests)


def condition(word: str, columns: Sequence[Column]) -> Condition:
    """Return the condition that "column=value" says; a value may be the missing marker.

    Raises:
        UserError: no such column, or a value that it cannot have.
    """
    names = sorted((column.name for column in columns if word.startswith(f"{column.name}=")), key=len)
    if not names:
        known = suggest(word.partition("=")[0], [column.name for column in columns])
        raise UserError(f"--condition {word}: write COLUMN=VALUE{known}")
    at = [column.name for column in columns].index(names[-1])
    return Condition(at, _value(columns[at], word.removeprefix(f"{names[-1]}="), word))


def _value(column: Column, text: str, word: str) -> float:
    if text == column.missing:
        return float("nan")
    if column.is_choice:
        if text not in column.categories:
            raise UserError(f"--condition {word}: no row has it{suggest(text, column.categories)}")
        return float(column.categories.index(text))
    value = _number(column, text, word)
    if column.low is None or column.high is None or not column.low <= value <= column.high:
        raise UserError(f"--condition {word}: no row has it, {column.name} is from {column.low:g} to {column.high:g}")
    return value


def _number(column: Column, text: str, word: str) -> float:
    try:
        return float(numbers_of([text], column.form)[0]) if column.form else float(text)
    except ValueError as error:
        like = column.form or "a number"
        raise UserError(f"--condition {word}: '{text}' is no value of {column.name}, which takes {like}") from error
