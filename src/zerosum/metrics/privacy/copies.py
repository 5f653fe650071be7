"""Copies of training rows: exact ones, and the alarm that rows lie nearer to them than to other real rows."""

import numpy as np
import torch
from torch import Tensor

from zerosum.metrics.privacy.near import Near
from zerosum.metrics.tables.encoding import Places
from zerosum.metrics.tables.layout import Layout

MOST = 10_000
"""Rows whose nearest are looked for."""


def exact_copies(rows: Tensor, train: Tensor) -> Tensor:
    """Return whether each of rows [N, C] stands in train [M, C], equal in every column, bool [N].

    Missing values are equal to each other.
    """
    known = set(_keys(train))
    return torch.tensor([key in known for key in _keys(rows)], dtype=torch.bool)


def _keys(rows: Tensor) -> list[bytes]:
    # One zero and one NaN, so that equal rows have equal bytes.
    plain = np.ascontiguousarray(np.where(np.isnan(rows.numpy()), np.nan, rows.numpy() + 0.0))
    return [row.tobytes() for row in plain]


def nearer_to_train(rows: Tensor, train: Tensor, held_out: Tensor, layout: Layout, *, seed: int = 0) -> float:
    """Return the share of rows [N, C] nearer to a training row than to any of as many held-out rows, 0 to 1.

    Ties count half; about 0.5 for fresh rows. An alarm for copies only: a generator may pass it and give members
    away all the same (arXiv:2505.01524).
    """
    random, count = torch.Generator().manual_seed(seed), min(len(train), len(held_out))
    sides = [side[torch.randperm(len(side), generator=random)[:count]] for side in (train, held_out)]
    places = Places.of(torch.cat(sides), layout)
    own = places(rows)
    ours, theirs = (Near.of(own, places(side), k=1).nearest for side in sides)
    return float((ours < theirs).double().mean() + (ours == theirs).double().mean() / 2)
