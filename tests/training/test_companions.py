"""Processes that a training starts itself: the same result, and nothing that hangs or is left, however one ends."""

import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
import torch

from processes import ended, size, start, wait_until
from tiny import CPU, command_line, recipe, tensors
from zerosum.errors import ZerosumError
from zerosum.runs.run import Run
from zerosum.storage import checkpoint
from zerosum.training import companions

SEEN = ("log_every=1", "checkpoint_every=4", "signals_every=0")
ENDLESS = 10**6


def command(cores: int, messages: Path, words: list[str]) -> None:
    """Run `zerosum` on a machine of so many cores, alone in its group of processes."""
    from zerosum.cli.main import run

    os.setpgrp()
    companions.cores = lambda: cores
    with messages.open("a") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    sys.exit(run(words))


def begun(out: Path, *settings: str, cores: int = 2, steps: int = 6):
    """Start a training; its messages go beside its folder."""
    words = command_line(out, *SEEN, *settings, steps=steps)
    return start(command, cores, out.with_suffix(".messages"), words)


def state(out: Path):
    return checkpoint.load_latest(Run(out).checkpoints, CPU, pytest.fail)


def close(one, other) -> None:
    ours, theirs = tensors(one), tensors(other)
    kept = [path for path in ours if not path.startswith("/meter")]
    assert kept == [path for path in theirs if not path.startswith("/meter")]
    assert [path for path in kept if not torch.allclose(ours[path], theirs[path], atol=1e-5)] == []


def others(pid: int) -> list[int]:
    """The companions of a process that have begun."""
    children = [word for path in Path(f"/proc/{pid}/task").glob("*/children") for word in path.read_text().split()]
    return [
        int(word) for word in children if b"zerosum.training.companion" in Path(f"/proc/{word}/cmdline").read_bytes()
    ]


def lives(pid: int) -> bool:
    """Whether a process runs; a zombie does not."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def played(process, out: Path, rounds: int) -> int:
    """Wait until a training has logged some rounds, and return the number of its companion's process."""
    assert wait_until(
        lambda: size(out / "log.jsonl") and (out / "log.jsonl").read_text().count("\n") >= rounds, process
    )
    (companion,) = others(process.pid)
    assert lives(companion)
    return companion


