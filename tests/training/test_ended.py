"""A run at its end is not built again to find that there is nothing to do."""

import json

import pytest
import torch

from tiny import command_line
from zerosum.cli.main import run as run_command
from zerosum.runs.generator import load_generator
from zerosum.runs.run import Run
from zerosum.storage import checkpoint
from zerosum.training import train as training
from zerosum.training.ended import ended


@pytest.fixture
def done(tmp_path):
    assert run_command(command_line(tmp_path / "run", steps=3)) == 0
    return Run(tmp_path / "run")


def test_the_same_command_again_says_so_and_touches_nothing(done, command, monkeypatch):
    before = {path: path.stat().st_mtime_ns for path in done.path.rglob("*") if path.is_file()}
    monkeypatch.setattr(training, "play_together", None)
    code, out, said = command(*command_line(done.path, steps=3))
    assert (code, out) == (0, f"{done.path}\n")
    complete = f"{done.path} is complete after round 3: raise --steps or --minutes to play on"
    assert said.splitlines() == ["trains for 3 rounds", complete]
    assert {path: path.stat().st_mtime_ns for path in done.path.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("name", ["generator.safetensors", "generator.json"])
def test_the_same_command_writes_a_generator_again_that_does_not_load(done, command, name):
    before, weights = (done.path / name).read_bytes(), load_generator(done.path).game.state_dict()
    (done.path / name).write_bytes(before[:-3])
    assert command(*command_line(done.path, steps=3))[0] == 0
    assert (done.path / name).read_bytes() == before
    again = load_generator(done.path).game.state_dict()
    assert all(torch.equal(value, again[key]) for key, value in weights.items())


def test_a_generator_that_does_not_load_is_written_again_from_the_best_round(tmp_path, command):
    words = command_line(tmp_path / "run", "evaluate_every=1", "checkpoint_every=1", steps=3)
    assert command(*words)[0] == 0
    run = Run(tmp_path / "run")
    scores = [record for record in run.records(run.metrics) if record["metric"] in ("fd", "kd")]
    run.metrics.write_text("".join(json.dumps(score | {"value": abs(score["step"] - 2.0)}) + "\n" for score in scores))
    (run.path / "generator.safetensors").write_bytes(b"")
    assert command(*words)[0] == 0
    assert load_generator(run.path).about["step"] == 2
    state = checkpoint.load(run.checkpoints / "00000002")
    for name, value in state["averages"]["generator"].items():
        assert torch.equal(load_generator(run.path).game.generator.state_dict()[name], value)


def test_what_is_not_at_its_end_or_lacks_something_is_played(done):
    recipe = done.recipe()
    assert ended(done, recipe).rounds == 3
    for change in ({"steps": 4}, {"log_every": 7}):
        assert ended(done, recipe.model_copy(update=change)) is None
    newest = done.checkpoints / "00000003" / "state.safetensors"
    for path in (done.path / "doctor.json", done.path / "report.html", done.path / "generator.json", newest):
        content = path.read_bytes()
        path.unlink()
        assert ended(done, recipe) is None
        path.write_bytes(content)
    newest.write_bytes(content[:-1])
    assert ended(done, recipe) is None
    newest.write_bytes(content)
    assert ended(done, recipe).rounds == 3
    assert checkpoint.plain_values(newest.parent)["step"] == 3
