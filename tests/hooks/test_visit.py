"""The doctor's visits: one verdict at a round, whoever is asked; nothing is drawn of a run that is too young."""

import json

import pytest

from tiny import CASES, TINY, recipe
from zerosum import training
from zerosum.errors import DivergedError
from zerosum.judge.examine import examine_run
from zerosum.judge.verdict import State, Verdict
from zerosum.judge.words import brief, headline

SEEN = ("log_every=2", "signals_every=2", "checkpoint_every=4", "sample_every=1000")


def train(system, data, out, *settings, steps=6, **options):
    if recipe(system, data).data.pairs:
        options["pairs"] = recipe(system, data).data.pairs
    if system in ("cgan", "acgan") and data != "digits":
        settings = ("conditioning=none", *settings)
    return training.train(
        system, data, out=out, device="cpu", steps=steps, settings=(*TINY, *SEEN, *settings), **options
    )


def verdicts(capsys):
    return [line for line in capsys.readouterr().err.splitlines() if line.startswith("verdict")]


def agree(run, said):
    """What was said last is what stands in the folder and the report, and what the doctor finds there."""
    plain = json.loads((run.path / "doctor.json").read_text())
    written = Verdict.from_dict(plain)
    assert said == brief(written, plain["step"])
    assert headline(written).replace("'", "&#x27;") in (run.path / "report.html").read_text()
    found = examine_run(run.path)
    assert found.verdict == written
    assert found.step == plain["step"]
    return written


@pytest.mark.parametrize("system, data", CASES)
def test_a_young_run_is_too_early_for_all_alike(system, data, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("zerosum.judge.examine.load_generator", None)  # nothing may be drawn
    trained = train(system, data, tmp_path / "run")
    said = verdicts(capsys)
    assert len(said) == 2
    assert agree(trained.run, said[-1]).state is State.TOO_EARLY


@pytest.mark.parametrize(
    "system, data", [("r1gan", "8-ring"), ("wgan", "25-grid"), ("r1gan", "digits"), ("pix2pix", "digits")]
)
def test_a_run_that_is_old_enough_has_one_verdict(system, data, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("zerosum.judge.age.needed", lambda recipe: 2)
    trained = train(system, data, tmp_path / "run")
    assert agree(trained.run, verdicts(capsys)[-1]).state not in (State.TOO_EARLY, State.CLEAR, State.UNKNOWN)


def test_visits_on_the_way_come_at_checkpoints_and_more_and_more_rarely(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("zerosum.judge.age.needed", lambda recipe: 4)
    monkeypatch.setattr("zerosum.hooks.visit.needed", lambda recipe: 4)
    monkeypatch.setattr("zerosum.hooks.visit.SHARE", 1e9)  # whatever they take
    train("r1gan", "8-ring", tmp_path / "run", steps=22)
    rounds = [int(line.split(":")[0].split()[-1]) for line in verdicts(capsys)]
    assert rounds == [4, 8, 16, 22]


def test_visits_that_take_long_are_left_out(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("zerosum.judge.age.needed", lambda recipe: 4)
    monkeypatch.setattr("zerosum.hooks.visit.needed", lambda recipe: 4)
    train("r1gan", "8-ring", tmp_path / "run", steps=22)
    assert len(verdicts(capsys)) == 2  # the first, and the end


def test_a_run_that_was_given_up_is_diverging_for_all_alike(tmp_path, capsys):
    bursting = ("discriminator.lr=1e38", "discriminator.optimizer=sgd")
    with pytest.raises(DivergedError):
        train("r1gan", "digits", tmp_path / "run", *bursting)
    said = verdicts(capsys)[-1]
    found = examine_run(tmp_path / "run")
    assert found.verdict.state is State.DIVERGING
    assert said == brief(found.verdict, found.step)


def test_a_finished_run_is_not_looked_at_again(tmp_path, capsys):
    train("r1gan", "8-ring", tmp_path / "run")
    verdicts(capsys)
    train("r1gan", "8-ring", tmp_path / "run")
    assert verdicts(capsys) == []
