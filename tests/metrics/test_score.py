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


def test_compare_says_by_how_much_the_first_is_better():
    assert compare(score(1.0), score(3.0)) == 2
    assert compare(score(1.0, "higher"), score(3.0, "higher")) == -2
    assert compare(score(seed=1, labels="none", zerosum="2"), score()) == 0


def test_compare_refuses_unlike_protocols_and_names_the_fields():
    with pytest.raises(UserError, match=r"n_fake: 50 against 100") as caught:
        compare(score(n_fake=50), score())
    assert "data:" not in str(caught.value)
    with pytest.raises(UserError, match="features: 'pixels' against None"):
        compare(score(features="pixels"), score())
    with pytest.raises(UserError, match="cannot compare kd with fd"):
        compare(score(metric="kd"), score())
