"""Normalisation by image statistics, and statistics that are taken once and used for every tile."""

import pytest
import torch
from torch import nn

from zerosum.networks.norms import ImageNorm, Statistics, frozen, measured, normalisations


def images(n: int = 3, side: int = 12) -> torch.Tensor:
    return torch.randn(n, 4, side, side, generator=torch.Generator().manual_seed(1)) * 3 + 2


@pytest.fixture
def network() -> nn.Module:
    torch.manual_seed(0)
    layers = nn.Sequential(nn.Conv2d(4, 6, 1), ImageNorm(6, affine=True), nn.ReLU(), nn.Conv2d(6, 4, 1), ImageNorm(4))
    nn.init.normal_(layers[1].weight)
    nn.init.normal_(layers[1].bias)
    return layers


@pytest.mark.parametrize("affine", [False, True])
def test_it_is_instance_normalisation(affine):
    ours, theirs = ImageNorm(4, affine=affine), nn.InstanceNorm2d(4, affine=affine)
    if affine:
        ours.load_state_dict(theirs.state_dict())
        nn.init.normal_(ours.weight)
        theirs.load_state_dict(ours.state_dict())
    assert torch.allclose(ours(images()), theirs(images()), atol=1e-6)
    assert torch.equal(ours(images()), ours.eval()(images()))
    assert torch.allclose(ours(images())[:1], ours(images()[:1]), atol=1e-6)


def test_statistics_are_those_of_the_formula():
    x = images(1, 2)
    found = Statistics.of(x)
    plain = x[0, 0].flatten().tolist()
    mean = sum(plain) / 4
    assert found.mean[0, 0].item() == pytest.approx(mean)
    assert found.variance[0, 0].item() == pytest.approx(sum((value - mean) ** 2 for value in plain) / 4)
    assert found.pixels == 4


def test_statistics_of_parts_join_to_those_of_the_whole():
    whole, x = Statistics.of(images()), images()
    parts = Statistics.of(x[..., :5]).joined(Statistics.of(x[..., 5:]))
    assert parts.pixels == whole.pixels == 144
    assert torch.allclose(parts.mean, whole.mean, atol=1e-6)
    assert torch.allclose(parts.variance, whole.variance, rtol=1e-5)


def test_tiles_with_the_statistics_of_the_whole_image_are_the_whole_image(network):
    x = images(1)
    with measured(network) as measurement:
        expected = network(x)
    assert list(measurement.found) == ["1", "4"]
    with frozen(network, measurement.found):
        tiled = torch.cat([network(x[..., :5]), network(x[..., 5:])], 3)
    assert torch.allclose(tiled, expected, atol=1e-5)
    assert not torch.allclose(torch.cat([network(x[..., :5]), network(x[..., 5:])], 3), expected, atol=1e-2)


def test_statistics_of_overlapping_tiles_count_each_pixel_once(network):
    x = images(1)
    with measured(network) as whole:
        network(x)
    with measured(network) as tiles:
        tiles.window = (0.0, 1.0, 0.0, 0.75)
        network(x[..., :8])
        tiles.window = (0.0, 1.0, 0.25, 1.0)
        network(x[..., 4:])
    assert tiles.found["1"].pixels == whole.found["1"].pixels
    assert torch.allclose(tiles.found["1"].mean, whole.found["1"].mean, atol=1e-6)
    assert torch.allclose(tiles.found["1"].variance, whole.found["1"].variance, rtol=1e-5)


def test_after_the_block_everything_is_as_before(network):
    before = network(images())
    with pytest.raises(RuntimeError), measured(network), frozen(network, {"1": Statistics.of(torch.zeros(1, 6, 4, 4))}):
        network(torch.zeros(1, 5, 4, 4))  # a channel too many
    assert torch.equal(network(images()), before)
    assert all(norm.frozen is None and norm.measurement is None for norm in normalisations(network).values())
    assert not any("frozen" in name for name in network.state_dict())


def test_gradients_pass_twice():
    x = images(2, 4).requires_grad_()
    (gradient,) = torch.autograd.grad(ImageNorm(4)(x).square().sum() + x.pow(3).sum(), x, create_graph=True)
    gradient.square().sum().backward()
    assert x.grad.isfinite().all()
