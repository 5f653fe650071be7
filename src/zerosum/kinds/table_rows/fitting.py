"""From the values of a column to how they are encoded: which numbers are spikes, and where the others lie."""

from dataclasses import replace
from typing import Any

import numpy as np
import torch

from zerosum.kinds.table_rows.codecs import Values
from zerosum.kinds.table_rows.column import MOST_CHOICES, Column
from zerosum.kinds.table_rows.mixture import fit_mixture

ENCODINGS = ("quantile", "mixture")
SPIKE = 0.001
"""Share of all rows that a spike has at least."""
ABOVE = 5
"""How many times as many rows as the other numbers have on average."""
MOST_SPIKES = 12
FEW = 20
"""Different numbers up to which all are spikes, where they repeat."""
STEPS = 128
"""Different numbers of which each has a step of its own in the quantile encoding."""
REPEATS = 10
"""Rows a number, on average, from which numbers between those that were read are not made."""
GRID = 100


def fitted(column: Column, values: Values, encoding: str) -> Column:
    """Return a column with what its encoding needs, found in the values of the training table; NaN is missing."""
    there = values[~np.isnan(values)]
    if column.is_choice:
        most = MOST_CHOICES if len(column.categories) > MOST_CHOICES else len(column.categories)
        counts = np.bincount(there.astype(np.int64), minlength=len(column.categories))
        return replace(column, grouped=most, counts=tuple(counts.tolist()))
    if not len(there):
        return column
    bounded = replace(column, low=float(there.min()), high=float(there.max()))
    if encoding == "mixture":
        return _mixed(bounded, there)
    spikes = spikes_of(there)
    rest = there[~np.isin(there, spikes)]
    bounded = replace(bounded, spikes=tuple(spikes.tolist()))
    return replace(bounded, encoding="quantile", **quantiles(rest, bounded.unit)) if len(rest) else bounded


def spikes_of(values: Values) -> Values:
    """Return the numbers that stand out of the others, the most frequent first.

    One does that at least `SPIKE` of all rows have, and `ABOVE` times as many as a number has on average; those that
    stand out of what is left then are looked for again. Few different numbers that repeat are spikes, all of them.
    """
    numbers, counts = np.unique(values, return_counts=True)
    if len(numbers) == 1 or (len(numbers) <= FEW and len(values) >= REPEATS * len(numbers)):
        return numbers[np.argsort(-counts, kind="stable")]
    left, most = np.ones(len(numbers), bool), max(SPIKE * len(values), 2)
    while left.any():
        mean = counts[left].mean()
        out = left & (counts >= most) & (counts >= ABOVE * mean)
        if not out.any() or (~left).sum() + out.sum() > MOST_SPIKES:
            break
        left &= ~out
    return numbers[~left][np.argsort(-counts[~left], kind="stable")]


def quantiles(values: Values, unit: float) -> dict[str, Any]:
    """Return knots and scores: at a knot x the score is Phi^-1(share of the values up to x), over the largest score.

    Knots lie between numbers, half a `unit` beside them, so that each number has a step of the scores as wide as it is
    frequent. The outermost scores are those of half a row in all.
    """
    numbers, counts = np.unique(values, return_counts=True)
    shares = np.cumsum(counts) / len(values)
    if unit and len(numbers) <= STEPS and len(values) >= REPEATS * len(numbers):
        knots = np.stack([numbers - unit / 2, numbers + unit / 2], 1).ravel()
        heights = np.concatenate([[0.0], np.repeat(shares, 2)[:-1]])
    elif unit:
        kept = _kept(shares, len(values))
        knots = np.concatenate([[numbers[0] - unit / 2], numbers[kept] + unit / 2])
        heights = np.concatenate([[0.0], shares[kept]])
    else:
        kept = _kept(shares, len(values))
        knots, heights = numbers[kept], (shares - counts / len(values) / 2)[kept]
    largest = _normal(np.array([1 - 0.5 / max(len(values), 2)]))
    scores = (_normal(heights).clip(-largest, largest) / largest).round(9)
    once = np.concatenate([[True], (np.diff(knots) > 0) | (np.diff(scores) > 0)])
    return {"knots": tuple(knots[once].tolist()), "scores": tuple(scores[once].tolist())}


def _normal(shares: Values) -> Values:
    """Return Phi^-1 of shares."""
    scores: Values = torch.special.ndtri(torch.from_numpy(shares)).numpy()
    return scores


def _kept(shares: Values, rows: int) -> Any:
    """Return which of the different numbers are knots: at every hundredth, and denser towards the ends."""
    if len(shares) <= STEPS:
        return np.arange(len(shares))
    tail = 2.0 ** np.arange(0, np.log2(max(rows / GRID, 2))) / rows
    wanted = np.concatenate([tail, np.arange(1, GRID) / GRID, 1 - tail, [1.0]])
    found = np.searchsorted(shares, wanted - 0.5 / rows).clip(max=len(shares) - 1)
    return np.unique(np.concatenate([[0], found]))


def _mixed(column: Column, values: Values) -> Column:
    if column.low == column.high:
        return replace(column, spikes=(float(values[0]),))
    weights, means, deviations = fit_mixture(values)
    return replace(
        column,
        encoding="mixture",
        weights=tuple(weights.tolist()),
        means=tuple(means.tolist()),
        deviations=tuple(deviations.tolist()),
    )
