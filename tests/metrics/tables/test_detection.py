import pytest
import torch

from known_rows import LAYOUT, people
from zerosum.metrics.tables.detection import detected, linear_detection, out_of_fold, tree_detection


def squeezed(n):
    """Rows whose columns are right one by one, and go together as they should not."""
    rows = people(n, seed=1)
    rows[:, 0] = rows[torch.randperm(n, generator=torch.Generator().manual_seed(0)), 0]
    return rows


def test_fresh_rows_cannot_be_told():
    area, error = detected(linear_detection, people(1500), people(1500, seed=1), LAYOUT)
    assert abs(area - 0.5) < 3 * error
    assert error == pytest.approx((1 / 3000 / 6 * 4) ** 0.5 / 2 * 2**0.5, rel=0.2)


def test_a_wrong_column_is_told_by_lines():
    fakes = people(1000, seed=1)
    fakes[:, 0] = 170 + (fakes[:, 0] - 170) / 3
    assert detected(linear_detection, people(1000), fakes, LAYOUT)[0] > 0.7


def test_wrong_pairs_are_told_by_trees():
    pytest.importorskip("sklearn")
    area, error = detected(tree_detection, people(1000), people(1000, seed=1), LAYOUT)
    assert abs(area - 0.5) < 3.5 * error
    assert detected(tree_detection, people(1000), squeezed(1000), LAYOUT)[0] > 0.7
    assert detected(linear_detection, people(1000), squeezed(1000), LAYOUT)[0] < 0.56


def test_detection_leaves_its_rows_as_they_are():
    pytest.importorskip("sklearn")
    rows, fakes = people(60), people(60, seed=1)
    tree_detection(rows, fakes, LAYOUT)
    torch.testing.assert_close(rows, people(60), equal_nan=True)


def test_no_row_is_scored_by_a_model_that_has_seen_it():
    features, labels = torch.arange(40.0)[:, None], torch.arange(40) % 2
    seen = []

    def fit(rows, labels):
        assert 9 <= int(labels.sum()) <= 18
        seen.append(set(rows[:, 0].tolist()))
        return lambda others: (seen[-1].isdisjoint(others[:, 0].tolist()) * torch.ones(len(others))).double()

    assert out_of_fold(features, labels, fit, folds=4).tolist() == [1.0] * 40
    assert [len(rows) for rows in seen] == [30] * 4
