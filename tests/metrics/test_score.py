import json

import pytest

from zerosum.errors import UserError
from zerosum.metrics.score import Score, compare

PROTOCOL = {"data": "x", "n_fake": 100, "seed": 0, "constants": {"k": 3}}


def score(value=1.0, better="lower", metric="fd", **protocol):
    return Score(metric, value, None, 0.1, better, PROTOCOL | protocol)


def test_round_trip_through_json():
    line = json.dumps({"step": 3, **score().to_dict()})
    assert Score.from_dict(json.loads(line)) == score()
    with pytest.raises(UserError, match="without floor, protocol"):
        Score.from_dict({"metric": "fd", "value": 1, "error": None, "better": "lower"})


def test_a_score_of_an_earlier_version_is_read():
    new = ("repeats", "spread", "rival", "rival_value")
    old = {key: value for key, value in score().to_dict().items() if key not in new}
    assert Score.from_dict(old) == score()
    assert (score().repeats, score().spread, score().rival, score().loses) == (1, None, None, False)


def test_compare_says_by_how_much_the_first_is_better():
    assert compare(score(1.0), score(3.0)) == 2
    assert compare(score(1.0, "higher"), score(3.0, "higher")) == -2
    assert compare(score(seed=1, labels="none", zerosum="2"), score()) == 0


def test_closer_to_real_is_better():
    assert compare(score(0.2, "closer to real"), score(-0.4, "closer to real")) == pytest.approx(0.4)
    unknown = Score("fd", 1.0, None, None, "closer to real", PROTOCOL)
    with pytest.raises(UserError, match="lacks that of real data"):
        compare(score(0.2, "closer to real"), unknown)


def test_compare_refuses_unlike_protocols_and_names_the_fields():
    with pytest.raises(UserError, match=r"n_fake: 50 against 100") as caught:
        compare(score(n_fake=50), score())
    assert "data:" not in str(caught.value)
    with pytest.raises(UserError, match="features: 'pixels' against None"):
        compare(score(features="pixels"), score())
    with pytest.raises(UserError, match="cannot compare kd with fd"):
        compare(score(metric="kd"), score())
