import pytest
import torch
from scipy.stats import chi2_contingency, pearsonr

from known_rows import LAYOUT, NAN, people
from zerosum.metrics.tables.associations import (
    associations,
    correlation_ratio,
    correlations,
    cramers_v,
    differences,
    pearson,
)


def test_pearson_is_scipys():
    rows = people(500)
    there = ~rows[:, 1].isnan()
    assert pearson(rows[:, 0], rows[:, 1]) == pytest.approx(pearsonr(rows[there, 0], rows[there, 1]).statistic)
    assert pearson(rows[:, 0], torch.ones(500)) == 0
    assert pearson(rows[:, 0], torch.full((500,), NAN)) == 0


def test_cramers_v():
    a, b = torch.tensor([0, 0, 1, 1, 2, 2, 5]), torch.tensor([0, 0, 1, 1, 1, 0, 3])
    table = torch.zeros(6, 4).index_put_((a, b), torch.ones(7), accumulate=True)
    table = table[table.sum(1) > 0][:, table.sum(0) > 0]
    chi = chi2_contingency(table, correction=False).statistic
    assert cramers_v(a, b) == pytest.approx((chi / (7 * 2)) ** 0.5)
    assert cramers_v(a, a) == pytest.approx(1)
    assert cramers_v(a, torch.zeros(7, dtype=torch.int64)) == 0


def test_correlation_ratio():
    categories, numbers = torch.tensor([0, 0, 1, 1]), torch.tensor([1.0, 3, 5, 7]).double()
    # Means 2 and 6 around 4: 4 * 4 of 20.
    assert correlation_ratio(categories, numbers) == pytest.approx((16 / 20) ** 0.5)
    assert correlation_ratio(categories, torch.full((4,), NAN).double()) == 0
    assert correlation_ratio(categories, torch.ones(4).double()) == 0


def test_an_invented_dependence_shows_in_its_pair_alone():
    real, fake = people(4000), people(4000, seed=1)
    fake[:, 2] = fake[:, 3]
    gaps = differences(associations(real, LAYOUT), associations(fake, LAYOUT))
    assert gaps["colour", "kind"] > 0.9
    assert gaps["height", "kind"] < 0.03
    assert set(correlations(real, LAYOUT)) == {("height", "weight")}
    assert set(gaps) | {("height", "weight")} == {
        (a.name, b.name) for place, a in enumerate(LAYOUT.columns) for b in LAYOUT.columns[place + 1 :]
    }
