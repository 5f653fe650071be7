import math

import pytest
import scipy.stats
import torch

from zerosum.errors import UserError
from zerosum.metrics.memorisation import Gaps, copying, gaps, mann_whitney_z, nearest_ratio, quantile


def cloud(n, seed, d=8):
    return torch.randn(n, d, generator=torch.Generator().manual_seed(seed))


def copies(train, n, noise, seed=9):
    generator = torch.Generator().manual_seed(seed)
    chosen = train[torch.randint(len(train), (n,), generator=generator)]
    return chosen + noise * torch.randn(chosen.shape, generator=generator)


def test_fresh_samples_are_like_held_out_ones():
    found = [gaps(cloud(2000, seed), cloud(500, seed + 20), cloud(500, seed + 40)) for seed in range(10)]
    z = torch.tensor([copying(each) for each in found])
    assert abs(float(z.mean())) < 1
    assert float(z.abs().max()) < 4
    assert [sum(values) / 10 for values in zip(*map(nearest_ratio, found), strict=True)] == pytest.approx(
        [1, 1], abs=0.03
    )


def test_copies_are_seen():
    train, held_out = cloud(2000, 0), cloud(500, 1)
    found = gaps(train, held_out, copies(train, 500, 0.05))
    assert copying(found) < -10
    assert max(nearest_ratio(found)) < 0.2
    a_tenth = torch.cat([copies(train, 50, 0.0), cloud(450, 2)])
    median, low = nearest_ratio(gaps(train, held_out, a_tenth))
    assert median == pytest.approx(1, abs=0.1)
    assert low == 0


def test_samples_off_the_data_are_not_copies():
    found = gaps(cloud(2000, 0), cloud(500, 1), cloud(500, 2) * 2)
    assert copying(found) > 10
    assert nearest_ratio(found)[0] > 1.5


def test_copies_in_one_cell_are_seen_there():
    train = torch.cat([cloud(500, 0), cloud(500, 1) + 20, cloud(500, 2) - 20])
    held_out = torch.cat([cloud(100, 3), cloud(100, 4) + 20, cloud(100, 5) - 20])
    fake = torch.cat([copies(train[:500], 100, 0.01), cloud(100, 6) + 20, cloud(100, 7) - 20])
    # One cell of three at the lowest z, sqrt(3 m n / (m + n + 1)), the others near 0.
    assert copying(gaps(train, held_out, fake)) == pytest.approx(-((3 * 1e4 / 201) ** 0.5) / 3, abs=1)


def test_a_collapse_into_a_cell_without_reals_is_still_scored():
    nowhere = Gaps(torch.ones(50), torch.arange(100) + 2.0, torch.zeros(50).long(), torch.ones(100).long())
    assert copying(nowhere) == mann_whitney_z(nowhere.fake, nowhere.held_out) < -10


def test_mann_whitney_equals_counting():
    a, b = torch.tensor([1.0, 3, 3, 7]), torch.tensor([2.0, 3, 5])
    u = sum((x > y) + 0.5 * (x == y) for x in a.tolist() for y in b.tolist())
    variance = 4 * 3 / 12 * (8 - (27 - 3) / (7 * 6))
    assert mann_whitney_z(a, b) == pytest.approx((u - 6) / variance**0.5)
    assert mann_whitney_z(a, b) == pytest.approx(-mann_whitney_z(b, a))
    assert mann_whitney_z(torch.ones(4), torch.ones(3)) == 0


def test_mann_whitney_has_the_p_value_of_scipy():
    random = torch.Generator().manual_seed(0)
    a, b = torch.randint(20, (60,), generator=random).double(), torch.randint(3, 22, (45,), generator=random).double()
    z = mann_whitney_z(a, b)
    expected = scipy.stats.mannwhitneyu(a, b, method="asymptotic", use_continuity=False).pvalue
    assert math.erfc(abs(z) / 2**0.5) == pytest.approx(expected, rel=1e-9)


def test_quantiles():
    values = torch.arange(100).flip(0) + 1.0
    assert [quantile(values, share) for share in (0, 0.05, 0.5, 1)] == [1, 5, 50, 100]


def test_bad_input():
    found = gaps(cloud(100, 0), cloud(19, 1), cloud(50, 2))
    with pytest.raises(UserError, match="50 generated and 19 held-out samples are too few"):
        copying(found)
    with pytest.raises(UserError, match="50% of the held-out samples are copies"):
        nearest_ratio(gaps(cloud(100, 0), cloud(100, 0), cloud(50, 2)))
    with pytest.raises(UserError, match="5% of the held-out samples are copies"):
        nearest_ratio(gaps(cloud(100, 0), torch.cat([cloud(10, 0), cloud(90, 3)]), cloud(50, 2)))
    with pytest.raises(UserError, match="NaN"):
        gaps(cloud(100, 0), cloud(20, 1), torch.full((20, 8), torch.nan))
    with pytest.raises(UserError, match="8 columns, fake 7"):
        gaps(cloud(100, 0), cloud(20, 1), cloud(20, 1, d=7))
