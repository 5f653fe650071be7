"""Seeds from whole numbers."""

import torch

from zerosum.core.seeds import derived_seed, seed_generators


def test_seeds_are_unlike_for_neighbours_and_fixed_for_ever():
    seeds = {derived_seed(seed, step) for seed in range(20) for step in range(20)}
    assert len(seeds) == 400
    assert all(0 <= seed < 2**63 for seed in seeds)
    assert derived_seed(0, 1, 2) == 4529435921577843265 != derived_seed(0, 2, 1)


def test_seeds_may_be_of_any_size():
    assert derived_seed(2**80) == 3491249413478864890 != derived_seed(2**80 + 1)


def test_seeding_is_that_of_torch():
    seed_generators(7, torch.device("cpu"))
    ours = torch.randn(5)
    torch.manual_seed(7)
    assert torch.equal(ours, torch.randn(5))
