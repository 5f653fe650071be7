"""Ten thousand random folders and archives, and as many damaged ones: see tests/data/random_sets.py.

Never a traceback, never a test image in train, and in every set that is read the true labels.
"""

import shutil
from collections import Counter

import pytest

from data.random_sets import damaged, try_set

CASES, STEP = 10_000, 100


@pytest.mark.slow
@pytest.mark.parametrize(("attempt", "most"), [(try_set, 0.25), (damaged, 0.9)])
def test_ten_thousand(tmp_path, attempt, most) -> None:
    outcomes: Counter[str] = Counter()
    for first in range(0, CASES, STEP):
        folder = tmp_path / str(first)
        folder.mkdir()
        outcomes.update(attempt(seed, folder) for seed in range(first, first + STEP))
        shutil.rmtree(folder)
    assert outcomes["read"] + outcomes["refused"] == CASES
    assert outcomes["refused"] < most * CASES
