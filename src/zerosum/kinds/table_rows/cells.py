"""The cells of a column before its type is known: as texts, each different one once, or as numbers."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

MISSING = ("", "?", "NA", "N/A", "NaN", "nan", "na", "n/a", "null", "NULL", "#N/A", "<NA>")
"""What stands where a value is missing."""
MANY = 50_000
"""Different texts from which a column of numbers is kept as numbers alone."""


@dataclass
class Cells:
    """A column as it is read, part by part.

    Attributes:
        texts: the different texts, without blanks around them.
        codes: of each row the index of its text, int32; where a column has become numbers, -1 of those.
        numbers: float64, of each row its number, or NaN where `codes` has the text; None as long as all are texts.
    """

    name: str
    texts: dict[str, int] = field(default_factory=dict)
    _codes: list[NDArray[np.int32]] = field(default_factory=list)
    _numbers: list[NDArray[np.float64]] = field(default_factory=list)

    def add(self, words: Sequence[str]) -> None:
        """Add the next rows."""
        if self._numbers:
            self._add_numbers(words)
            return
        texts = self.texts
        for word in dict.fromkeys(words):
            texts.setdefault(word, len(texts))
        self._codes.append(np.fromiter((texts[word] for word in words), np.int32, len(words)))
        if len(texts) > MANY:
            self._to_numbers()

    def add_numbers(self, numbers: NDArray[np.float64]) -> None:
        """Add rows that are numbers already; NaN is missing."""
        codes = np.full(len(numbers), -1, np.int32)
        gone = np.isnan(numbers)
        codes[gone] = self.texts.setdefault("", len(self.texts)) if gone.any() else 0
        self._codes.append(codes)
        self._numbers.append(numbers)

    def _to_numbers(self) -> None:
        """Keep numbers as numbers, where most of the texts are."""
        parsed = parsed_numbers(list(self.texts))
        if np.isfinite(parsed).mean() < 0.9:
            return
        known = list(self.texts)
        kept = [at for at, number in enumerate(parsed) if np.isnan(number)]
        again = np.full(len(known), -1, np.int32)
        again[kept] = np.arange(len(kept))
        self._numbers = [parsed[codes] for codes in self._codes]
        self._codes = [again[codes] for codes in self._codes]
        self.texts = {known[at]: number for number, at in enumerate(kept)}

    def _add_numbers(self, words: Sequence[str]) -> None:
        numbers = parsed_numbers(words)
        codes = np.full(len(words), -1, np.int32)
        for at in map(int, np.flatnonzero(np.isnan(numbers))):
            codes[at] = self.texts.setdefault(words[at], len(self.texts))
        self._codes.append(codes)
        self._numbers.append(numbers)

    @property
    def codes(self) -> NDArray[np.int32]:
        """Of each row the index of its text; -1 where it is kept as a number."""
        return np.concatenate(self._codes) if self._codes else np.empty(0, np.int32)

    @property
    def numbers(self) -> NDArray[np.float64] | None:
        """Of each row its number, where the column is kept as numbers."""
        return np.concatenate(self._numbers) if self._numbers else None


def parsed_numbers(words: Sequence[str]) -> NDArray[np.float64]:
    """Return each word as a number, NaN where it is none; "inf" is infinite."""
    try:
        return np.array(words, dtype=np.float64)
    except ValueError:
        return np.array([_number(word) for word in words])


def _number(word: str) -> float:
    try:
        return float(word) if "_" not in word else np.nan
    except ValueError:
        return np.nan
