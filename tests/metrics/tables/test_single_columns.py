import pytest
import torch
from scipy.stats import ks_2samp

from known_rows import LAYOUT, NAN, people
from zerosum.metrics.tables.layout import Column, Layout
from zerosum.metrics.tables.single import (
    category_coverage,
    column_distances,
    counts,
    kolmogorov_smirnov,
    missing_differences,
    range_coverage,
    total_variation,
)


def column(*values):
    return torch.tensor(values, dtype=torch.float64)[:, None]


def test_kolmogorov_smirnov_is_scipys():
    random = torch.Generator().manual_seed(0)
    real, fake = torch.randn(300, generator=random).double(), torch.randn(200, generator=random).double().round() + 0.3
    assert kolmogorov_smirnov(real, fake) == pytest.approx(ks_2samp(real, fake).statistic)
    assert kolmogorov_smirnov(real, real) == 0


def test_missing_numbers_are_a_distance():
    real = torch.arange(10.0).double()
    fake = real.clone()
    fake[:3] = NAN
    assert kolmogorov_smirnov(real, real + 100) == 1
    assert kolmogorov_smirnov(real, fake) == pytest.approx(0.3)


def test_total_variation():
    assert total_variation(torch.tensor([1, 3]), torch.tensor([2, 2])) == pytest.approx(0.25)
    assert total_variation(torch.tensor([5, 0]), torch.tensor([0, 2])) == 1


def test_counts_have_a_place_for_what_is_missing():
    assert counts(torch.tensor([0.0, 2, 2, NAN]), Column("c", 3)).tolist() == [1, 0, 2, 1]


def test_distances_of_columns():
    real, fake = people(4000), people(4000, seed=1)
    fake[:, 2] = 0
    distances = column_distances(real, fake, LAYOUT)
    assert distances["colour"] == pytest.approx(float((real[:, 2] > 0).double().mean()))
    assert max(distances["height"], distances["weight"], distances["kind"]) < 0.04


def test_missing_differences():
    rows = people(2000)
    there = rows.nan_to_num()
    differences = missing_differences(rows, there, LAYOUT)
    assert differences["weight"] == pytest.approx(float(rows[:, 1].isnan().double().mean()))
    assert differences["height"] == 0


def test_coverage():
    layout = Layout([Column("size"), Column("colour", 4)])
    real = torch.tensor([[0.0, 0], [10, 1], [NAN, 2]], dtype=torch.float64)
    fake = torch.tensor([[-5.0, 0], [5, 3], [2, NAN]], dtype=torch.float64)
    assert category_coverage(real, fake, layout) == {"colour": pytest.approx(1 / 3)}
    assert range_coverage(real, fake, layout) == {"size": 0.5}


def test_ranges_that_are_apart_constant_or_missing():
    layout = Layout([Column("size")])
    assert range_coverage(column(0, 1), column(2, 3), layout) == {"size": 0}
    assert range_coverage(column(1, 1), column(0, 3), layout) == {"size": 1}
    assert range_coverage(column(1, 1), column(2, 3), layout) == {"size": 0}
    assert range_coverage(column(1, 2), column(NAN, NAN), layout) == {"size": 0}
    assert range_coverage(column(NAN, NAN), column(1, 2), layout) == {"size": 1}
