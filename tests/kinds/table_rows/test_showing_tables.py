"""What the picture of a table shows of a column."""

import numpy as np
import pytest

from zerosum.kinds.table_rows.column import Column
from zerosum.kinds.table_rows.showing import shares_of


def test_the_bars_of_categories_are_their_shares_and_missing_ones_count():
    column = Column("job", "category", categories=("a", "b"))
    shares = shares_of(column, np.array([0, 0, 1, np.nan]), np.array([0.0, 1.0]))
    assert (shares.samples, shares.real) == ([0.5, 0.25], [0.5, 0.5])
    assert (shares.low, shares.high) == ("a", "b")


def test_the_outermost_bins_hold_what_lies_beyond():
    real = np.linspace(0, 100, 1001)
    shares = shares_of(Column("x", "integer", decimals=0), np.array([-500.0, 50.0, 500.0, 500.0]), real)
    assert shares.samples[0] == 0.25
    assert shares.samples[-1] == 0.5
    assert sum(shares.real) == pytest.approx(1)
    assert (shares.low, shares.high) == ("0", "99")
