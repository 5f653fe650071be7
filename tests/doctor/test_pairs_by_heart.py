"""Training against test error of pairs: a translator that knows its training pairs by heart is found so."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from darker import Darker
from tiny import TINY, recipe
from zerosum.data.crops import Crops
from zerosum.data.dataset import Resident
from zerosum.data.load import load
from zerosum.data.makers import maker
from zerosum.data.source_target import Made, Matched, Unpaired
from zerosum.doctor.examine import examine_run
from zerosum.doctor.pairs import FEWEST, judge_pairs, with_crops_known
from zerosum.judge.remedies import applied, remedies
from zerosum.judge.rules import PAIRS_BY_HEART, diagnose
from zerosum.judge.verdict import Remedy, State, Verdict
from zerosum.judge.words import option
from zerosum.training.train import train

GENERATOR = SimpleNamespace(translation=SimpleNamespace(game=Darker(1.0)))
HEALTHY = {"diversity": 1.0, "missing": 0.0}


def pairs(count: int, apart: int, split: str = "train") -> Matched:
    """Grey pairs whose target is `apart` levels brighter than its source: so far off is who leaves it as it is."""
    source = torch.full((count, 1, 8, 8), 100, dtype=torch.uint8)
    return Matched(Resident(torch.cat([source, source + apart], 1), name="pairs", split=split), 1)


def test_errors_are_those_of_the_splits_and_the_ratio_theirs():
    found = judge_pairs(GENERATOR, pairs(20, 10), pairs(30, 40, "test"))
    assert found["train_error"] == pytest.approx(10 / 255)
    assert found["test_error"] == pytest.approx(40 / 255)
    assert found["error_ratio"] == pytest.approx(4)
    # Every guess at 140 is 110, the targets that all train pairs have.
    assert found["guess_ratio"] == pytest.approx(40 / 30)
    assert "error_ratio" not in judge_pairs(GENERATOR, pairs(20, 0), pairs(30, 40, "test"))


def test_nothing_is_said_without_pairs_or_of_too_few():
    train, test = pairs(20, 10), pairs(20, 10, "test")
    unpaired = Unpaired(train.sources, train.targets)
    judged_only = Made(train.targets, maker("noisy"), paired=False)
    cases = [(train, None), (unpaired, test), (judged_only, test), (train.targets, test.targets)]
    for ours, theirs in [*cases, (train, pairs(FEWEST - 1, 10, "test"))]:
        assert judge_pairs(GENERATOR, ours, theirs) == {}


@pytest.mark.parametrize("ratio, state", [(1.2, State.HEALTHY), (3.9, State.LEARNT_PAIRS)])
def test_a_ratio_beyond_the_limit_is_the_verdict(ratio, state):
    found = diagnose({**HEALTHY, "held_out_gap": 3.0 if ratio > 2 else 0.1, "error_ratio": ratio})
    assert found.state is state
    assert "error_ratio" in {each.name for each in found.evidence}
    assert (PAIRS_BY_HEART.strength(ratio) >= 0.5) is (state is State.LEARNT_PAIRS)


@pytest.mark.parametrize("ratio, state", [(0.7, State.HEALTHY), (0.95, State.PARTLY_COLLAPSED)])
def test_where_translations_are_nearer_to_their_targets_than_guesses_the_sets_are_not_asked(ratio, state):
    soft = {"diversity": 1.0, "missing": 0.4, "feature_nearest": 3.0, "precision": 0.3}
    found = diagnose({**soft, "guess_ratio": ratio})
    assert found.state is state
    assert "guess_ratio" in {each.name for each in found.evidence}
    assert diagnose({**soft, "guess_ratio": ratio, "diversity": 0.1}).state is State.COLLAPSED


def test_crops_are_advised_first_as_words_of_the_command_and_never_twice():
    made = recipe("pix2pix", "digits", "generator.width=32")
    first, *_ = remedies(State.LEARNT_PAIRS, made)
    assert option(first) == "--crops"
    assert applied(first, made).data.crops is True
    base = Resident(torch.zeros(12, 1, 12, 12, dtype=torch.uint8), name="blank")
    seen = Made(Crops(base, 8, whole=lambda: base), maker("grey"))
    assert with_crops_known(made, Made(base, maker("grey"))).data.crops is False
    offered = remedies(State.LEARNT_PAIRS, with_crops_known(made, seen))
    assert [option(each) for each in offered] == ["--set generator.width=16", "--set steps=3"]
    timed = recipe("pix2pix", "digits", steps=None, minutes=3.0)
    assert [option(each) for each in remedies(State.LEARNT_PAIRS, timed)] == ["--crops", "--set minutes=1.5"]


def test_the_visit_compares_both_splits(tmp_path, monkeypatch):
    monkeypatch.setattr("zerosum.judge.age.needed", lambda recipe: 1)
    digits = load("digits").values[:, 0].numpy()
    np.savez(tmp_path / "few.npz", x_train=digits[:40], x_test=digits[40:80])
    settings = [*TINY, "generator.blocks=1", "sample_every=1000"]
    given = {"pairs": "edges", "steps": 1, "settings": settings, "device": "cpu"}
    train("pix2pix", str(tmp_path / "few.npz"), out=tmp_path / "run", **given)
    measured = examine_run(tmp_path / "run", samples=100).measured
    assert measured["error_ratio"] == pytest.approx(measured["test_error"] / measured["train_error"])
    assert 0.5 < measured["error_ratio"] < 2


def test_words_and_files_keep_options():
    remedy = Remedy(("lr=1e-3",), "because", ("--crops",))
    assert option(remedy) == "--crops --set lr=1e-3"
    verdict = Verdict(State.LEARNT_PAIRS, 0.9, remedies=(remedy,))
    assert Verdict.from_dict(verdict.to_dict()) == verdict
    old = verdict.to_dict()
    del old["remedies"][0]["options"]
    assert Verdict.from_dict(old).remedies == (Remedy(("lr=1e-3",), "because"),)
