import pytest
import torch

from known_rows import NAN
from zerosum.metrics.tables.encoding import Encoder, Places, rank
from zerosum.metrics.tables.layout import Column, Layout

LAYOUT = Layout([Column("size"), Column("colour", 2), Column("gone")])
ROWS = torch.tensor([[1.0, 0, NAN], [3, 1, NAN], [NAN, NAN, NAN], [5, 1, NAN]], dtype=torch.float64)


def test_features_are_those_of_the_fitted_table():
    encoder = Encoder.of(ROWS, LAYOUT)
    features = encoder(ROWS)
    deviation = (8 / 3) ** 0.5
    assert features[:, 0].tolist() == pytest.approx([-2 / deviation, 0, 0, 2 / deviation])
    assert features[:, 1:4].tolist() == [[0, 1, 0], [0, 0, 1], [1, 0, 0], [0, 0, 1]]
    assert encoder(torch.tensor([[1003.0, 1, 7]]).double())[0].tolist() == pytest.approx(
        [1000 / deviation, 0, 0, 1, 7, 0]
    )


def test_a_column_without_gaps_has_no_entry_for_them():
    assert Encoder.of(ROWS[:2, :1], LAYOUT.without(2).without(1))(ROWS[:2, :1]).shape == (2, 1)


def test_distances_count_what_differs():
    places = Places.of(ROWS, LAYOUT)
    own = places(ROWS).double()
    squares = (own[:, None] - own[None]).square().sum(2)
    # Ranks of 1, 3 and 5 are 1/6, 3/6 and 5/6; another colour is 1; a missing size 1 and its rank to the middle.
    assert float(squares[1, 3]) == pytest.approx(1 / 9)
    assert float(squares[0, 1]) == pytest.approx(1 / 9 + 1)
    assert float(squares[0, 2]) == pytest.approx(1 + 1 / 9 + 1)


def test_ranks():
    assert rank(torch.tensor([0.0, 2, 9]), torch.tensor([1.0, 2, 2, 3])).tolist() == [0, 0.5, 1]
    assert rank(torch.tensor([0.0]), torch.tensor([])).tolist() == [0]
