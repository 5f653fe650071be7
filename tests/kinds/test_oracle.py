"""The oracle: it writes words only, knows what its sentences cost, and tells them from evenly drawn ones."""

import pytest
import torch

from zerosum.core.tokens import END
from zerosum.kinds.text.oracle import Oracle

SMALL = {"words": 40, "length": 6}


def test_weights_are_standard_normal_and_a_function_of_the_seed():
    oracle, again, other = Oracle(seed=1, **SMALL), Oracle(seed=1, **SMALL), Oracle(seed=2, **SMALL)
    assert torch.equal(oracle.out.weight, again.out.weight)
    assert not torch.equal(oracle.out.weight, other.out.weight)
    weights = torch.cat([weight.flatten() for name, weight in oracle.named_parameters() if "bias_hh" not in name])
    assert weights.mean().item() == pytest.approx(0.0, abs=0.03)
    assert weights.std().item() == pytest.approx(1.0, abs=0.03)


def test_sentences_are_words_all_along_and_its_own_cost_least():
    oracle = Oracle(**SMALL)
    own = oracle.sentences(600, seed=1)
    assert own.shape == (600, 6)
    assert own.min() >= 3
    assert own.max() < 43
    assert oracle.nll(own) < oracle.nll(torch.randint(3, 43, (600, 6))) - 1
    assert torch.equal(own, oracle.sentences(600, seed=1))
    assert not torch.equal(own, oracle.sentences(600, seed=2))


def test_the_cost_is_the_mean_of_minus_log_p_over_tokens():
    oracle = Oracle(**SMALL)
    sentences = oracle.sentences(20)
    expected = -oracle.log_probability(sentences).sum() / sentences.numel()
    assert oracle.nll(sentences) == pytest.approx(expected.item(), rel=1e-5)


def test_what_it_never_writes_costs_as_much_as_the_least_likely_word():
    oracle = Oracle(**SMALL)
    ended = torch.tensor([[3, END, 0, 0, 0, 0]])
    logs = oracle(ended)[0].log_softmax(1)
    assert oracle.nll(ended) == pytest.approx(-(logs[0, 3] + logs[1, 3:].min()).item() / 2, rel=1e-5)


def test_a_data_set_of_it_is_text():
    data = Oracle(**SMALL).dataset(10, seed=3)
    assert (data.spec.kind, data.shape, len(data)) == ("text", (6,), 10)
    assert data.batch(torch.arange(10))["real"].dtype == torch.int64
