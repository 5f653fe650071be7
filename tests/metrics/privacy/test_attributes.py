import pytest
import torch

from known_rows import LAYOUT, NAN, people
from zerosum.metrics.privacy.attributes import advantages, hits, mean_advantage
from zerosum.metrics.tables.layout import Column, Layout


def test_a_guess_is_the_value_of_the_row_that_is_nearest_in_all_other_columns():
    layout = Layout([Column("a"), Column("b", 3)])
    synthetic = torch.tensor([[0.0, 0], [10, 1], [20, 2], [NAN, NAN]], dtype=torch.float64)
    rows = torch.tensor([[1.0, 0], [19, 1], [NAN, 2], [10, NAN]], dtype=torch.float64)
    # Of 1, the nearest is 0, whose b is 0. Of b = 0 the a is 0: its rank 1/6 is 1/6 off that of 1, so no hit.
    assert hits(rows, synthetic, layout).tolist() == [[0, 1], [0, 0], [0, 0], [0, 0]]
    assert hits(synthetic, synthetic, layout).tolist() == [[1, 1]] * 4


def test_copies_give_secrets_away_and_fresh_rows_do_not():
    train, held_out = people(400), people(400, seed=1)
    told = advantages(train, held_out, train, LAYOUT)
    assert set(told) == {"height", "weight", "colour", "kind"}
    assert told["colour"][0] > 0.2
    assert mean_advantage(train, held_out, train, LAYOUT)[0] == pytest.approx(
        sum(value for value, _ in told.values()) / 4
    )
    fresh = people(400, seed=2)
    for value, error in [
        *advantages(train, held_out, fresh, LAYOUT).values(),
        mean_advantage(train, held_out, fresh, LAYOUT),
    ]:
        assert abs(value) < 3 * error
