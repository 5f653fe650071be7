"""Nearest training images: a copy is found at distance 0, and the order is that of the distances."""

import pytest
import torch
from linear import linear_space

from zerosum.data.dataset import Resident
from zerosum.errors import UserError
from zerosum.latents.neighbours import closest, neighbours
from zerosum.metrics.named_features import named_features


def test_the_closest_are_those_of_a_full_search():
    random = torch.Generator().manual_seed(0)
    queries, points = torch.randn(7, 5, generator=random), torch.randn(25_000, 5, generator=random)
    points[24_000] = queries[3]
    distances, indices = closest(queries, points, 4)
    full = (queries[:, None].double() - points.double()).norm(dim=2).sort(1)
    assert torch.equal(indices, full.indices[:, :4])
    assert torch.allclose(distances, full.values[:, :4])
    assert distances[3, 0] == 0


def test_a_sample_that_was_trained_on_is_found():
    space = linear_space(classes=())
    samples = space.generator.sample(40, seed=1)
    order = torch.randperm(40, generator=torch.Generator().manual_seed(0))
    train = Resident(samples[order], name="copies")
    found = neighbours(space, train, named_features("pixels", train, train), numbers=[5, 9], count=3, seed=1)
    assert order[found.arrays["indices"][:, 0]].tolist() == [5, 9]
    assert found.arrays["distances"][:, 0].tolist() == [0, 0]
    assert torch.equal(found.arrays["nearest"][:, 0], found.arrays["samples"])
    assert (found.arrays["distances"].diff(dim=1) >= 0).all()
    assert found.notes["features"] == "pixels"


@pytest.mark.parametrize("count", [0, 41, 101])
def test_numbers_out_of_range_are_refused(count):
    space = linear_space(classes=())
    train = Resident(space.generator.sample(40), name="copies")
    with pytest.raises(UserError, match=f"{count} neighbours: use 1 to 40"):
        neighbours(space, train, named_features("pixels", train, train), count=count)