def gone(pid: int) -> bool:
    """Whether a process ends within seconds."""
    deadline = time.monotonic() + 20
    while lives(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not lives(pid)


@pytest.fixture(scope="module")
def micro_batches(tmp_path_factory) -> Path:
    """A run of one process with two micro-batches."""
    out = tmp_path_factory.mktemp("alone") / "run"
    assert ended(begun(out, "accumulate=2")) == 0
    return out


def test_two_processes_end_as_two_micro_batches(micro_batches, tmp_path):
    process = begun(tmp_path / "run", "processes=2")
    companion = played(process, tmp_path / "run", 1)
    assert ended(process) == 0
    assert gone(companion)
    assert (tmp_path / "run.messages").read_text().splitlines()[-1] == str(tmp_path / "run")
    assert Run(tmp_path / "run").recipe().processes == 2
    close(state(tmp_path / "run"), state(micro_batches))


def test_a_run_goes_on_with_fewer_cores_and_with_more(micro_batches, tmp_path):
    out = tmp_path / "run"
    assert ended(begun(out, "processes=2", cores=1, steps=2)) == 0
    assert ended(begun(out, "processes=2", cores=2, steps=4)) == 0
    assert ended(begun(out, "processes=2", cores=1, steps=6)) == 0
    assert Run(out).recipe().processes == 2
    close(state(out), state(micro_batches))


def test_one_process_plays_the_shards_of_two_as_micro_batches(micro_batches, tmp_path):
    assert ended(begun(tmp_path / "run", "processes=2", cores=1)) == 0
    ours, theirs = tensors(state(tmp_path / "run")), tensors(state(micro_batches))
    assert [path for path in theirs if not torch.equal(ours[path], theirs[path])] == []


def test_a_killed_companion_ends_the_run_with_its_name(tmp_path):
    out = tmp_path / "run"
    process = begun(out, "processes=2", steps=ENDLESS)
    companion = played(process, out, 6)
    os.kill(companion, signal.SIGKILL)
    assert ended(process) == 1
    said = (tmp_path / "run.messages").read_text().splitlines()
    assert said[-1].startswith("zerosum: lost the group in round")
    assert f"process {companion}) is in round" in said[-1]
    assert "does not answer" in said[-1]
    assert said[-1].endswith("the same command continues the run")
    assert not any("Traceback" in line for line in said)
    before = state(out)["step"]
    assert ended(begun(out, cores=1, steps=before + 2)) == 0
    assert state(out)["step"] == before + 2


def test_a_killed_first_process_takes_its_companions_along(tmp_path):
    out = tmp_path / "run"
    process = begun(out, "processes=2", steps=ENDLESS)
    companion = played(process, out, 2)
    process.kill()
    assert ended(process) == -signal.SIGKILL
    assert gone(companion)


@pytest.mark.parametrize("number, code", [(signal.SIGINT, 130), (signal.SIGTERM, 75)])
def test_a_signal_to_all_saves_and_leaves_nothing(number, code, tmp_path):
    """As Ctrl-C in a terminal, and as a scheduler that ends every process of a job."""
    out = tmp_path / "run"
    process = begun(out, "processes=2", steps=ENDLESS)
    companion = played(process, out, 2)
    if number == signal.SIGTERM:
        os.kill(companion, number)
    os.killpg(process.pid, number)
    assert ended(process) == code
    assert gone(companion)
    assert "stopping after this round" in (tmp_path / "run.messages").read_text()
    found = state(out)
    assert found["step"] == len(Run(out).log.read_text().splitlines())
    assert ended(begun(out, cores=1, steps=found["step"] + 1)) == 0


def test_what_the_first_process_refuses_ends_all(tmp_path):
    out = tmp_path / "run"
    first = begun(out, "processes=2", cores=1, steps=ENDLESS)
    assert wait_until(lambda: size(out / "log.jsonl") > 0, first)
    second = begun(out, "processes=2", steps=ENDLESS)
    assert wait_until(lambda: bool(others(second.pid)), second)
    (companion,) = others(second.pid)
    assert ended(second) == 2
    assert gone(companion)
    assert "is in use by another process" in (tmp_path / "run.messages").read_text()
    first.kill()
    ended(first)


def test_without_companions_it_plays_alone_and_says_so(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/bin/false")
    said: list[str] = []
    with companions.companions(2, {"threads": 1}, said.append) as seat:
        assert seat is None
    assert said == ["playing with one process, as a companion did not start: it ended with exit code 1"]


def test_a_companion_tells_why_it_did_not_start(tmp_path):
    made = recipe("r1gan").model_dump(mode="json")
    made["data"]["source"] = str(tmp_path / "nowhere")
    said: list[str] = []
    job = {"recipe": made, "data_root": None, "strict": False, "trust": [], "threads": 1}
    with companions.companions(2, job, said.append) as seat:
        assert seat is None
    assert "nowhere" in said[0]


def test_there_are_as_many_as_the_cores_allow(monkeypatch):
    monkeypatch.setattr(companions, "cores", lambda: 3)
    count = companions.processes_of
    assert count(recipe("r1gan"), CPU) == 1
    assert count(recipe("r1gan", "digits", "processes=2"), CPU) == 2
    assert count(recipe("r1gan", "digits", "processes=4"), CPU) == 2
    assert count(recipe("r1gan", "digits", "processes=8", "batch_size=24", "accumulate=3"), CPU) == 3
    assert count(recipe("r1gan", "digits", "processes=2"), torch.device("cuda")) == 1
    monkeypatch.setenv("WORLD_SIZE", "2")
    assert count(recipe("r1gan", "digits", "processes=2"), CPU) == 1


def test_an_error_in_a_companion_is_told(tmp_path):
    """Of one that had come already, and ends by what nobody foresaw while the first process waits for it."""
    job = {"recipe": recipe().model_dump(mode="json"), "data_root": None, "strict": False, "trust": [], "threads": 1}
    job |= {"out": str(tmp_path / "run"), "wishes": {"nonsense": True}}
    said: list[str] = []
    with pytest.raises(ZerosumError, match="lost"):
        wait_in_vain(job, said.append)
    (line,) = said
    assert line.startswith("process 1 ended: TypeError: play_together() got an unexpected keyword argument")


def wait_in_vain(job, say) -> None:
    with companions.companions(2, job, say) as seat:
        assert seat is not None
        deadline = time.monotonic() + 20
        while others(os.getpid()) and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(0.5)  # its command line is gone before its exit code is there
        raise ZerosumError("lost")
