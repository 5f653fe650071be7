"""The light generator: sizes of any image, noise in training only, excitation."""

import pytest
import torch
from torch.nn import functional as F

from zerosum.errors import UserError
from zerosum.networks.light import Excitation, Generator, Level, sizes_of


@pytest.mark.parametrize(
    "shape, sizes",
    [
        ((3, 64, 64), [(4, 4), (8, 8), (16, 16), (32, 32)]),
        ((1, 28, 28), [(4, 4), (7, 7), (14, 14)]),
        ((1, 60, 64), [(4, 4), (8, 8), (15, 16), (30, 32)]),
        ((4, 72, 72), [(3, 3), (5, 5), (9, 9), (18, 18), (36, 36)]),
        ((1, 8, 8), [(4, 4)]),
        ((3, 24, 96), [(3, 12), (6, 24), (12, 48)]),
    ],
)
def test_maps_halve_rounded_up_down_to_four_pixels(shape, sizes):
    assert sizes_of(shape, 2) == sizes


@pytest.mark.parametrize("shape", [(1, 28, 28), (3, 60, 64), (4, 72, 72), (1, 8, 8), (3, 24, 96), (3, 128, 128)])
def test_it_makes_images_of_any_even_size(shape):
    made = Generator(8, shape, width=4)(torch.randn(3, 8))
    assert made.shape == (3, *shape)
    assert made.abs().max() <= 1


def test_odd_sizes_need_no_folding():
    with pytest.raises(UserError, match=r"28x27 images: use --set generator.fold=1"):
        Generator(8, (1, 27, 28))
    assert Generator(8, (1, 27, 28), width=4, fold=1)(torch.randn(2, 8)).shape == (2, 1, 27, 28)


def test_a_level_is_a_gated_convolution_of_twice_the_pixels():
    torch.manual_seed(0)
    level, x = Level(3, 2, (6, 6)).eval(), torch.randn(2, 3, 3, 3)
    wide = level.norm(level.convolution(F.interpolate(x, scale_factor=2.0)))
    assert torch.allclose(level(x), wide[:, :2] * wide[:, 2:].sigmoid(), atol=1e-6)


def test_noise_is_of_training_and_begins_at_none():
    torch.manual_seed(0)
    generator, z = Generator(8, (1, 32, 32), width=4), torch.randn(4, 8)
    assert torch.equal(generator(z), generator(z)), "its loudness begins at 0"
    for level in generator.levels:
        torch.nn.init.ones_(level.loudness)
    assert not torch.equal(generator(z), generator(z))
    generator.eval()
    assert torch.equal(generator(z), generator(z))


def test_excitations_are_factors_between_0_and_1_for_each_channel():
    found = Excitation(5, 7)(torch.randn(2, 5, 9, 11))
    assert found.shape == (2, 7, 1, 1)
    assert found.min() > 0
    assert found.max() < 1


def test_coarse_maps_excite_those_two_levels_above():
    generator = Generator(8, (1, 64, 64), width=4, widest=64)
    assert [(e.layers[0].in_channels, e.layers[2].out_channels) for e in generator.excitations] == [(32, 8), (16, 4)]
