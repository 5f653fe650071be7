"""The doctor's visit: runs that are made to be ill in one way are found so, and what is written can be read."""

import json

import numpy as np
import pytest
import torch

from tiny import TINY
from zerosum.data.load import load
from zerosum.doctor.examine import examine, examine_run, judge_checkpoint, judge_scores
from zerosum.doctor.samples import Groups, draw, groups_of, judge_samples
from zerosum.errors import UserError
from zerosum.judge.verdict import State, Verdict
from zerosum.judge.words import headline
from zerosum.runs.generator import load_generator
from zerosum.runs.run import Run
from zerosum.training.train import train

SETTINGS = [*TINY, "log_every=5", "signals_every=10", "sample_every=1000"]


@pytest.fixture
def grown(monkeypatch):
    """Let short runs be old enough to be judged."""
    monkeypatch.setattr("zerosum.judge.age.needed", lambda recipe: 10)


@pytest.fixture(scope="module")
def few(tmp_path_factory):
    """Twenty digits to train on and two hundred held out, without labels."""
    path = tmp_path_factory.mktemp("few") / "few.npz"
    reals = [load("digits", split=split).values[:, 0].numpy() for split in ("train", "test")]
    np.savez(path, x_train=reals[0][:20], x_test=reals[1][:200])
    return str(path)


@pytest.fixture(scope="module")
def ring(tmp_path_factory):
    """A short run on the ring."""
    out = tmp_path_factory.mktemp("ring") / "run"
    train("r1gan", "8-ring", out=out, steps=60, settings=SETTINGS, device="cpu")
    return out


@pytest.fixture
def digits(few, tmp_path):
    """A short run on the few digits."""
    train("r1gan", few, out=tmp_path / "run", steps=30, settings=SETTINGS, device="cpu")
    return tmp_path / "run"


class Fixed(torch.nn.Module):
    """A generator that makes the given samples, one after the other by the latent's first number."""

    def __init__(self, samples):
        super().__init__()
        self.samples = torch.nn.Parameter(samples)

    def forward(self, z):
        chance = torch.special.ndtr(z[:, 0])
        return self.samples[(chance * len(self.samples)).long().clamp_max(len(self.samples) - 1)]


def judged(run, samples, monkeypatch, n=1000):
    """The examination of a run whose generator makes `samples` (inside)."""
    generator = load_generator(run)
    generator.game.generator = Fixed(samples)
    monkeypatch.setattr("zerosum.doctor.examine.load_generator", lambda path: generator)
    recipe = generator.recipe
    reals = [load(recipe.data.source, split=split) for split in ("train", "test")]
    return examine(Run.open(run), *reals, samples=n)


def inside(source, split, n):
    data = load(source, split=split)
    return data.batch(torch.arange(n))["real"]


@pytest.mark.usefixtures("grown")
def test_a_perfect_generator_misses_nothing(ring, monkeypatch):
    found = judged(ring, inside("8-ring", "test", 2000), monkeypatch).measured
    assert found["missing"] == 0
    assert found["diversity"] == pytest.approx(1, abs=0.05)
    assert found["nearest"] == pytest.approx(1, abs=0.2)
    assert abs(found["copying"]) < 3
    assert found["coverage"] > 0.8


@pytest.mark.usefixtures("grown")
def test_one_point_is_a_collapse(ring, monkeypatch):
    verdict = judged(ring, inside("8-ring", "test", 1), monkeypatch).verdict
    assert verdict.state is State.COLLAPSED
    assert verdict.confidence > 0.9
    assert len(verdict.missing) == 7


@pytest.mark.usefixtures("grown")
def test_missing_modes_are_a_partial_collapse_and_named(ring, monkeypatch):
    points = inside("8-ring", "test", 4000)
    found = judged(ring, points[points[:, 0] > -0.1], monkeypatch)
    assert found.verdict.state is State.PARTLY_COLLAPSED
    assert set(found.verdict.missing) == {"mode at (-2.00, -0.00)", "mode at (-1.41, 1.41)", "mode at (-1.41, -1.41)"}
    assert found.picture is not None


@pytest.mark.usefixtures("grown")
def test_copies_are_memorising_and_shown_above_their_originals(digits, few, monkeypatch):
    found = judged(digits, inside(few, "train", 20), monkeypatch)
    assert found.verdict.state is State.MEMORISING
    assert found.measured["nearest"] == 0
    assert found.measured["copying"] < -5
    assert found.picture is not None


@pytest.mark.usefixtures("grown")
def test_a_generator_that_is_not_finite_has_diverged(digits, monkeypatch):
    verdict = judged(digits, torch.full((1, 1, 8, 8), torch.nan), monkeypatch).verdict
    assert verdict.state is State.DIVERGING
    assert verdict.evidence[0].name == "not_finite"


def test_a_young_run_is_judged_without_data_or_samples(digits, monkeypatch):
    monkeypatch.setattr("zerosum.doctor.examine.load_again", None)
    monkeypatch.setattr("zerosum.doctor.examine.load_generator", None)
    verdict = examine_run(digits, samples=200).verdict
    assert verdict.state is State.TOO_EARLY
    assert headline(verdict) == "too early: 30 rounds; 8x8 images need about 400"
    assert headline(verdict) in (digits / "report.html").read_text()


def test_a_run_that_was_given_up_has_diverged(digits):
    Run.open(digits).diverged.write_text("a weight is not finite after round 70")
    assert examine_run(digits, samples=200).verdict.state is State.DIVERGING


