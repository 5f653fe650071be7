import pytest
import torch

from zerosum.errors import UserError
from zerosum.metrics.birthday import duplicate_pairs, duplicate_radius, support


def cloud(n, seed=0, d=16):
    return torch.randn(n, d, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("k", [10, 500, 20_000])
def test_a_distribution_over_k_points_has_a_support_of_k(k):
    points = cloud(k, seed=1)
    drawn = points[torch.randint(k, (3000,), generator=torch.Generator().manual_seed(2))]
    value, error = support(cloud(1000), drawn, radius=1e-3)
    # 3,000 samples of 20,000 points hold about 225 pairs: 7 % by chance.
    assert value == pytest.approx(k, rel=0.2)
    assert error == pytest.approx(value / (3000 * 2999 / 2 / value) ** 0.5)


def test_equal_sets_have_the_support_of_the_reals():
    values = [support(cloud(2000, seed), cloud(2000, seed + 50)) for seed in range(5)]
    # 1 % have a neighbour in reach, most of them each other: between half of 1 % and 1 % of n pairs.
    least, most = (2000 * 1999 / 2 / pairs for pairs in (20, 10))
    assert least / 1.5 < sum(value for value, _ in values) / 5 < most * 1.5


def test_no_duplicate_is_a_lower_bound_without_error():
    assert support(cloud(100), cloud(100, 1), radius=0.0) == (100 * 99 / 2, None)


def test_pairs_and_radius():
    line = torch.tensor([0.0, 1, 2, 10, 10])[:, None]
    assert [duplicate_pairs(line, r) for r in (0, 1, 2, 10)] == [1, 3, 4, 10]
    assert duplicate_radius(line) == 0
    with pytest.raises(UserError, match="holds nothing"):
        duplicate_pairs(line, -1)


def test_too_few():
    with pytest.raises(UserError, match="99 fake samples are too few for this metric; give at least 100"):
        support(cloud(100), cloud(99))
