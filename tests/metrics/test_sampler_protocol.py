"""What makes samples is a sampler: a plain function is one that only draws."""

import torch

from zerosum.metrics.sampler import Drawing, Sampler, sampler_of


def draw(n, seed, labels):
    return torch.full((n, 2), float(seed)), labels


def test_a_function_is_a_sampler_that_only_draws():
    sampler = sampler_of(draw)
    assert isinstance(sampler, Drawing)
    assert sampler(3, 7, None)[0].tolist() == [[7.0, 7.0]] * 3
    assert (sampler.paths, sampler.fixed, sampler.translated) == (None, None, None)
    assert sampler_of(sampler) is sampler


def test_who_inherits_offers_nothing_that_it_does_not_say():
    class Own(Sampler):
        def __call__(self, n, seed, labels):
            return draw(n, seed, labels)

    own = Own()
    assert sampler_of(own) is own
    assert own.paths is None
