import pytest
import torch
from test_squared_distances import cloud_of

from zerosum.metrics import neighbours
from zerosum.metrics.neighbours import radii, radii_in
from zerosum.metrics.overlap import overlaps
from zerosum.metrics.squared_distances import clouds

KINDS = ["plain", "far", "tiny", "huge", "outlier"]


def exact_distances(first, second):
    return (first.double()[:, None] - second.double()[None]).square().sum(2).sqrt()


def exact_radii(points, k):
    return exact_distances(points, points).sort(1).values[:, k]


@pytest.mark.parametrize("kind", [*KINDS, "copies"])
@pytest.mark.parametrize("width", [2, 200])
def test_radii_are_those_of_float64(kind, width):
    points = cloud_of(kind, 60, width, torch.Generator().manual_seed(0))
    for k, reach in zip((1, 3, 11), radii_in(*clouds(points), (1, 3, 11), chunk=7), strict=True):
        torch.testing.assert_close(reach, exact_radii(points, k), rtol=1e-12, atol=0)
        assert torch.equal(reach, radii(points, k))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("width", [2, 200])
def test_overlaps_are_those_of_float64(kind, width):
    generator = torch.Generator().manual_seed(1)
    first, second = (cloud_of(kind, n, width, generator) for n in (60, 50))
    reaches = [exact_radii(first, k) for k in (1, 5)]
    forward, backward = overlaps(*clouds(first, second), reaches, [exact_radii(second, 3)], chunk=16)
    distances = exact_distances(first, second)
    for reach, overlap in zip(reaches, forward, strict=True):
        inside = distances <= reach[:, None]
        assert torch.equal(overlap.held, inside.sum(1))
        assert torch.equal(overlap.inside, inside.sum(0))
        assert overlap.pairs == int(inside.sum())
    assert forward[1].pairs > 0, "the example is worth something"
    inside = (distances <= exact_radii(second, 3)).T
    assert torch.equal(backward[0].held, inside.sum(1))
    assert backward[0].covered == pytest.approx(float(inside.any(0).double().mean()))
    assert backward[0].used == pytest.approx(float(inside.any(1).double().mean()))


@pytest.mark.parametrize("crowded", [0, 1])
@pytest.mark.parametrize("width", [2, 200])
def test_points_on_the_rim_are_inside(crowded, width, monkeypatch):
    # A copy of a ball's k-th neighbour is at its radius exactly, whichever way the distance is computed.
    monkeypatch.setattr("zerosum.metrics.overlap.CROWDED", crowded)
    points = torch.randn(40, width, generator=torch.Generator().manual_seed(2))
    (overlap,), _ = overlaps(*clouds(points, points.clone()), [radii(points, 4)], [])
    assert overlap.held.tolist() == [5] * 40, "itself and four neighbours"


def test_close_pairs_are_measured_again(monkeypatch):
    # Two tight groups far apart: float32 products cannot order the distances within a group.
    generator = torch.Generator().manual_seed(3)
    points = torch.randn(40, 100, generator=generator) * 1e-2 + torch.tensor([1.0, -1.0]).repeat(20)[:, None] * 10
    plain = []
    original = neighbours._plain_radii
    monkeypatch.setattr(neighbours, "_plain_radii", lambda q, p, k: plain.append(len(q)) or original(q, p, k))
    reach = radii(points, 3)
    assert plain, "more neighbours are in doubt than are kept"
    torch.testing.assert_close(reach, exact_radii(points, 3), rtol=1e-9, atol=0)
    (overlap,), _ = overlaps(*clouds(points, points.clone()), [reach], [])
    assert overlap.held.tolist() == (exact_distances(points, points) <= reach[:, None] * (1 + 1e-5)).sum(1).tolist()
