import math

import pytest
import torch

from zerosum.errors import UserError
from zerosum.metrics.density_coverage import density_coverage, expected_coverage
from zerosum.metrics.neighbours import distances, radii
from zerosum.metrics.precision_recall import precision_recall


def sets(n=40, m=30, d=3, shift=0.7):
    generator = torch.Generator().manual_seed(0)
    return torch.randn(n, d, generator=generator), torch.randn(m, d, generator=generator) * 0.8 + shift


def naive_radii(points, k):
    return [sorted(math.dist(p, q) for j, q in enumerate(points) if j != i)[k - 1] for i, p in enumerate(points)]


def test_radii_and_distances_in_chunks():
    x, y = sets()
    points = x.double().tolist()
    for k in (1, 3, 5):
        assert radii(x, k, chunk=7).tolist() == pytest.approx(naive_radii(points, k), rel=1e-9)
    expected = [[math.dist(p, q) for q in points] for p in y.double().tolist()]
    torch.testing.assert_close(torch.cat(list(distances(y, x, chunk=11))), torch.tensor(expected).double())


def test_precision_and_recall_equal_brute_force():
    x, y = sets()
    real, fake = x.double().tolist(), y.double().tolist()
    real_reach, fake_reach = naive_radii(real, 3), naive_radii(fake, 3)
    precision = sum(any(math.dist(f, r) <= e for r, e in zip(real, real_reach, strict=True)) for f in fake) / len(fake)
    recall = sum(any(math.dist(r, f) <= e for f, e in zip(fake, fake_reach, strict=True)) for r in real) / len(real)
    assert 0.2 < recall < precision < 1, "the example is worth something"
    assert precision_recall(x, y) == pytest.approx((precision, recall))
    assert precision_recall(x, y, real_radii=radii(x, 3)) == pytest.approx((precision, recall))


def test_density_and_coverage_equal_brute_force():
    x, y = sets()
    real, fake = x.double().tolist(), y.double().tolist()
    reach = naive_radii(real, 5)
    inside = [[math.dist(f, r) <= e for r, e in zip(real, reach, strict=True)] for f in fake]
    density = sum(map(sum, inside)) / (5 * len(fake))
    coverage = sum(any(row[i] for row in inside) for i in range(len(real))) / len(real)
    assert 0 < coverage < 1
    assert density_coverage(x, y) == pytest.approx((density, coverage))


def test_equal_distributions_get_the_expected_density_and_coverage():
    generator = torch.Generator().manual_seed(1)
    draws = [
        density_coverage(torch.randn(200, 8, generator=generator), torch.randn(150, 8, generator=generator))
        for _ in range(30)
    ]
    density, coverage = (sum(values) / 30 for values in zip(*draws, strict=True))
    assert density == pytest.approx(1, abs=0.05)
    assert coverage == pytest.approx(expected_coverage(200, 150), abs=0.01)
    assert expected_coverage(10_000, 10_000) == pytest.approx(0.969, abs=5e-4)
    assert expected_coverage(2, 1, k=1) == pytest.approx(1 / 2)


def test_collapse_keeps_precision_and_loses_recall():
    x, _ = sets()
    precision, recall = precision_recall(x, x[:1].repeat(30, 1))
    assert precision == 1
    assert recall == pytest.approx(1 / 40)


def test_copies_lie_in_balls_of_radius_zero():
    copies = (torch.rand(1, 64, generator=torch.Generator().manual_seed(3)) * 100).repeat(12, 1)
    assert radii(copies, 5).tolist() == [0.0] * 12
    assert precision_recall(copies, copies) == (1, 1)
    assert density_coverage(copies, copies)[1] == 1


def test_too_few_samples():
    x, y = sets()
    with pytest.raises(UserError, match="k=3 neighbours need more than 3 samples"):
        precision_recall(x, y[:3])
