"""Constraints: comparisons of sums of columns, and columns whose values go together as they do in the data."""

import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zerosum.errors import UserError, suggest
from zerosum.kinds.table_rows.codecs import Values
from zerosum.kinds.table_rows.column import Column

Test = Callable[[Values], NDArray[np.bool_]]
"""Returns which of rows [N, C] meet something."""
COMPARISONS = {
    "<=": operator.le,
    ">=": operator.ge,
    "!=": operator.ne,
    "==": operator.eq,
    "<": operator.lt,
    ">": operator.gt,
    "=": operator.eq,
}
COMPARED = re.compile("<=|>=|!=|==|<|>|=")
FIXED = re.compile(r"fixed\((.+)\)")
NUMBER = r"\d+\.?\d*|\.\d+"
SIGNS = {"+": 1, "-": -1}
CLOSE = 1e-9
"""Relative difference up to which sums are equal."""


@dataclass(frozen=True)
class Sum:
    """A sum of columns and numbers: of each column its number and its sign, and what is added to them."""

    terms: tuple[tuple[int, int], ...]
    added: float

    def __call__(self, rows: Values) -> Values:
        """Return the sum of each row of [N, C]; NaN where a value is missing."""
        return sum((sign * rows[:, column] for column, sign in self.terms), np.full(len(rows), self.added))


def constraint(word: str, columns: Sequence[Column], real: Callable[[], Values]) -> Test:
    """Return the test of a constraint.

    "a<b" compares sums of columns and numbers, as in "net+tax=gross", by one of < <= > >= = !=; a row in which a value
    is missing meets it. "fixed(a,b)" keeps rows whose values of these columns stand together in a row to train on.

    Args:
        word: what is to hold.
        columns: of the table.
        real: returns rows to train on.

    Raises:
        UserError: it says nothing of these columns.
    """
    if fixed := FIXED.fullmatch(word.replace(" ", "")):
        return _fixed(word, [_column(name, columns, word) for name in fixed.group(1).split(",")], real)
    parts, sign = _divided(word, columns)
    left, right = (_sum(part, columns, word) for part in parts)
    return _compared(left, right, sign)


def _divided(word: str, columns: Sequence[Column]) -> tuple[tuple[str, str], str]:
    """Return both sides of a comparison, and its sign: one that stands in no column's name."""
    for match in COMPARED.finditer(word):
        sides = word[: match.start()].strip(), word[match.end() :].strip()
        if all(sides) and not any(match.group() in column.name for column in columns if column.name in word):
            return sides, match.group()
    raise UserError(f"--constraint {word}: write a comparison, such as 'a<b', or 'fixed(a,b)'")


def _sum(text: str, columns: Sequence[Column], word: str) -> Sum:
    """Read a sum; names are taken as long as they go, so that they may hold signs."""
    names = [column.name for column in columns]
    token = "|".join([*map(re.escape, sorted(names, key=len, reverse=True)), NUMBER, "[+-]"])
    tokens = re.findall(token, text)
    whole = _bare("".join(tokens)) == _bare(text)
    tokens = ["0", *tokens] if tokens and tokens[0] in SIGNS else tokens
    operands, signs = tokens[::2], ["+", *tokens[1::2]]
    if not whole or len(operands) != len(signs) or not set(signs) <= set(SIGNS):
        raise UserError(f"--constraint {word}: '{text}' is no sum of columns and numbers{suggest(text, names)}")
    signed = [(operand, SIGNS[sign]) for operand, sign in zip(operands, signs, strict=True)]
    for operand, _ in signed:
        if operand in names and columns[names.index(operand)].is_choice:
            raise UserError(f"--constraint {word}: {operand} holds no numbers, so it has no order")
    terms = tuple((names.index(operand), sign) for operand, sign in signed if operand in names)
    return Sum(terms, sum(sign * float(operand) for operand, sign in signed if operand not in names))


def _bare(text: str) -> str:
    return text.replace(" ", "")


def _compared(left: Sum, right: Sum, sign: str) -> Test:
    compare = COMPARISONS[sign]

    def test(rows: Values) -> NDArray[np.bool_]:
        a, b = left(rows), right(rows)
        b = np.where(np.isclose(a, b, rtol=CLOSE, atol=0), a, b)
        met: NDArray[np.bool_] = compare(a, b) | np.isnan(a) | np.isnan(b)
        return met

    return test


def _column(name: str, columns: Sequence[Column], word: str) -> int:
    names = [column.name.replace(" ", "") for column in columns]
    if name not in names:
        raise UserError(f"--constraint {word}: no column '{name}'")
    return names.index(name)


def _fixed(word: str, columns: Sequence[int], real: Callable[[], Values]) -> Test:
    known = {row.tobytes() for row in np.nan_to_num(real()[:, columns], nan=np.inf)}

    def test(rows: Values) -> NDArray[np.bool_]:
        asked = np.ascontiguousarray(np.nan_to_num(rows[:, columns], nan=np.inf))
        return np.array([row.tobytes() in known for row in asked], dtype=bool)

    return test
