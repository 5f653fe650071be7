"""The guard in a group: one process judges, all go back together."""

import json
import types
from pathlib import Path

from processes import ended, free_port, group, start
from tiny import CPU, TINY, recipe
from zerosum.group import distributed
from zerosum.hooks.watch import Guard
from zerosum.judge.verdict import Remedy, State, Verdict
from zerosum.runs.run import Run
from zerosum.storage import checkpoint
from zerosum.training import train as training

SEEN = ("log_every=2", "signals_every=2", "checkpoint_every=4", "sample_every=1000")


def collapsing(records, recipe):
    """Collapsed after round 4, unless R1 is strong."""
    ill = records[-1]["step"] > 4 and recipe.game["penalties"]["r1"]["gamma"] < 1
    return Verdict(
        State.COLLAPSED if ill else State.HEALTHY, 0.9, (), (Remedy(("penalties.r1.gamma=1",), "a smoother D"),)
    )


def guarded(rank: int, port: int, out: Path) -> None:
    """Train as one of two processes."""
    import torch

    import zerosum.hooks.watch

    group(rank, 2, port)
    torch.set_num_threads(1)
    zerosum.hooks.watch.watch = collapsing
    training.train("r1gan", "digits", out=out, device="cpu", steps=10, settings=(*TINY, *SEEN), guard=True)


def test_two_processes_go_back_together(tmp_path):
    port, out = free_port(), tmp_path / "run"
    processes = [start(guarded, rank, port, out) for rank in range(2)]
    assert [ended(process) for process in processes] == [0, 0]
    (line,) = [json.loads(line) for line in (out / "guard.jsonl").read_text().splitlines()]
    assert (line["step"], line["back_to"], line["settings"]) == (8, 4, ["penalties.r1.gamma=1"])
    assert checkpoint.steps(out / "checkpoints")[-1] == 10
    steps = [json.loads(line)["step"] for line in (out / "log.jsonl").read_text().splitlines()]
    assert steps == [2, 4, 6, 8, 10]


def looking(rank: int, port: int, out: Path) -> None:
    """Look at a run that the log calls well, and that the other process remembers as collapsed."""
    group(rank, 2, port)
    told: list[str] = []
    state = State.COLLAPSED if rank else State.HEALTHY
    with distributed.processes(CPU):
        guard = Guard(Run(out), recipe(), lambda other: {}, told.append)
        playing = types.SimpleNamespace(device=CPU, attempt=0, step=6)
        guard.look(playing, [(step, Verdict(state, 0.9, (), ())) for step in (2, 4)])
    (out / f"told-{rank}").write_text(json.dumps(told))


def test_the_first_process_alone_decides_whether_to_go_back(tmp_path):
    port = free_port()
    processes = [start(looking, rank, port, tmp_path) for rank in range(2)]
    assert [ended(process) for process in processes] == [0, 0]
    assert [json.loads((tmp_path / f"told-{rank}").read_text()) for rank in range(2)] == [[], []]
