"""Agreement with the reference implementations on committed features; `tools/make_golden.py` made them."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from zerosum.metrics.density_coverage import density_coverage
from zerosum.metrics.frechet import frechet_distance
from zerosum.metrics.kernel import over_subsets
from zerosum.metrics.manifolds import manifolds
from zerosum.metrics.precision_recall import precision_recall

GOLDEN = Path(__file__).parent.parent / "golden"
EXPECTED = json.loads((GOLDEN / "expected.json").read_text())["cases"]
FEATURES = np.load(GOLDEN / "features.npz")


def features(case):
    return (torch.from_numpy(FEATURES[f"{case}_{side}"]).float() for side in ("real", "fake"))


cases = pytest.mark.parametrize("case", EXPECTED)


@cases
@pytest.mark.parametrize("reference", ["scipy", "torch-fidelity"])
def test_frechet_distance(case, reference):
    assert frechet_distance(*features(case)) == pytest.approx(EXPECTED[case]["fd"][reference], rel=1e-6)


@cases
def test_kernel_distance(case):
    expected = EXPECTED[case]["kd"]
    subsets = torch.from_numpy(FEATURES[f"{case}_subsets"]).long()
    value, error = over_subsets(*features(case), subsets.unbind())
    assert value == pytest.approx(expected["mean"], rel=1e-6)
    # Theirs is the spread of the subsets, ours the error of their mean.
    assert error == pytest.approx(expected["std"] / (len(subsets) - 1) ** 0.5, rel=1e-6)


@cases
@pytest.mark.parametrize("k", [3, 5])
def test_precision_and_recall(case, k):
    found = precision_recall(*features(case), k)
    for reference in ("prdc", "torch-fidelity"):
        expected = EXPECTED[case][reference][str(k)]
        assert found == pytest.approx((expected["precision"], expected["recall"]), abs=1e-6)


@cases
@pytest.mark.parametrize("k", [3, 5])
def test_density_and_coverage(case, k):
    expected = EXPECTED[case]["prdc"][str(k)]
    assert density_coverage(*features(case), k) == pytest.approx((expected["density"], expected["coverage"]), abs=1e-6)


@cases
def test_all_four_in_one_pass(case):
    near, dense = (EXPECTED[case]["prdc"][k] for k in ("3", "5"))
    found = manifolds(*features(case))
    assert (found.precision, found.recall) == pytest.approx((near["precision"], near["recall"]), abs=1e-6)
    assert (found.density, found.coverage) == pytest.approx((dense["density"], dense["coverage"]), abs=1e-6)


def test_the_examples_are_worth_something():
    # Both ways of computing distances are taken, and the scores differ from case to case.
    assert {FEATURES[f"{case}_real"].shape[1] >= 64 for case in EXPECTED} == {True, False}
    assert len({round(case["prdc"]["5"]["coverage"], 2) for case in EXPECTED.values()}) == len(EXPECTED)
    assert sum(path.stat().st_size for path in GOLDEN.iterdir()) < 300_000
