"""The generator of CTGAN."""

import torch

from zerosum.networks.dense import Generator


def test_a_layer_is_told_what_all_before_it_were_told():
    network = Generator(3, (5,), width=4, depth=2)
    assert [layer.linear.in_features for layer in network.hidden] == [3, 7]
    assert network.out[0].in_features == 11
    assert network(torch.randn(6, 3)).shape == (6, 5)


def test_a_layer_is_its_formula():
    torch.manual_seed(0)
    layer = Generator(3, (5,), width=4, depth=1).hidden[0].eval()
    h = torch.randn(2, 3)
    expected = torch.cat([(layer.linear(h) / (1 + 1e-5) ** 0.5).relu(), h], 1)
    assert torch.allclose(layer(h), expected, atol=1e-6)
