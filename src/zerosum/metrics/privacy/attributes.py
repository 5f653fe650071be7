"""Attribute inference: does the synthetic table tell more of a training row's secret than of anybody's?"""

import torch
from torch import Tensor

from zerosum.metrics.privacy.near import squared
from zerosum.metrics.tables.encoding import Places, rank
from zerosum.metrics.tables.layout import Layout

MOST = 1000
"""Training rows whose secrets are guessed, and as many held-out ones."""
CHUNK = 256
NEAR_ENOUGH = 0.05
"""A number is guessed where its rank is as near to the true one."""


def hits(rows: Tensor, synthetic: Tensor, layout: Layout) -> Tensor:
    """Return whether each value of rows [N, C] is guessed of the row's other columns, float64 [N, C].

    The guess is the value of the synthetic row that is nearest in all other columns. A category is guessed where it is
    the same, a number where the ranks, 0 to 1, differ by at most 0.05, a missing value where it is missing.
    """
    places = Places.of(synthetic, layout)
    parts = [places.column(synthetic[:, place], place) for place in range(synthetic.shape[1])]
    return torch.cat([_hits(part, synthetic, places, parts) for part in torch.split(rows, CHUNK)])


def _hits(rows: Tensor, synthetic: Tensor, places: Places, parts: list[Tensor]) -> Tensor:
    own = [places.column(rows[:, place], place) for place in range(rows.shape[1])]
    whole = squared(torch.cat(own, 1), torch.cat(parts, 1))
    guesses = [
        synthetic[(whole - squared(mine, theirs)).argmin(1), place]
        for place, (mine, theirs) in enumerate(zip(own, parts, strict=True))
    ]
    columns = [_right(rows[:, place], guess, places, place) for place, guess in enumerate(guesses)]
    return torch.stack(columns, 1).double()


def _right(truth: Tensor, guess: Tensor, places: Places, place: int) -> Tensor:
    both = truth.isnan() & guess.isnan()
    if places.layout.columns[place].is_category:
        return both | (truth == guess)
    ranks = [rank(values, places.ordered[place]) for values in (truth, guess)]
    near = ((ranks[0] - ranks[1]).abs() <= NEAR_ENOUGH) & ~(truth.isnan() | guess.isnan())
    return both | near


def advantages(
    train: Tensor, held_out: Tensor, synthetic: Tensor, layout: Layout, *, seed: int = 0
) -> dict[str, tuple[float, float]]:
    """Return of each column how much better a training row's value is guessed than a held-out row's, with its error.

    The difference of the shares of right guesses, -1 to 1, over at most 1,000 rows of each: what everybody's rows tell
    of each other is no leak, so it is taken off. 0 where the table tells no more of who was in it.
    """
    ours, theirs = _guessed(train, held_out, synthetic, layout, seed)
    return {column.name: _lead(ours[:, place], theirs[:, place]) for place, column in enumerate(layout.columns)}


def mean_advantage(
    train: Tensor, held_out: Tensor, synthetic: Tensor, layout: Layout, *, seed: int = 0
) -> tuple[float, float]:
    """Return the mean of `advantages` over the columns, and its standard error over fresh rows."""
    ours, theirs = _guessed(train, held_out, synthetic, layout, seed)
    return _lead(ours.mean(1), theirs.mean(1))


def _lead(ours: Tensor, theirs: Tensor) -> tuple[float, float]:
    error = float(ours.var() / len(ours) + theirs.var() / len(theirs)) ** 0.5
    return float(ours.mean() - theirs.mean()), error


def _guessed(train: Tensor, held_out: Tensor, synthetic: Tensor, layout: Layout, seed: int) -> tuple[Tensor, Tensor]:
    """Return the hits of as many training and held-out rows, float64 [n, C] each."""
    random, count = torch.Generator().manual_seed(seed), min(MOST, len(train), len(held_out))
    sides = [side[torch.randperm(len(side), generator=random)[:count]] for side in (train, held_out)]
    return hits(sides[0], synthetic, layout), hits(sides[1], synthetic, layout)
