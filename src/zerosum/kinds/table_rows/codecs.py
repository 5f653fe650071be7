"""How the values of one column become a choice and a number, and come back.

A value is seen as one of a few options, as which category it is or that it is missing, and as a number in [-1, 1], as
where it lies among the others. Columns need the one, the other or both.
"""

import abc
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from zerosum.kinds.table_rows.column import Column

Values = NDArray[np.float64]
Options = NDArray[np.int64]
Scalars = NDArray[np.float32]
REACH = 4.0
"""Deviations of a mode that its scalar spans on either side (arXiv:1907.00503, section 4.2)."""


class Codec(abc.ABC):
    """Values of a column, float64 [N] with NaN for missing ones, as options int64 [N] and scalars float32 [N].

    Attributes:
        options: how many there are; 1 where nothing is to be chosen.
        scalar: whether a value has a number beside its option.
    """

    options: int
    scalar: bool

    def __init__(self, column: Column) -> None:
        self.column = column
        self.own = self._own()
        self.options = self.own + (column.missing is not None)

    @abc.abstractmethod
    def _own(self) -> int:
        """Return how many options there are besides that a value is missing."""

    @abc.abstractmethod
    def _coded(self, values: Values) -> tuple[Options, Values]:
        """Encode values of which none is missing."""

    @abc.abstractmethod
    def _values(self, options: Options, scalars: Values) -> Values:
        """Decode what is not missing."""

    def encode(self, values: Values) -> tuple[Options, Scalars]:
        """Return the option and the scalar of each value; what is missing is the last option, with the scalar 0."""
        gone = np.isnan(values)
        options, scalars = np.full(len(values), self.own, np.int64), np.zeros(len(values))
        options[~gone], scalars[~gone] = self._coded(values[~gone])
        return options, scalars.astype(np.float32)

    def cells(self, values: Values) -> tuple[Options, Scalars, Scalars]:
        """Return the option of each value, and the least and the largest scalar that decode to it."""
        options, scalars = self.encode(values)
        return options, scalars, scalars

    def decode(self, options: Options, scalars: Scalars) -> Values:
        """Return the values of options and scalars; scalars beyond [-1, 1] are as those at the border."""
        there = options < self.own
        values = np.full(len(options), np.nan)
        values[there] = self._values(options[there], scalars[there].astype(np.float64).clip(-1, 1))
        return values


class Categories(Codec):
    """The index of a category. Rare ones share the option behind the others, and the scalar says which of them.

    The scalar of a rare category is the middle of its share of [-1, 1], which is as wide as it is frequent: so a scalar
    drawn uniformly draws rare categories by their frequencies.
    """

    def __init__(self, column: Column) -> None:
        super().__init__(column)
        self.scalar = column.grouped < len(column.categories)
        counts = np.array(column.counts[column.grouped :], float)
        self.edges = 2 * np.concatenate([[0.0], np.cumsum(counts)]) / max(counts.sum(), 1) - 1

    def _own(self) -> int:
        return self.column.grouped + (self.column.grouped < len(self.column.categories))

    def _coded(self, values: Values) -> tuple[Options, Values]:
        index = values.astype(np.int64)
        rare = index - self.column.grouped
        middles = (self.edges[:-1] + self.edges[1:]) / 2
        scalars = np.where(rare < 0, 0.0, middles[rare.clip(0)]) if self.scalar else np.zeros(len(values))
        return index.clip(max=self.column.grouped), scalars

    def cells(self, values: Values) -> tuple[Options, Scalars, Scalars]:
        """Return of a rare category its share of [-1, 1]."""
        options, scalars = self.encode(values)
        rare = np.isfinite(values) & (values >= self.column.grouped)
        at = np.where(rare, values, self.column.grouped).astype(np.int64) - self.column.grouped
        low, high = (np.where(rare, self.edges[at + end], scalars).astype(np.float32) for end in (0, int(self.scalar)))
        return options, low, high

    def _values(self, options: Options, scalars: Values) -> Values:
        if not self.scalar:
            return options.astype(np.float64)
        rare = np.searchsorted(self.edges[1:-1], scalars, side="right")
        return np.where(options < self.column.grouped, options, self.column.grouped + rare).astype(np.float64)


