"""A race as a whole: played, cut short, continued, with entrants that fail."""

import json
import os
import signal
from pathlib import Path

import pytest
import torch

import zerosum as zs
from tiny import TINY
from zerosum.data import own
from zerosum.errors import UserError, ZerosumError
from zerosum.racing import race as racing
from zerosum.racing.result import Race
from zerosum.racing.trial import Moments, moment_at

SETTINGS = (*TINY, "checkpoint_every=5", "log_every=5", "signals_every=0")


def race(systems=("r1gan", "lsgan"), **options):
    given = {"images": 320, "seeds": 1, "settings": SETTINGS, "samples": 200, "out": "race", "device": "cpu"}
    return zs.race(list(systems), "digits", **given | options)


def scores(found):
    return {(entry.name, entry.seed): (entry.status, entry.value("fd")) for entry in found.entries}


def unplayed(monkeypatch):
    """Let nothing more be played."""
    monkeypatch.setattr(racing, "play_entrant", lambda *_, **__: pytest.fail("it was played again"))


@pytest.fixture(scope="module")
def finished(tmp_path_factory, cache):
    """A race of two systems with two seeds that nothing disturbed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ZEROSUM_CACHE", str(cache))
        return race(out=tmp_path_factory.mktemp("finished") / "race", seeds=2)


def test_every_entrant_and_seed_is_a_run_with_scores(finished):
    assert [(entry.name, entry.seed) for entry in finished.entries] == [
        ("r1gan", 0),
        ("lsgan", 0),
        ("r1gan", 1),
        ("lsgan", 1),
    ]
    for entry in finished.entries:
        run = zs.Run.open(finished.path / entry.folder)
        assert (run.path / "report.html").is_file()
        assert (finished.path / "pictures" / f"{entry.folder}.png").is_file()
        assert entry.trained["rounds"] == 20
        assert entry.trained["images"] == 320
        assert {"fd", "precision", "recall", "coverage", "classes"} <= entry.scores.keys()
    assert (finished.path / "race.html").is_file()
    assert Race.open(finished.path).entries == finished.entries


def test_the_learning_curve_has_eight_moments(finished):
    for entry in finished.entries:
        assert [moment.share for moment in entry.curve] == [k / 8 for k in range(1, 9)]
        assert [moment.images for moment in entry.curve] == [48, 80, 128, 160, 208, 240, 288, 320]
        assert all(moment.floor > 0 for moment in entry.curve)


def test_quick_scores_do_not_choose_the_generator(finished):
    for entry in finished.entries:
        about = json.loads((finished.path / entry.folder / "generator.json").read_text())
        assert about["step"] == 20


def test_final_scores_are_taken_of_other_samples_than_those_on_the_way(finished):
    records = zs.Run.open(finished.path / "r1gan-0").records(finished.path / "r1gan-0" / "metrics.jsonl")
    seeds = {("moment" in record): record["protocol"]["seed"] for record in records}
    assert seeds == {True: 0, False: 1}


def test_the_same_again_plays_nothing_and_more_is_added(in_tmp, monkeypatch):
    first = race(["lsgan"])
    with monkeypatch.context() as patch:
        unplayed(patch)
        assert race(["lsgan"]).entries == first.entries
    second = race(["r1gan"], seeds=1)
    assert scores(second).keys() == {("lsgan", 0), ("r1gan", 0)}
    assert second.names == ("lsgan", "r1gan")
    assert scores(second)["lsgan", 0] == scores(first)["lsgan", 0]


def test_a_race_cut_short_goes_on_to_the_same_end(in_tmp, monkeypatch, finished):
    """A signal in the middle of the second entrant, then the same command."""
    scored, seen = Moments._score, []

    def interrupting(self, trainer, moment):
        scored(self, trainer, moment)
        seen.append(moment)
        if len(seen) == 12:
            os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(Moments, "_score", interrupting)
    first = race(seeds=2)
    assert first.reason == "interrupted"
    assert [entry.status for entry in first.entries] == ["done", "stopped"]
    assert Race.open("race").reason == "interrupted"
    second = race(seeds=2)
    assert second.reason == "done"
    assert scores(second) == scores(finished)
    fds = [[moment.fd for moment in entry.curve] for entry in second.entries]
    assert fds == [[moment.fd for moment in entry.curve] for entry in finished.entries]


def test_ctrl_c_while_scoring_the_end(in_tmp, monkeypatch):
    from zerosum.racing import trial

    def interrupt(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(trial, "final_scores", interrupt)
        assert race(["lsgan"]).reason == "interrupted"
    assert [entry.status for entry in race(["lsgan"]).entries] == ["done"]


def test_one_that_diverges_has_its_result_and_the_others_race_on(in_tmp, monkeypatch):
    found = race(["gan", "lsgan"], settings_for={"gan": ["lr=1e30"]})
    assert [entry.status for entry in found.entries] == ["diverged", "done"]
    assert "not finite" in found.entry("gan", 0).why
    unplayed(monkeypatch)
    race(["gan", "lsgan"], settings_for={"gan": ["lr=1e30"]})


def test_one_that_fails_is_told_and_tried_again(in_tmp, monkeypatch):
    trained = racing.play_entrant.__globals__["train_entrant"]

    def failing(recipe, *arguments, **options):
        if recipe.system == "lsgan":
            raise RuntimeError("out of\nmemory")
        return trained(recipe, *arguments, **options)

    with monkeypatch.context() as patch:
        patch.setitem(racing.play_entrant.__globals__, "train_entrant", failing)
        found = race()
    assert [(entry.status, entry.why) for entry in found.entries] == [("done", ""), ("failed", "out of memory")]
    assert [entry.status for entry in race().entries] == ["done", "done"]


def test_nobody_at_the_end_is_a_failure(in_tmp):
    with pytest.raises(ZerosumError, match="nobody came to the end; gan-0") as raised:
        race(["gan"], settings=(*SETTINGS, "lr=1e30"))
    assert raised.value.exit_code == 1
    assert (in_tmp / "race" / "race.html").is_file()


def test_another_race_in_the_same_folder_is_refused(in_tmp):
    race(["lsgan"], images=32)
    with pytest.raises(UserError, match=r"other terms \(budget.*--fresh"):
        race(["lsgan"], images=64)
    with pytest.raises(UserError, match=r"settings of lsgan: lr=0\.01"):
        race(["lsgan"], images=32, settings_for={"lsgan": ["lr=0.01"]})
    assert race(["lsgan"], images=64, fresh=True).entries[0].trained["images"] == 64


def test_fresh_leaves_nothing_of_the_race_before(in_tmp):
    race(["lsgan", "gan"], seeds=2, images=32)
    (in_tmp / "race" / "notes.txt").write_text("mine")
    race(["lsgan"], images=64, fresh=True)
    assert sorted(path.name for path in (in_tmp / "race").iterdir() if path.name != ".lock") == [
        *("lsgan-0", "notes.txt", "pictures", "race.html", "race.json"),
    ]
    assert sorted(path.name for path in (in_tmp / "race" / "pictures").iterdir()) == ["lsgan-0.png", "real.png"]


def test_a_folder_of_something_else_is_left_alone(in_tmp):
    (in_tmp / "race").mkdir()
    (in_tmp / "race" / "thesis.txt").write_text("mine")
    for fresh in (False, True):
        with pytest.raises(UserError, match="holds no race"):
            race(fresh=fresh)
    assert [path.name for path in (in_tmp / "race").iterdir()] == ["thesis.txt"]


def test_mistakes_are_found_before_anything_is_trained(in_tmp):
    for options, said in [
        ({"settings_for": {"lsgan": ["nonsense=1"]}}, "nonsense"),
        ({"seeds": 0}, "0 seeds"),
        ({"samples": 3}, "cannot judge 3"),
        ({"images": None}, "--minutes or --images"),
    ]:
        with pytest.raises(UserError, match=said):
            race(**options)
    assert list(in_tmp.iterdir()) == []


def test_one_process_only(in_tmp, monkeypatch):
    monkeypatch.setenv("WORLD_SIZE", "2")
    with pytest.raises(UserError, match="without torchrun"):
        race()


def test_moments_are_eighths():
    assert [moment_at(share) for share in (0, 0.12, 0.125, 0.9999, 1, 3)] == [0, 0, 1, 7, 8, 8]


WORDS = ["race", "lsgan", "--images", 32, "--seeds", 1, "--samples", 200, "--out", "race", "--device", "cpu", "--quiet"]


def test_the_command(in_tmp, command):
    code, out, _ = command(*WORDS, "--set-for", "lsgan", "lr=0.01", "--set", *TINY)
    assert code == 0
    assert out.splitlines()[1].startswith("lsgan ")
    code, out, _ = command(*WORDS, "--set-for", "lsgan", "lr=0.01", "--json", "--set", *TINY)
    assert json.loads(out)["entries"][0]["own"] == ["lr=0.01"]
    code, out, said = command("race", "lsgan", "--data", "digits")
    assert (code, out) == (2, "")
    assert "--minutes or --images" in said


def test_the_command_when_interrupted(in_tmp, command, monkeypatch):
    monkeypatch.setattr(racing, "play_entrant", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
    code, _, said = command(*WORDS)
    assert code == 130
    assert "the same command goes on" in said


def test_data_in_memory_race_and_go_on_when_they_are_passed_again(in_tmp, monkeypatch):
    points = torch.randn(300, 2, generator=torch.Generator().manual_seed(0))
    options = {"images": 320, "seeds": 1, "settings": SETTINGS, "samples": 100, "device": "cpu"}
    ended = zs.race(["lsgan"], points, **options)
    assert ended.path == Path("runs/race-Tensor")
    assert scores(ended)["lsgan", 0][0] == "done"
    assert zs.Run(ended.path / "lsgan-0").recipe().data.source == "python:torch.Tensor"
    unplayed(monkeypatch)
    assert scores(zs.race(["lsgan"], points, **options)) == scores(ended)
    with pytest.raises(UserError, match="holds a race on other terms"):
        zs.race(["lsgan"], points + 1, **options)
    monkeypatch.setattr(own, "_passed", {})
    with pytest.raises(UserError, match="pass it again, with data= in Python"):
        zs.race(["lsgan"], "python:torch.Tensor", **options)
