"""`zerosum doctor`: verdict on stdout, files in the run, one line for every mistake."""

import json

import pytest

from tiny import command_line
from zerosum.cli.main import run as run_command
from zerosum.judge.verdict import State, Verdict
from zerosum.judge.words import headline
from zerosum.runs.run import Run
from zerosum.training import machine
from zerosum.training.machine import Check


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A finished run on the ring, long enough to be looked at, without labels to learn features from."""
    out = tmp_path_factory.mktemp("doctored") / "run"
    words = command_line(out, "log_every=20", steps=220)
    words[words.index("digits")] = "8-ring"
    assert run_command(words) == 0
    return out


def test_it_prints_the_verdict_with_evidence_and_remedies(trained, command):
    code, out, said = command("doctor", trained, "--samples", 200)
    assert (code, said) == (0, "")
    verdict = Verdict.from_dict(json.loads((trained / "doctor.json").read_text()))
    assert verdict.state is not State.HEALTHY  # some hundred rounds are not enough
    assert out.startswith(headline(verdict))
    for part in ("measured", "normal", "missing", "--set", str(trained / "doctor.png")):
        assert part in out


def test_a_verdict_that_cannot_be_kept_is_printed_first_and_why_is_said(trained, command, monkeypatch):
    monkeypatch.setattr("zerosum.runs.run.PATIENCE", 0.0)
    words = ("doctor", trained, "--samples", 200, "--seed", 1)
    before = {path.name: path.read_bytes() for path in trained.iterdir() if path.is_file()}
    with Run(trained).locked():
        code, out, said = command(*words)
    assert (code, "measured" in out) == (0, True)
    assert said == f"zerosum: {trained} is being trained, or written to: the verdict cannot be kept now\n"
    (trained / ".lock").unlink()
    (trained / ".lock").mkdir()
    code, out, said = command(*words)
    assert (code, "measured" in out, len(said.splitlines())) == (1, True, 1)
    assert said.startswith(f"zerosum: the verdict could not be kept in {trained}: ")
    assert "space" not in said
    (trained / ".lock").rmdir()
    assert {path.name: path.read_bytes() for path in trained.iterdir() if path.is_file()} | before == before
    assert command(*words)[0] == 0


def test_json_is_what_is_written(trained, command):
    code, out, _ = command("doctor", trained, "--samples", 200, "--json")
    assert code == 0
    assert json.loads(out) == json.loads((trained / "doctor.json").read_text())


def test_what_is_no_run_is_refused_in_one_line(in_tmp, command):
    code, out, said = command("doctor", in_tmp / "nothing")
    assert (code, out) == (2, "")
    assert "is no run folder" in said
    assert len(said.splitlines()) == 1


def test_without_a_run_the_machine_is_looked_at(monkeypatch, command):
    monkeypatch.setattr(machine, "checks", lambda **given: [Check("training", "well")])
    code, out, _ = command("doctor")
    assert code == 0
    assert "training  ok" in out
    code, out, _ = command("doctor", "--json")
    assert json.loads(out) == [{"name": "training", "found": "well", "well": True, "remedy": ""}]


def test_a_machine_that_is_not_well_fails_with_one_line(monkeypatch, command):
    monkeypatch.setattr(machine, "checks", lambda **given: [Check("disk", "full", False, "free some")])
    code, out, said = command("doctor")
    assert code == 1
    assert "disk: free some" in out
    assert said == "zerosum: something here is not well: see above\n"
