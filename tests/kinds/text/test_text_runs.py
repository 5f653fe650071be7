"""A run on text is trained, resumed, sampled, scored, looked at, reported and raced as all others."""

import json

import pytest

import zerosum as zs
from tiny import TEXT, TINY_TEXT
from zerosum.cli.main import run as command
from zerosum.errors import UserError
from zerosum.page.report import write_report
from zerosum.racing.race import race
from zerosum.runs.run import Run

SETTINGS = (*TINY_TEXT, "lr=0.02", "ema=0")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "run"
    zs.train("mle", TEXT, steps=30, out=out, settings=SETTINGS)
    return out


def test_a_run_on_text_keeps_its_vocabulary(run):
    data = Run(run).recipe().data
    assert (data.kind, data.facts["tokens"]) == ("text", "word")
    assert {"a", "dog", "."} <= set(data.facts["vocabulary"].split())
    assert (run / "reals.png").exists()
    assert len(list((run / "samples").glob("*.png"))) >= 2


def test_samples_are_lines_on_the_terminal_and_in_files(run, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert command(["sample", str(run), "-n", "4", "--seed", "3"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert len(told) == 4
    assert not (tmp_path / "samples.png").exists()
    assert command(["sample", str(run), "-n", "2", "--seed", "3", "--out", "lines.txt"]) == 0
    assert (tmp_path / "lines.txt").read_text(encoding="utf-8").splitlines() == told[:2]
    cold = ["sample", str(run), "-n", "8", "--control", "temperature=0.01"]
    capsys.readouterr()
    assert command(cold) == 0
    assert len(set(capsys.readouterr().out.splitlines())) <= 2


def test_a_run_on_text_is_resumed_scored_and_reported(run, tmp_path):
    zs.train("mle", TEXT, steps=34, out=run, settings=SETTINGS)
    assert zs.load(run).sample(3).shape == (3, *Run(run).recipe().data.shape)
    scores = {score.metric: score for score in zs.evaluate(run, n=100)}
    assert {"fd", "bleu_4", "self_bleu_4", "nll"} <= scores.keys()
    page = write_report(run).read_text(encoding="utf-8")
    assert "sentences" in page
    with pytest.raises(UserError, match="sentences: only runs on them are scored"):
        zs.evaluate(zs.load(run).sample(3), data=TEXT)


def test_scores_over_temperature_stand_side_by_side(run, capsys):
    words = ["evaluate", str(run), "--control", "temperature=0.01,1", "--samples", "60", "--metrics"]
    before = Run(run).metrics.read_text(encoding="utf-8") if Run(run).metrics.exists() else ""
    assert command([*words, "bleu_2,self_bleu_2"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["metric", "temperature=0.01", "temperature=1", "real", "data", "better"]
    assert lines[2].split()[0] == "self_bleu_2"
    assert command([*words, "self_bleu_2", "--json"]) == 0
    cold, warm = json.loads(capsys.readouterr().out)
    assert cold["value"] == pytest.approx(1)
    assert warm["value"] < 1
    assert cold["protocol"]["control"] == {"temperature": 0.01}
    assert (Run(run).metrics.read_text(encoding="utf-8") if Run(run).metrics.exists() else "") == before
    assert command(["evaluate", str(run), "--control", "temprature=1"]) == 2
    assert "no control 'temprature': there are dice (16 numbers, 0 to 1), temperature" in capsys.readouterr().err
    assert command(["evaluate", str(run), "--control", "dice=1"]) == 2
    assert "--control dice=1: it takes 16 numbers" in capsys.readouterr().err


def test_the_doctor_looks_at_text(run, capsys):
    command(["doctor", str(run)])
    assert "rounds; sentences of up to 16 words need about 1,000" in "".join(capsys.readouterr())


def test_systems_race_on_text(tmp_path):
    out = tmp_path / "race"
    race(["mle"], data=TEXT, out=out, images=1000, seeds=2, samples=100, quiet=True)
    assert len(json.loads((out / "race.json").read_text(encoding="utf-8"))["entries"]) == 2


def test_data_alone_name_the_system(tmp_path, capsys):
    assert command(["train", TEXT, "--steps", "2", "--out", str(tmp_path / "run"), "--set", *TINY_TEXT]) == 0
    told = capsys.readouterr().err
    assert "why: mle, as it is what games of text are held against" in told
    assert "a sentence a line, as it looks" in told
