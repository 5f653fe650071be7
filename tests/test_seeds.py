"""Seeds from whole numbers."""

import torch

from zerosum.seeds import derived_seed, seed_generators, stream_seed


def test_seeds_are_unlike_for_neighbours_and_fixed_for_ever():
    seeds = {derived_seed(seed, step) for seed in range(20) for step in range(20)}
    assert len(seeds) == 400
    assert all(0 <= seed < 2**63 for seed in seeds)
    assert derived_seed(0, 1, 2) == 1535930435702422785 != derived_seed(0, 2, 1)


def test_seeding_is_that_of_torch():
    seed_generators(7, torch.device("cpu"))
    ours = torch.randn(5)
    torch.manual_seed(7)
    assert torch.equal(ours, torch.randn(5))


def test_streams_have_seeds_of_their_own_fixed_for_ever():
    seeds = {stream_seed(0, attempt, step, turn, 0) for attempt in range(3) for step in range(50) for turn in range(5)}
    assert len(seeds) == 750
    assert all(0 <= seed < 2**63 for seed in seeds)
    assert stream_seed(0, 1, 2) == 4450782424123420391
    assert stream_seed(0, 1, 2) not in (stream_seed(0, 2, 1), derived_seed(0, 1, 2))
