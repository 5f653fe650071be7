"""The doctor's visits: one verdict at a round, whoever is asked; nothing is drawn of a run that is too young."""

import json
import shlex

import pytest

from tiny import CASES, recipe, tiny_settings
from zerosum.doctor.examine import examine_run
from zerosum.errors import DivergedError
from zerosum.judge.remedies import applied
from zerosum.judge.rules import Finding
from zerosum.judge.verdict import OPEN, State, Verdict
from zerosum.judge.words import brief, headline
from zerosum.runs.run import Run
from zerosum.training import planning
from zerosum.training import train as training
from zerosum.training.request import Request
from zerosum.training.train import Trained

SEEN = ("log_every=2", "signals_every=2", "checkpoint_every=4", "sample_every=1000")


def train(system, data, out, *settings, steps=6, **options):
    if recipe(system, data).data.pairs:
        options["pairs"] = recipe(system, data).data.pairs
    if system in ("cgan", "acgan") and data != "digits":
        settings = ("conditioning=none", *settings)
    return training.train(
        system, data, out=out, device="cpu", steps=steps, settings=(*tiny_settings(system), *SEEN, *settings), **options
    )


def verdicts(capsys):
    return [line for line in capsys.readouterr().err.splitlines() if line.startswith("verdict")]


def agree(run, said):
    """What was said last is what stands in the folder and the report, and what the doctor finds there."""
    plain = json.loads((run.path / "doctor.json").read_text())
    written = Verdict.from_dict(plain)
    assert said == brief(written, plain["step"], remedy=written.state in OPEN)
    assert headline(written).replace("'", "&#x27;") in (run.path / "report.html").read_text()
    found = examine_run(run.path)
    assert found.verdict == written
    assert found.step == plain["step"]
    return written


@pytest.mark.parametrize("system, data", CASES)
def test_a_young_run_is_too_early_for_all_alike(system, data, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("zerosum.doctor.examine.load_generator", None)  # nothing may be drawn
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
    assert said == brief(found.verdict, found.step, remedy=False)


def grave(monkeypatch, state):
    """Let every verdict on samples be this one."""
    monkeypatch.setattr("zerosum.judge.age.needed", lambda recipe: 2)
    monkeypatch.setattr("zerosum.judge.diagnosis.diagnose", lambda *_, **__: Finding(state, 0.9, ()))


@pytest.mark.parametrize("state", [State.COLLAPSED, State.DIVERGING])
def test_a_run_that_ends_ill_says_so_last_with_a_command_that_runs(state, tmp_path, capsys, monkeypatch):
    grave(monkeypatch, state)
    trained = train("dcgan", "8-ring", tmp_path / "run", data_root=tmp_path)
    said = capsys.readouterr().err.splitlines()[-1]
    assert (trained.ill, trained.verdict.state) == (True, state)
    told, words = said.split("; try zerosum train ")
    assert told == f"{tmp_path / 'run'} ended ill, {state.value}"
    recipe_file, out, folder, root, where, option, *settings = shlex.split(words)
    assert (out, folder, root, where) == ("--out", f"{tmp_path / 'run'}-2", "--data-root", str(tmp_path))
    assert option == "--set"
    changed = planning.prepare(Request(recipe_file, settings=settings, data_root=tmp_path)).recipe
    assert changed == applied(trained.verdict.remedies[0], trained.run.recipe())
    again = train("dcgan", "8-ring", tmp_path / "run", data_root=tmp_path)  # complete, and as ill as it was
    assert (again.ill, capsys.readouterr().err.splitlines()[-1]) == (True, said)


@pytest.mark.parametrize("state", [State.STARVED, State.MEMORISING, State.HEALTHY, State.TOO_EARLY])
def test_other_ends_are_not_ill_and_illnesses_have_a_remedy_all_the_same(state, tmp_path, capsys, monkeypatch):
    grave(monkeypatch, state)
    trained = train("dcgan", "8-ring", tmp_path / "run")
    said = capsys.readouterr().err.splitlines()[-1]
    assert (trained.ill, trained.verdict.state) == (False, state)
    assert said.startswith(f"{tmp_path / 'run'} ended {state.value}; try zerosum train") == (state not in OPEN)


def test_a_run_that_was_stopped_or_that_nobody_looked_at_has_no_verdict(tmp_path):
    assert Trained(Run(tmp_path), "interrupted").ill is False


def test_the_verdict_on_the_best_generator_names_its_round():
    verdict = Verdict(State.HEALTHY, 0.9)
    assert brief(verdict, 3000, 5000) == (
        "verdict on the best generator, of round 3,000 of 5,000: healthy (confidence 90%)"
    )
    assert brief(verdict, 5000, 5000) == "verdict after round 5,000: healthy (confidence 90%)"


def test_a_finished_run_is_not_looked_at_again(tmp_path, capsys):
    train("r1gan", "8-ring", tmp_path / "run")
    verdicts(capsys)
    train("r1gan", "8-ring", tmp_path / "run")
    assert verdicts(capsys) == []