@pytest.mark.usefixtures("grown")
def test_a_visit_is_written_down_and_shown(digits):
    found = examine_run(digits, samples=200)
    plain = json.loads((digits / "doctor.json").read_text())
    assert Verdict.from_dict(plain) == found.verdict
    assert plain["measured"] == found.measured
    assert plain["step"] == 30
    assert found.verdict.state.value in (digits / "report.html").read_text()
    assert (digits / "doctor.png").exists() == (found.picture is not None)
    assert (plain["rounds"], (digits / "neighbours.png").exists()) == (30, True)


@pytest.mark.usefixtures("grown")
def test_samples_stand_beside_their_nearest_training_and_held_out_images(digits, few, monkeypatch):
    columns = []
    monkeypatch.setattr("zerosum.doctor.examine.beside", columns.append)
    made = torch.cat([inside(few, "train", 2), inside(few, "test", 200)])
    judged(digits, made, monkeypatch)
    samples, train, held_out = columns[0]
    assert samples.shape == train.shape == held_out.shape == (16, 1, 8, 8)
    assert torch.equal(samples[:2], train[:2])  # the copies come first
    new = samples[8:]
    assert torch.equal(new, held_out[8:])
    assert not torch.equal(new, train[8:])


@pytest.mark.usefixtures("grown")
def test_points_have_no_such_picture(ring):
    assert examine(Run.open(ring), load("8-ring"), load("8-ring", split="test"), samples=200).neighbours is None


@pytest.mark.usefixtures("grown")
def test_with_few_held_out_images_nothing_is_called_healthy(digits, tmp_path, monkeypatch):
    reals = [load("digits", split=split).values[:, 0].numpy() for split in ("train", "test")]
    np.savez(tmp_path / "little.npz", x_train=reals[0][:600], x_test=reals[1][:4])
    little = str(tmp_path / "little.npz")
    train("r1gan", little, out=tmp_path / "other", steps=30, settings=SETTINGS, device="cpu")
    verdict = judged(tmp_path / "other", inside("digits", "test", 500), monkeypatch).verdict
    assert verdict.state is State.UNKNOWN
    assert headline(verdict) == "too few to say: 4 of the 20 held-out images that it takes"


@pytest.mark.usefixtures("grown")
def test_a_picture_of_an_earlier_visit_does_not_stay(digits):
    (digits / "doctor.png").write_bytes(b"old")
    drawn = examine_run(digits, samples=200).picture
    assert drawn is not None or not (digits / "doctor.png").exists()


@pytest.mark.usefixtures("grown")
def test_damaged_checkpoints_leave_the_samples_to_judge_by(digits):
    for path in (digits / "checkpoints").glob("*/state.json"):
        path.write_text("{")
    assert "diversity" in examine_run(digits, samples=200).measured
    recipe = Run.open(digits).recipe()
    assert judge_checkpoint(Run.open(digits), recipe, load(recipe.data.source), None) == {}


def test_too_few_samples_are_refused(digits):
    with pytest.raises(UserError, match=r"99 samples are too few.*at least 100"):
        examine_run(digits, samples=99)


def test_a_folder_without_a_run_is_refused(tmp_path):
    with pytest.raises(UserError, match="is no run folder"):
        examine_run(tmp_path)


@pytest.mark.usefixtures("grown")
def test_a_run_without_held_out_data_is_examined_by_the_rest(ring):
    data = load("8-ring")
    found = examine(Run.open(ring), data, None, samples=200).measured
    assert "diversity" in found
    assert not {"coverage", "nearest_low", "copying"} & found.keys()


def test_regions_stand_in_for_classes(digits, few):
    data = load(few)
    drawn = draw(load_generator(digits), data, load(few, split="test"), 200, 0)
    groups = groups_of(drawn, data)
    assert len(groups.names) == 4
    assert len(groups.real) == 20
    assert len(groups.fake) == 200
    assert {"diversity", "nearest", "coverage"} <= judge_samples(drawn).keys()


def test_a_group_is_missing_below_a_tenth_of_its_part():
    real = torch.arange(4).repeat_interleave(100)
    fake = torch.cat([torch.zeros(600), torch.ones(200), torch.full((180,), 2), torch.full((20,), 3)]).long()
    groups = Groups(("a", "b", "c", "d"), real, fake)
    assert groups.missing_names() == ("d",)
    assert groups.missing_share() == 0.25
    assert groups.examples(1, 3).tolist() == [100, 101, 102]


def test_a_group_too_rare_to_be_expected_is_not_missed():
    real = torch.cat([torch.zeros(990), torch.ones(10)]).long()
    assert Groups(("often", "rare"), real, torch.zeros(1000).long()).missing() == []
    assert Groups(("often", "rare"), real, torch.zeros(2000).long()).missing() == [1]


def test_scores_that_got_lost_are_told_from_the_last_three():
    def scores(*values):
        return [{"metric": "fd", "quick": True, "value": value} for value in values]

    assert judge_scores(scores(10, 5, 2, 8, 9, 7)) == {"fd_over_best": 3.5}
    assert judge_scores(scores(10, 5, 2, 8)) == {}
    assert judge_scores([{"metric": "fd", "value": 1.0}] * 9) == {}


def test_the_weights_of_an_examined_run_stay(digits):
    before = load_generator(digits).game.state_dict()
    examine_run(digits, samples=200)
    after = load_generator(digits).game.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)
