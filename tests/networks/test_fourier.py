"""Convolutions by frequencies are convolutions: values, derivatives of two orders, and where they step aside."""

import pytest
import torch
from torch import nn
from torch.autograd import gradcheck, gradgradcheck

from zerosum.networks import tutorial
from zerosum.networks.fourier import FourierTransposedConv2d, bilinear_form


def pair(inputs, outputs, kernel, size, *, bias=True):
    fast = FourierTransposedConv2d(inputs, outputs, kernel, size=size, bias=bias)
    plain = nn.ConvTranspose2d(inputs, outputs, kernel, padding=kernel // 2, bias=bias)
    plain.load_state_dict(fast.state_dict())
    return fast, plain


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("kernel, size", [(5, (7, 7)), (3, (7, 7)), (3, (4, 6)), (5, (8, 5)), (1, (3, 3)), (7, (7, 4))])
def test_it_is_the_transposed_convolution(kernel, size, bias):
    fast, plain = (layer.double() for layer in pair(3, 4, kernel, size, bias=bias))
    x = torch.randn(2, 3, *size, dtype=torch.float64)
    torch.testing.assert_close(fast(x), plain(x), rtol=1e-12, atol=1e-12)


def test_float32_stays_exact_at_the_size_it_is_used_at():
    torch.manual_seed(0)
    fast, plain = pair(256, 128, 5, (7, 7))
    x = torch.randn(8, 256, 7, 7)
    exact = plain.double()(x.double())
    assert (fast(x) - exact).abs().max() < 3e-6 * exact.abs().max()


def test_derivatives_of_both_orders():
    fast, plain = (layer.double() for layer in pair(2, 2, 3, (3, 4)))
    x = torch.randn(2, 2, 3, 4, dtype=torch.float64, requires_grad=True)
    assert gradcheck(fast, x)
    assert gradgradcheck(fast, x)
    penalties = []
    for layer in (fast, plain):
        (slope,) = torch.autograd.grad(layer(x).square().sum(), x, create_graph=True)
        penalties.append(torch.autograd.grad(slope.square().sum(), layer.weight)[0])
    torch.testing.assert_close(*penalties)


def test_products_are_a_tenth_of_those_counted_by_hand():
    of_map, of_kernel, back = bilinear_form((7, 7), 5)
    assert (of_map.shape, of_kernel.shape, back.shape) == ((121, 49), (121, 25), (49, 121))
    assert 10 * len(of_map) < 7 * 7 * 5 * 5


@pytest.mark.parametrize("size", [(7, 7), (9, 6)])
def test_other_sizes_and_precisions_take_the_library_s_convolution(size):
    fast, plain = pair(3, 4, 5, (7, 7))
    x = torch.randn(2, 3, *size)
    with torch.autocast("cpu", torch.bfloat16):
        assert fast(x).dtype == torch.bfloat16
        assert torch.equal(fast(x), plain(x))
    assert fast.pays(x) is (size == (7, 7))
    assert not fast.pays(x.to("meta"))
    assert not fast.pays(x.half())
    torch.testing.assert_close(fast(x), plain(x))


def test_the_tutorials_generator_is_the_tutorials():
    torch.manual_seed(0)
    generator = tutorial.Generator(100, (1, 28, 28))
    z = torch.randn(16, 100)
    fast_images = generator(z)
    plain = nn.ConvTranspose2d(256, 128, 5, padding=2, bias=False)
    plain.load_state_dict(generator.layers[4].state_dict())
    generator.layers[4] = plain
    torch.testing.assert_close(fast_images, generator(z), rtol=1e-4, atol=1e-5)
