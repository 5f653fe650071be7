import pytest
import torch

from known_rows import LAYOUT, NAN, WIDE, people, wide
from zerosum.metrics.privacy.copies import exact_copies, nearer_to_train


def test_a_copy_is_equal_in_every_column():
    train = torch.tensor([[1.0, NAN, 0], [2, 3, 0]], dtype=torch.float64)
    rows = torch.tensor([[1.0, NAN, -0.0], [2, 3, 1], [2, 3.0000001, 0], [2, 3, 0], [NAN, 1, 0]], dtype=torch.float64)
    assert exact_copies(rows, train).tolist() == [True, False, False, True, False]


def test_fresh_rows_have_no_copies_and_copies_are_found():
    train = people(500)
    assert float(exact_copies(people(500, seed=1), train).double().mean()) == 0
    assert bool(exact_copies(train.flip(0), train).all())


def test_rows_nearer_to_training_rows_than_to_others():
    train, held_out = wide(600), wide(400, seed=1)
    assert nearer_to_train(train + 0.001, train[:400], held_out, WIDE) == pytest.approx(
        400 / 600 + 200 / 600 / 2, abs=0.05
    )
    assert nearer_to_train(wide(3000, seed=2), train, held_out, WIDE) == pytest.approx(0.5, abs=0.05)
    assert nearer_to_train(held_out, train, held_out, WIDE) == 0


def test_a_tie_counts_half():
    rows = people(50)
    assert nearer_to_train(rows, rows, rows.flip(0), LAYOUT) == pytest.approx(0.5, abs=0.25)
