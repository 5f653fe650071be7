"""Convolutions as matrix products are convolutions: values, derivatives of two orders, and where they step aside."""

import pytest
import torch
from torch import nn
from torch.autograd import gradcheck, gradgradcheck

from zerosum.networks.columns import ColumnConv2d, ColumnTransposedConv2d

SHAPES = [
    {"kernel_size": 5, "stride": 2, "padding": 2},
    {"kernel_size": (3, 4), "stride": (1, 2), "padding": (0, 1)},
    {"kernel_size": 1},
]
PAIRS = [(ColumnConv2d, nn.Conv2d), (ColumnTransposedConv2d, nn.ConvTranspose2d)]


def both(kinds, shape, *, inputs=3, outputs=2, bias=True):
    fast, plain = (kind(inputs, outputs, **shape, bias=bias).double() for kind in kinds)
    plain.load_state_dict(fast.state_dict())
    return fast, plain


@pytest.mark.parametrize("kinds", PAIRS)
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("order", [torch.contiguous_format, torch.channels_last])
def test_they_are_the_library_s_layers(kinds, shape, bias, order):
    fast, plain = both(kinds, shape, bias=bias)
    x = torch.randn(2, 3, 8, 7, dtype=torch.float64).contiguous(memory_format=order)
    torch.testing.assert_close(fast(x), plain(x), rtol=1e-12, atol=1e-12)


def test_a_dilated_convolution():
    fast, plain = both(PAIRS[0], {"kernel_size": 3, "dilation": 2, "padding": 1})
    x = torch.randn(2, 3, 9, 8, dtype=torch.float64)
    torch.testing.assert_close(fast(x), plain(x), rtol=1e-12, atol=1e-12)


def test_output_padding_adds_a_side():
    fast, plain = both(PAIRS[1], {"kernel_size": 5, "stride": 2, "padding": 2, "output_padding": 1})
    x = torch.randn(2, 3, 7, 7, dtype=torch.float64)
    assert fast(x).shape == (2, 2, 14, 14)
    torch.testing.assert_close(fast(x), plain(x), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("kinds", PAIRS)
def test_derivatives_of_both_orders(kinds):
    fast, _ = both(kinds, {"kernel_size": 3, "stride": 2, "padding": 1}, inputs=2)
    x = torch.randn(1, 2, 4, 4, dtype=torch.float64, requires_grad=True)
    assert gradcheck(fast, x)
    assert gradgradcheck(fast, x)


def test_an_asked_for_size_is_left_to_the_library():
    fast, plain = both(PAIRS[1], {"kernel_size": 3, "stride": 2, "padding": 1})
    x = torch.randn(2, 3, 4, 4, dtype=torch.float64)
    torch.testing.assert_close(fast(x, [8, 8]), plain(x, [8, 8]))
