"""What the cells of a column are: its type, and each row's value."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from zerosum.errors import UserError
from zerosum.kinds.table_rows import dates
from zerosum.kinds.table_rows.cells import MISSING, Cells, parsed_numbers
from zerosum.kinds.table_rows.codecs import Options, Values
from zerosum.kinds.table_rows.column import Column

MOSTLY = 0.95
"""Share of the values that are numbers from which the others are mistakes."""
TRUTHS = (("true", "false"), ("yes", "no"), ("t", "f"), ("y", "n"), ("1", "0"))
THOUSANDS = re.compile(r"[+-]?\d{1,3}([,' ]\d{3})+(\.\d+)?")
COMMA = re.compile(r"[+-]?\d+,\d+")
WORDY = 4
"""Words a text, on average, from which texts that hardly repeat are prose."""
UNREPEATED = 0.95
"""Different values a row from which none repeats, and texts say who and not what."""
FEWEST = 20
"""Rows from which that can be told."""
IDENTIFIER = re.compile(r"(^|[\W_])(id|key|uuid|guid|index|no|nr|number)$|^unnamed", re.IGNORECASE)
MOST_LABELS = 100
"""Different values of a target up to which they are labels."""
DROPPED = "left out, as --column says"
DIGITS = 9
"""Digits behind the point of a number above which it is any float."""


@dataclass(frozen=True)
class Meaning:
    """A column with each row's value.

    Args:
        column: with its type; None where it is left out.
        values: float64 [N], NaN is missing.
        word: why it is left out, or what is to be said of it; "" for nothing.
        bad: rows whose value is a mistake, and what is wrong with it.
    """

    column: Column | None
    values: Values
    word: str = ""
    bad: Mapping[int, str] | None = None

    @property
    def known_column(self) -> Column:
        """The column of one that is kept."""
        assert self.column is not None
        return self.column


@dataclass(frozen=True)
class Known:
    """The texts of a column: each different one that is no missing marker, how often, and which each row has."""

    texts: list[str]
    counts: Options
    codes: Options
    missing: str | None
    numbers: Values | None

    @classmethod
    def of(cls, cells: Cells) -> "Known":
        """Return what is known of cells."""
        codes, numbers, words = cells.codes, cells.numbers, list(cells.texts)
        counts = np.bincount(codes[codes >= 0], minlength=len(words))
        gone = [at for at, word in enumerate(words) if word in MISSING]
        marker = max(gone, key=lambda at: counts[at], default=None)
        kept = np.array([at for at in range(len(words)) if at not in set(gone)], dtype=np.int64)
        again = np.full(len(words) + 1, -1)
        again[kept] = np.arange(len(kept))
        missing = None if marker is None or not counts[gone].any() else words[marker]
        return cls([words[at] for at in kept], counts[kept], again[codes], missing, numbers)

    @property
    def rows(self) -> int:
        """How many rows have a value."""
        plain = 0 if self.numbers is None else int(np.isfinite(self.numbers).sum())
        return int(self.counts.sum()) + plain

    def spread(self, values: Values) -> Values:
        """Return of each row the value of its text; of rows kept as numbers, those."""
        rows = np.append(values, np.nan)[self.codes]
        return rows if self.numbers is None else np.where(self.codes < 0, self.numbers, rows)


def understood(cells: Cells, wanted: str | None = None) -> Meaning:
    """Return what a column is.

    Args:
        cells: of the column.
        wanted: the type that the user says it has; None leaves it to what is found.
    """
    known = Known.of(cells)
    if not known.rows:
        column = Column(cells.name, "category", missing=known.missing or "")
        return Meaning(column, np.full(len(known.codes), np.nan), "no value at all: written back as it is")
    return READERS[wanted](cells.name, known) if wanted else _guessed(cells.name, known)


def _guessed(name: str, known: Known) -> Meaning:
    parsed = parsed_numbers(known.texts)
    plain = known.rows - int(known.counts.sum())
    share = (plain + known.counts[~np.isnan(parsed)].sum()) / known.rows
    if _are_truths(known):
        return category(name, known, "boolean")
    if share >= MOSTLY:
        return _unless_identifier(name, known, number(name, known))
    if form := dates.form_of(known.texts):
        return moment(name, known, form)
    if all(map(THOUSANDS.fullmatch, known.texts)) or all(map(COMMA.fullmatch, known.texts)):
        return number(name, known)
    return _prose(name, known) or category(name, known)


def _are_truths(known: Known) -> bool:
    return known.numbers is None and {text.casefold() for text in known.texts} in map(set, TRUTHS)


def _unless_identifier(name: str, known: Known, meaning: Meaning) -> Meaning:
    """Leave out whole numbers none of which repeats, where the name says what they are or they count the rows."""
    values = meaning.values[np.isfinite(meaning.values)]
    whole = meaning.column is not None and meaning.column.type == "integer"
    if not whole or len(values) < FEWEST or len(np.unique(values)) < len(values):
        return meaning
    if IDENTIFIER.search(name) or not name or values.max() - values.min() == len(values) - 1:
        return Meaning(None, meaning.values, "an identifier: every row has another, so it is left out")
    return meaning


def _prose(name: str, known: Known) -> Meaning | None:
    different = len(known.texts) / known.rows
    if known.rows < FEWEST or different < UNREPEATED / 2:
        return None
    nothing = np.full(len(known.codes), np.nan)
    if np.mean([len(text.split()) for text in known.texts]) >= WORDY:
        return Meaning(None, nothing, f"free text, which is no column of a table: --column {name}=text reads it alone")
    return (
        Meaning(None, nothing, "an identifier: hardly a text repeats, so it is left out")
        if different >= UNREPEATED
        else None
    )


def category(name: str, known: Known, type_: str = "category") -> Meaning:
    """Read a column as categories, the most frequent first."""
    texts, counts, codes = known.texts, known.counts, known.codes
    order = sorted(range(len(texts)), key=lambda at: (-counts[at], texts[at]))
    rank = np.empty(len(texts))
    rank[order] = np.arange(len(texts))
    column = Column(name, type_, missing=known.missing, categories=tuple(texts[at] for at in order))
    return Meaning(column, np.append(rank, np.nan)[codes])


def number(name: str, known: Known, type_: str | None = None) -> Meaning:
    """Read a column as numbers; thousands separators and decimal commas are understood, and said."""
    parsed, word = parsed_numbers(known.texts), ""
    plain = [(_plain(text) if np.isnan(value) else text) for text, value in zip(known.texts, parsed, strict=True)]
    if separated := [text for text, other in zip(known.texts, plain, strict=True) if text != other]:
        word, parsed = f"'{separated[0]}' is read as {_plain(separated[0])}", parsed_numbers(plain)
    values = known.spread(parsed)
    wrong = np.flatnonzero(np.isinf(values) | ((known.codes >= 0) & np.isnan(values)))
    bad = {int(row): _mistake(known, int(row), values[row]) for row in wrong}
    values[wrong] = np.nan
    values = values.round() if type_ == "integer" else values
    decimals = _decimals(plain, parsed, values)
    type_ = type_ or ("integer" if decimals == 0 else "numeric")
    column = Column(name, type_, decimals=0 if type_ == "integer" else decimals, missing=known.missing)
    return Meaning(column, values, word, bad)


def _mistake(known: Known, row: int, value: float) -> str:
    text = known.texts[known.codes[row]] if known.codes[row] >= 0 else str(value)
    return f"'{text}' is {'infinite' if np.isinf(value) else 'no number, as the others of the column are'}"


def _plain(text: str) -> str:
    if THOUSANDS.fullmatch(text):
        return re.sub("[,' ]", "", text)
    return text.replace(",", ".") if COMMA.fullmatch(text) else text


def _decimals(texts: list[str], parsed: Values, values: Values) -> int | None:
    """Return how many digits stand behind the point; None where that is not to be told."""
    finite = values[np.isfinite(values)]
    digits = [len(text.partition(".")[2]) for text, value in zip(texts, parsed, strict=True) if np.isfinite(value)]
    least = max(digits, default=0)
    for decimals in range(least, DIGITS + 1):
        if np.allclose(finite, finite.round(decimals), rtol=1e-12, atol=0):
            return decimals
    return None


def moment(name: str, known: Known, form: str = "") -> Meaning:
    """Read a column as dates or times."""
    form = form or dates.form_of(known.texts)
    if not form:
        raise UserError(f"column {name} holds '{known.texts[0]}', which is no date: leave out --column {name}")
    column = Column(name, dates.type_of(form), decimals=0, missing=known.missing, form=form)
    return Meaning(column, known.spread(dates.numbers_of(known.texts, form)))


def _dropped(name: str, known: Known) -> Meaning:
    return Meaning(None, np.full(len(known.codes), np.nan), DROPPED)


def _target(name: str, known: Known) -> Meaning:
    """Read labels: numbers too, where they are few."""
    few = known.numbers is None and len(known.texts) <= MOST_LABELS
    return category(name, known) if few else _guessed(name, known)


def _typed(read: Callable[..., Meaning], type_: str) -> Callable[[str, Known], Meaning]:
    return lambda name, known: read(name, known, type_)


READERS: dict[str, Callable[[str, Known], Meaning]] = {
    "numeric": _typed(number, "numeric"),
    "integer": _typed(number, "integer"),
    "category": category,
    "boolean": _typed(category, "boolean"),
    "date": moment,
    "time": moment,
    "target": _target,
    "out": _dropped,
}
"""What `--column NAME=TYPE` may say."""
