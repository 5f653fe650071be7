import json

import pytest
from scipy import stats

from zerosum.errors import UserError
from zerosum.study.intervals import paired
from zerosum.study.outcome import ARMS, Outcome, differing

REAL = [0.70, 0.72, 0.71, 0.69]


def outcome(**gains):
    """An outcome whose arms are that much above the real images alone, seed by seed."""
    runs = []
    for seed, base in enumerate(REAL):
        accuracy = {arm: base + gains.get(arm, 0) + (0.001 * (seed % 2) if arm != "real" else 0) for arm in ARMS}
        runs.append({"seed": seed, "accuracy": accuracy, "generator": {}})
    return Outcome({"data": "bars"}, runs)


def test_interval_closed_form():
    # Differences 1, 2, 3: mean 2, s = 1, t(2) = 4.30265, half width 4.30265 / sqrt(3).
    found = paired([2, 4, 6], [1, 2, 3])
    assert found.mean == pytest.approx(2)
    assert found.high - 2 == pytest.approx(2 - found.low) == pytest.approx(4.30265 / 3**0.5, rel=1e-5)
    assert found.sign == 0


@pytest.mark.parametrize("count", [2, 3, 5, 30])
def test_interval_is_that_of_scipy(count):
    first = [0.8 + 0.013 * (i * 7 % 5) for i in range(count)]
    second = [0.7 + 0.011 * (i * 3 % 7) for i in range(count)]
    expected = stats.ttest_rel(first, second).confidence_interval(0.95)
    found = paired(first, second)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), rel=1e-6)


def test_sign_and_bad_pairs():
    assert paired([2, 2.1, 2.2], [1, 1.0, 1.1]).sign == 1
    assert paired([1, 1.0, 1.1], [2, 2.1, 2.2]).sign == -1
    with pytest.raises(UserError, match="at least 2"):
        paired([1], [2])
    with pytest.raises(UserError, match="3 and 2"):
        paired([1, 2, 3], [2, 2])


@pytest.mark.parametrize(
    ("gains", "said", "advice"),
    [
        ({"generated": 0.05, "standard": 0.02, "both": 0.06}, "Generated images help: +5.05 points", "Use generated"),
        ({"generated": -0.05, "standard": 0.02}, "Generated images hurt: -4.95 points", "Leave the generated"),
        ({"generated": 0.05, "standard": 0.1, "both": 0.1}, "(standard augmentation) help: +10.05", "superfluous"),
        ({"generated": 0.05, "standard": 0.1, "both": 0.05}, "generated images hurt: -5.00", "Leave the generated"),
        ({"standard": -0.05, "both": -0.001}, "against the real images alone, make no", "Leave both out"),
    ],
)
def test_verdicts(gains, said, advice):
    verdict = outcome(**gains).verdict()
    assert said in verdict
    assert advice in verdict.rsplit(". ", 1)[1] + verdict.rsplit(". ", 2)[1]
    assert verdict.endswith(".")


def test_no_difference_is_called_that():
    same = outcome()
    for seed, run in enumerate(same.runs):
        run["accuracy"] = dict.fromkeys(ARMS, 0.7) | {"generated": 0.7 + (0.01 if seed % 2 else -0.01)}
    assert "Generated images make no difference that 4 seeds can show: +0.00 points" in same.verdict()
    assert same.verdict().endswith("Nothing here speaks for the generated images.")


def test_too_few_seeds_give_no_verdict():
    few = Outcome({}, outcome(generated=0.1).runs[:2])
    assert few.differences() == {}
    assert few.verdict() == "No verdict yet: 2 of at least 3 seeds are measured."
    assert "70.00 %" in few.table()
    assert Outcome({}).table().startswith("trained on")


def test_table_and_json():
    found = outcome(generated=0.05)
    first, real, *rest = found.table().splitlines()
    assert first.split() == ["trained", "on", "accuracy", "range", "over", "real", "alone"]
    assert real.split() == ["real", "70.50", "%", "69.00", "%", "to", "72.00", "%"]
    assert [line.split()[0] for line in rest] == ["generated", "standard", "both"]
    assert "+5.05 points (+4.96 to +5.14)" in rest[0]
    content = json.loads(json.dumps(found.to_dict()))
    assert content["differences"]["generated - real"]["mean"] == pytest.approx(0.0505)
    assert content["verdict"] == found.verdict()


def test_differing_protocols_are_named():
    assert differing({"a": 1, "b": 2, "v": 1}, {"a": 1, "b": 3, "c": 4, "v": 2}, ignored=["v"]) == [
        "b: 2 -> 3",
        "c: None -> 4",
    ]
