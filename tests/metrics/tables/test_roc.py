import pytest
import torch

from zerosum.metrics.tables.roc import auc, auc_error, caught


def test_the_area_counts_pairs():
    assert auc(torch.tensor([3.0, 1]), torch.tensor([0.0, 2, 3])) == pytest.approx((2.5 + 1) / 6)


def test_the_error_is_the_spread_over_fresh_scores():
    random = torch.Generator().manual_seed(0)
    areas, errors = [], []
    for _ in range(400):
        sides = torch.randn(80, generator=random) + 0.5, torch.randn(120, generator=random)
        areas.append(auc(*sides))
        errors.append(auc_error(*sides))
    assert sum(errors) / 400 == pytest.approx(float(torch.tensor(areas).std()), rel=0.1)


def test_what_is_caught_at_few_false_alarms():
    negative = torch.arange(200.0)
    # Two of 200 may be: 198 and 199.
    assert caught(torch.tensor([198.5, 197.5, 10, 300]), negative) == 0.75
    # Fewer than 100 negatives: not one of them may be caught.
    assert caught(torch.tensor([5.0, 5, 6]), torch.tensor([5.0, 1])) == pytest.approx(1 / 3)
    # All negatives tie with the limit: no threshold is strict enough.
    assert caught(torch.ones(10), torch.ones(1000)) == 0
