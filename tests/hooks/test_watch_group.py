"""The guard in a group: one process judges, all go back together."""

import json
from pathlib import Path

from processes import ended, free_port, group, start
from tiny import TINY
from zerosum import checkpoint, training
from zerosum.judge.verdict import Remedy, State, Verdict

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
