"""Heads of rows: numbers by tanh, choices by a Gumbel-softmax, and what is random about them."""

import math

import pytest
import torch
from torch import nn

from zerosum.networks.headed import Head, Headed, gumbel, headed, keys_of

HEAD = Head([1, 3])
RAW = torch.tensor([[0.5, 1.0, 0.0, -1.0]])


def test_numbers_are_a_tanh_and_choices_a_tempered_softmax():
    rows = HEAD(RAW, torch.tensor([[9.0, 0.1, 0.2, 0.3]]))
    weights = [math.exp(value / 0.2) for value in (1.1, 0.2, -0.7)]
    assert rows[0].tolist() == pytest.approx([math.tanh(0.5), *(each / sum(weights) for each in weights)], abs=1e-6)


def test_gumbel_numbers_have_their_mean_and_stay_finite():
    drawn = (torch.arange(100_000) + 0.5) / 100_000
    assert float(gumbel(drawn).mean()) == pytest.approx(0.5772, abs=1e-3)
    assert gumbel(torch.tensor([0.0, 1.0])).isfinite().all()


def test_a_choice_is_drawn_from_the_softmax_of_the_raw_numbers():
    torch.manual_seed(0)
    body = nn.Linear(2, 4)
    nn.init.zeros_(body.weight)
    body.bias.data = RAW[0]
    generator = Headed(body, HEAD).eval()
    rows = generator(torch.randn(20_000, 2))
    shares = torch.bincount(rows[:, 1:].argmax(1), minlength=3) / 20_000
    assert torch.allclose(shares, RAW[0, 1:].softmax(0), atol=0.015)


def test_in_evaluation_a_row_is_a_function_of_its_input():
    generator = Headed(nn.Linear(2, 4), HEAD)
    z = torch.randn(5, 2)
    generator.eval()
    assert torch.equal(generator(z), generator(z))
    assert torch.allclose(generator(z)[2:3], generator(z[2:3]), atol=1e-6)
    generator.train()
    assert not torch.equal(generator(z), generator(z))


def test_every_bit_of_an_input_counts_for_its_key():
    z = torch.zeros(4, 3)
    z[1, 0], z[2, 2] = 1e-30, 1e-30
    keys = keys_of(z)
    assert keys[0] == keys[3]
    assert len(set(keys.tolist())) == 3


def test_data_without_a_head_leave_a_generator_as_it_is():
    body = nn.Linear(2, 4)
    assert headed(body, None) is body
