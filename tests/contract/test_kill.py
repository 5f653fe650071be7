"""A run that is stopped, however rudely, ends as if it had not been."""

import json
import os
import random
import signal
import time
from pathlib import Path

import pytest

from processes import ended, size, start_command, wait_until
from tiny import CPU, command_line, same
from zerosum.runs.generator import load_generator
from zerosum.runs.run import Run
from zerosum.storage import checkpoint

STEPS = 40
SETTINGS = ("log_every=1", "checkpoint_every=4", "generator.batch_norm=true", "accumulate=2", "n_critic=2")


def words(out: Path, steps: int = STEPS) -> list[str]:
    return command_line(out, *SETTINGS, "conditioning=projection", system="wgan-gp", steps=steps)


def played(run: Run) -> dict[str, object]:
    """All that a run ends with: the newest checkpoint, the log without times, the generator's bytes."""
    log = [json.loads(line) for line in run.log.read_text().splitlines()]
    return {
        "state": checkpoint.load_latest(run.checkpoints, CPU, print),
        "log": [{name: value for name, value in line.items() if "seconds" not in name} for line in log],
        "generator": (run.path / "generator.safetensors").read_bytes(),
        "checkpoints": checkpoint.steps(run.checkpoints)[-2:],
    }


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory) -> dict[str, object]:
    folder = tmp_path_factory.mktemp("undisturbed")
    assert ended(start_command(words(folder / "run"), folder / "messages")) == 0
    found = played(Run(folder / "run"))
    assert [line["step"] for line in found["log"]] == list(range(1, STEPS + 1))
    return found


def play_and_kill(out: Path, messages: Path, chance: random.Random) -> int:
    """Run the command and kill it at a random moment after it has logged some rounds; returns its exit code."""
    process = start_command(words(out), messages)
    last = round_of(out)
    wanted = last + chance.randrange(1, 10)
    wait_until(lambda: round_of(out) >= wanted, process)
    time.sleep(chance.random() * 0.02)  # anywhere in a round: in a turn, a sync, a rename
    process.kill()
    return ended(process)


def round_of(out: Path) -> int:
    """The last round in the log, which a resumed run first shortens."""
    log = out / "log.jsonl"
    return log.read_bytes().count(b"\n") if size(log) else 0


@pytest.mark.parametrize("seed", [0, 1])
def test_killed_at_random_moments_it_ends_bit_for_bit_the_same(seed, undisturbed, tmp_path):
    chance = random.Random(seed)
    codes = [play_and_kill(tmp_path / "run", tmp_path / "messages", chance) for _ in range(4)]
    assert codes.count(-signal.SIGKILL) >= 3
    assert ended(start_command(words(tmp_path / "run"), tmp_path / "messages")) == 0
    found = played(Run(tmp_path / "run"))
    same(found.pop("state"), undisturbed["state"])
    assert found == {name: value for name, value in undisturbed.items() if name != "state"}
    assert "continuing" in (tmp_path / "messages").read_text()
    assert "Traceback" not in (tmp_path / "messages").read_text()
    leftovers = [path.name for path in (tmp_path / "run").rglob(".*") if path.name != ".lock"]
    assert [name for name in leftovers if "partial" in name] == []


@pytest.mark.parametrize(
    "moment", ["before anything", "in the first save", "between generator and checkpoint", "renaming"]
)
def test_killed_in_the_worst_moments_it_ends_bit_for_bit_the_same(moment, undisturbed, tmp_path):
    """The folders that a kill leaves in moments too short to be hit by chance."""
    run = Run(tmp_path / "run")
    if moment in ("before anything", "in the first save"):
        run.path.mkdir()
        (run.path / ".lock").touch()
        (run.path / ".recipe.yaml.partial").touch()
        if moment == "in the first save":
            (run.path / "checkpoints" / ".00000000.partial").mkdir(parents=True)
            (run.path / "samples").mkdir()
            # The recipe comes before all other files.
            (run.path / ".recipe.yaml.partial").unlink()
            assert ended(start_command(words(tmp_path / "other", steps=1), tmp_path / "messages")) == 0
            (run.path / "recipe.yaml").write_bytes((tmp_path / "other" / "recipe.yaml").read_bytes())
    else:
        assert ended(start_command(words(run.path), tmp_path / "messages")) == 0
        if moment == "between generator and checkpoint":
            (run.path / "generator.json").write_text("{}")
            checkpoint.forget(run.checkpoints, STEPS - 1)
        else:  # the older folder of this round is gone, the new one not yet in its place
            (run.checkpoints / f"{STEPS:08d}").rename(run.checkpoints / f".{STEPS:08d}.partial")
    assert ended(start_command(words(run.path), tmp_path / "messages")) == 0
    found = played(run)
    same(found.pop("state"), undisturbed["state"])
    assert found == {name: value for name, value in undisturbed.items() if name != "state"}
    assert load_generator(run.path).about["step"] == STEPS
    assert not list(run.path.rglob(".*.partial"))


@pytest.mark.parametrize("number, code", [(signal.SIGTERM, 75), (signal.SIGINT, 130)])
def test_a_signal_saves_and_tells_by_its_exit_code(number, code, undisturbed, tmp_path, command):
    out, messages = tmp_path / "run", tmp_path / "messages"
    process = start_command(words(out, steps=10**6), messages)
    assert wait_until(lambda: round_of(out) >= 6, process)

    refused = command(*words(out, steps=10**6))
    assert (refused[0], refused[1]) == (2, "")
    assert refused[2].splitlines() == [f"zerosum: {out} is in use by another process: wait for it, or use --out"]

    os.kill(process.pid, number)
    assert ended(process) == code
    said = messages.read_text()
    assert "stopping after this round to save the state; once more stops at once" in said
    assert said.splitlines()[-1] == str(out)
    run = Run(out)
    state = checkpoint.load_latest(run.checkpoints, CPU, pytest.fail)
    assert state["step"] == len(run.log.read_text().splitlines()) == load_generator(out).about["step"]
    assert (out / "report.html").is_file()
    if state["step"] < STEPS:  # it goes on from there as if nothing had been
        assert ended(start_command(words(out), messages)) == 0
        same(played(run)["state"], undisturbed["state"])