class Numbers(Codec):
    """Numbers: spikes are options of their own, behind those of all other numbers."""

    places: ClassVar[int] = 1
    """Options of the numbers that are no spikes."""

    def __init__(self, column: Column) -> None:
        self.spikes = np.array(column.spikes)
        super().__init__(column)
        self.scalar = bool(column.encoding)

    @property
    def body(self) -> int:
        """How many options the numbers have that are no spikes."""
        return self.places if self.column.encoding else 0

    def _own(self) -> int:
        return self.body + len(self.spikes)

    def _coded(self, values: Values) -> tuple[Options, Values]:
        options, scalars = self.placed(values) if self.body else (np.zeros(len(values), np.int64), 0 * values)
        for number, spike in enumerate(self.spikes):
            there = values == spike
            options[there], scalars[there] = self.body + number, 0
        return options, scalars

    def _values(self, options: Options, scalars: Values) -> Values:
        column = self.column
        values = self.found(options.clip(max=max(self.body - 1, 0)), scalars) if self.body else np.zeros(len(options))
        values = values if column.decimals is None else values.round(column.decimals) + 0.0
        values = values if column.low is None else values.clip(column.low, column.high)
        spike = options >= self.body
        values[spike] = self.spikes[options[spike] - self.body]
        return values

    def placed(self, values: Values) -> tuple[Options, Values]:
        """Return option and scalar of numbers that are no spikes."""
        raise NotImplementedError

    def found(self, options: Options, scalars: Values) -> Values:
        """Return the numbers, not rounded, of options below `body` and scalars."""
        raise NotImplementedError


class Quantiles(Numbers):
    """Normal scores: a piecewise linear map of a number's axis onto [-1, 1] on which the numbers are normal.

    Tails keep their distances in scores, whatever they are in units, so the largest values come back.
    """

    def cells(self, values: Values) -> tuple[Options, Scalars, Scalars]:
        """Return the scores of half a unit below and above a number."""
        if not self.body:
            return super().cells(values)
        options, _ = self.encode(values)
        body, half = options < self.body, self.column.unit / 2
        low, high = (np.where(body, self.placed(values + side)[1], 0).astype(np.float32) for side in (-half, half))
        return options, low, high

    def placed(self, values: Values) -> tuple[Options, Values]:
        """Return option 0 and the score."""
        return np.zeros(len(values), np.int64), np.interp(values, self.column.knots, self.column.scores)

    def found(self, options: Options, scalars: Values) -> Values:
        """Return the number of a score."""
        found: Values = np.interp(scalars, self.column.scores, self.column.knots)
        return found


class Mixture(Numbers):
    """Mode-specific normalisation (Xu et al. 2019, arXiv:1907.00503, section 4.2).

    The option is the most probable mode k, the scalar (x - mean_k) / (4 deviation_k), cut to [-1, 1].
    """

    def __init__(self, column: Column) -> None:
        self.weights, self.means, self.deviations = map(np.array, (column.weights, column.means, column.deviations))
        super().__init__(column)

    @property
    def body(self) -> int:
        """How many modes there are."""
        return len(self.column.means)

    def placed(self, values: Values) -> tuple[Options, Values]:
        """Return the most probable mode, and the place in it."""
        options = self.log_likelihood(values).argmax(1)
        scalars = (values - self.means[options]) / (REACH * self.deviations[options])
        return options, scalars.clip(-1, 1)

    def found(self, options: Options, scalars: Values) -> Values:
        """Return mean + 4 deviation scalar."""
        values: Values = self.means[options] + REACH * self.deviations[options] * scalars
        return values

    def log_likelihood(self, values: Values) -> Values:
        """Return log(weight_k N(x; mean_k, deviation_k^2)) but for a constant, [N, K]."""
        z = (values[:, None] - self.means) / self.deviations
        likelihood: Values = np.log(self.weights) - np.log(self.deviations) - z**2 / 2
        return likelihood


def codec_of(column: Column) -> Codec:
    """Return the codec of a column."""
    if column.is_choice:
        return Categories(column)
    return Mixture(column) if column.encoding == "mixture" else Quantiles(column)
