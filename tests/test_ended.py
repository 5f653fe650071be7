"""A run at its end is not built again to find that there is nothing to do."""

import pytest

from tiny import command_line
from zerosum import checkpoint, training
from zerosum.cli.main import run as run_command
from zerosum.ended import ended
from zerosum.run import Run


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
