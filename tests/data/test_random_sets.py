"""No traceback, no test image in train, and the true labels, whatever a folder or archive looks like.

Ten thousand of these are in tests/runs/test_many_random_sets.py.
"""

from collections import Counter

from data.random_sets import damaged, try_set


def test_random_folders_and_archives(tmp_path) -> None:
    outcomes = Counter(try_set(seed, tmp_path) for seed in range(200))
    assert outcomes["read"] > 130
    assert outcomes["refused"] > 10


def test_damaged_archives(tmp_path) -> None:
    outcomes = Counter(damaged(seed, tmp_path) for seed in range(120))
    assert min(outcomes["read"], outcomes["refused"]) > 10
