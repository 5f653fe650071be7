"""Networks that judge sentences: whole, and token by token."""

import pytest
import torch
from torch.nn.functional import one_hot

from zerosum.networks.sentences import Convolutional, Highway, Recurrent

SENTENCES = torch.tensor([[3, 4, 5, 1, 0, 0], [6, 3, 3, 4, 5, 1], [4, 4, 4, 4, 4, 4]])


@pytest.mark.parametrize("network", [Convolutional(7, 6), Recurrent(7, 6)])
def test_one_hot_rows_are_judged_as_their_tokens(network):
    network.eval()
    assert torch.allclose(network(one_hot(SENTENCES, 7).float()), network(SENTENCES), atol=1e-5)


def test_kernels_longer_than_a_sentence_are_left_out():
    network = Convolutional(7, 6)
    assert [part.kernel_size[0] for part in network.convolutions] == [1, 2, 3, 4, 5, 6]
    assert network(SENTENCES).shape == (3,)


@pytest.mark.parametrize("options", [{"kernels": (1, 2), "filters": (4,)}, {"kernels": (9,), "filters": (4,)}])
def test_filters_that_do_not_fit_are_refused(options):
    with pytest.raises(ValueError, match="give as many, one of 6 or less"):
        Convolutional(7, 6, **options)


def test_a_kernel_of_two_finds_a_pair_of_words_wherever_it_is():
    network = Convolutional(7, 6, embedding=7, kernels=(2,), filters=(1,))
    with torch.no_grad():
        network.embedding.weight.copy_(torch.eye(7))
        (convolution,) = network.convolutions
        convolution.weight.zero_()
        convolution.weight[0, 3, 0] = convolution.weight[0, 4, 1] = 1.0  # 3, then 4
        convolution.bias.fill_(-1.0)
        for layer in (network.highway.gate, network.highway.change):
            layer.weight.zero_()
            layer.bias.fill_(-100.0)
        network.head.weight.fill_(2.0)
        network.head.bias.fill_(0.5)
    network.eval()
    assert network(SENTENCES).tolist() == pytest.approx([2.5, 2.5, 0.5])


def test_a_closed_gate_lets_its_input_through():
    highway, values = Highway(3), torch.randn(5, 3)
    torch.nn.init.constant_(highway.gate.bias, -50.0)
    torch.nn.init.zeros_(highway.gate.weight)
    assert torch.allclose(highway(values), values)


def test_a_token_is_judged_by_those_before_it_and_not_by_those_behind():
    network = Recurrent(7, 6, hidden=8).eval()
    other = SENTENCES.clone()
    other[:, 3] = 6
    before, after = network(SENTENCES), network(other)
    assert torch.equal(before[:, :3], after[:, :3])
    assert not torch.isclose(before[:, 3:], after[:, 3:]).any()
