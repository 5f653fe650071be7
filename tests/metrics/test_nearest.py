import pytest
import torch

from zerosum.errors import UserError
from zerosum.metrics import nearest as module
from zerosum.metrics.kmeans import _means, assign, kmeans
from zerosum.metrics.nearest import nearest


@pytest.mark.parametrize("offset", [0, 1000])
def test_nearest_equals_brute_force_in_blocks(monkeypatch, offset):
    monkeypatch.setattr(module, "QUERIES", 7)
    monkeypatch.setattr(module, "POINTS", 11)
    generator = torch.Generator().manual_seed(0)
    queries, points = (torch.randn(n, 5, generator=generator) + offset for n in (30, 50))
    distance, index = nearest(queries, points)
    expected = (queries.double()[:, None] - points.double()).norm(dim=2).min(1)
    assert torch.equal(index, expected.indices)
    torch.testing.assert_close(distance, expected.values)


def test_a_copy_is_at_distance_zero():
    points = torch.rand(300, 64, generator=torch.Generator().manual_seed(1)) * 100
    distance, index = nearest(points[100:], points)
    assert torch.equal(index, torch.arange(100, 300))
    assert not distance.any()


def test_kmeans_finds_clusters_that_are_apart():
    generator = torch.Generator().manual_seed(2)
    true = torch.tensor([[0.0, 0], [10, 0], [0, 10], [10, 10]])
    points = true[torch.arange(400) % 4] + torch.randn(400, 2, generator=generator)
    centres = kmeans(points, 4, seed=0)
    means = torch.stack([points[i::4].mean(0) for i in range(4)])
    torch.testing.assert_close(centres[assign(means, centres)], means)
    assert torch.equal(centres, kmeans(points, 4, seed=0))


def test_an_empty_cluster_starts_anew_at_the_furthest_point():
    points = torch.tensor([[0.0], [1.0], [9.0]])
    distance, cluster = torch.tensor([0.5, 0.5, 7.0]), torch.tensor([0, 0, 0])
    assert _means(points, distance, cluster, 2).tolist() == [[pytest.approx(10 / 3)], [9]]
    many = torch.rand(60, 1, generator=torch.Generator().manual_seed(3))
    assert len(torch.unique(assign(many, kmeans(many, 40)))) == 40


def test_kmeans_needs_as_many_different_points_as_clusters():
    with pytest.raises(UserError, match="3 clusters need 3 different samples, there are 2"):
        kmeans(torch.tensor([[0.0], [1.0]]).repeat(9, 1), 3)
    with pytest.raises(UserError, match="2 real samples are too few"):
        kmeans(torch.rand(2, 1), 3)
