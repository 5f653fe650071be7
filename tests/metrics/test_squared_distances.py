import pytest
import torch

from zerosum.metrics.squared_distances import blocks, clouds, pair_squares


def cloud_of(kind, n, d, generator):
    points = torch.randn(n, d, generator=generator)
    changes = {
        "plain": lambda: points,
        "far": lambda: points + 1000,
        "tiny": lambda: points * 1e-39,
        "huge": lambda: points * 1e37,
        "outlier": lambda: torch.cat([points[:-1], points[-1:] * 1e4]),
        "copies": lambda: points[:5].repeat(n // 5, 1),
    }
    return changes[kind]()


@pytest.mark.parametrize("kind", ["plain", "far", "tiny", "huge", "outlier", "copies"])
@pytest.mark.parametrize("width", [2, 200])
def test_squares_are_right_within_the_slack(kind, width):
    generator = torch.Generator().manual_seed(0)
    first, second = (cloud_of(kind, n, width, generator) for n in (40, 30))
    one, two = clouds(first, second)
    assert one.points.dtype == (torch.float32 if width == 200 else torch.float64)
    rows, columns = slice(3, 33), slice(0, 30)
    exact = (first[rows].double()[:, None] - second.double()[None]).square().sum(2) * one.factor**2
    error = (one.squares(rows, two, columns).double() - exact).abs().amax(1)
    slack = one.slack(rows, two, columns)
    assert bool((error <= slack).all())
    assert float(slack.max()) < 1e-4 * float(exact.max()), "the bound says something"


def test_products_of_fewer_bits_are_not_trusted(monkeypatch):
    monkeypatch.setattr(torch, "get_float32_matmul_precision", lambda: "high")
    assert clouds(torch.ones(3, 200))[0].points.dtype == torch.float64


@pytest.mark.parametrize("width", [2, 200])
def test_sets_of_different_types_share_their_centre(width):
    points = torch.randn(20, width, generator=torch.Generator().manual_seed(1)) + 100
    one, two = clouds(points.double(), points)
    assert torch.equal(one.points, two.points)


def test_pair_squares_in_parts(monkeypatch):
    monkeypatch.setattr("zerosum.metrics.squared_distances.PAIR_NUMBERS", 12)
    first, second = torch.arange(12.0).view(3, 4), torch.ones(2, 4)
    rows, columns = torch.tensor([0, 1, 2, 2, 0]), torch.tensor([1, 0, 1, 0, 0])
    expected = [(first[i] - second[j]).square().sum().item() for i, j in zip(rows, columns, strict=True)]
    assert pair_squares(first, second, rows, columns).tolist() == expected
    assert pair_squares(first, second, rows[:0], columns[:0]).tolist() == []


def test_blocks():
    assert [(part.start, part.stop) for part in blocks(5, 2)] == [(0, 2), (2, 4), (4, 5)]
