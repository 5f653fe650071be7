from itertools import combinations

import pytest
import torch

from known_rows import LAYOUT, NAN, people
from zerosum.metrics.tables.associations import correlations
from zerosum.metrics.tables.layout import Column, Layout
from zerosum.metrics.tables.pairs import pair_distances, quantiles
from zerosum.metrics.tables.single import column_distances


def test_every_pair_of_columns_counts():
    names = [column.name for column in LAYOUT.columns]
    distances = pair_distances(people(3000), people(3000, seed=1), LAYOUT)
    assert list(distances) == list(combinations(names, 2))
    # Chance alone: half the sum of |p - q| over about 200 cells of a pair of numbers.
    assert max(distances.values()) < 0.16


def test_independent_columns_against_ones_squeezed_onto_a_curve():
    """Both columns alone are the same, and neither correlates with the other: only the pair tells."""
    random = torch.Generator().manual_seed(0)
    real = torch.rand(5000, 2, generator=random, dtype=torch.float64)
    x = torch.rand(5000, generator=random, dtype=torch.float64)
    fake = torch.stack([x, (2 * x - 1).abs()], 1)
    layout = Layout([Column("x"), Column("y")])
    assert max(column_distances(real, fake, layout).values()) < 0.05
    assert abs(correlations(fake, layout)["x", "y"]) < 0.05
    # Of each decile of x, two deciles of y are met: of 100 cells 80 are empty.
    assert pair_distances(real, fake, layout)["x", "y"] == pytest.approx(0.8, abs=0.06)
    assert pair_distances(real, torch.rand(5000, 2, generator=random).double(), layout)["x", "y"] < 0.1


def test_a_spike_does_not_share_its_bin():
    layout = Layout([Column("gain"), Column("sex", 2)])
    real = torch.zeros(100, 2, dtype=torch.float64)
    fake = real.clone()
    fake[:30, 0] = -1e-9
    assert pair_distances(real, fake, layout)["gain", "sex"] == pytest.approx(0.3)


def test_missing_values_have_a_bin():
    layout = Layout([Column("gain"), Column("sex", 2)])
    real = torch.ones(10, 2, dtype=torch.float64)
    fake = real.clone()
    fake[:2, 0], fake[2:5, 1] = NAN, NAN
    assert pair_distances(real, fake, layout)["gain", "sex"] == pytest.approx(0.5)


def test_rare_categories_count_together():
    layout = Layout([Column("town", 500), Column("sex", 2)])
    real = torch.stack([torch.arange(1000.0).double() % 500, torch.zeros(1000).double()], 1)
    real[:500, 0] = real[:500, 0] % 20
    fake = real.clone()
    fake[500:, 0] = 20 + (fake[500:, 0] + 100) % 480
    assert pair_distances(real, fake, layout)["town", "sex"] == pytest.approx(0.02)


def test_quantiles():
    assert quantiles(torch.tensor([NAN, 3.0, 1, 2, 4]), 4).tolist() == [2, 3, 4]
    assert quantiles(torch.tensor([5.0, 5, 5]), 10).tolist() == [5]
    assert quantiles(torch.tensor([NAN]), 10).tolist() == []
