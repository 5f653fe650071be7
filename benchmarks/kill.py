"""A run killed with SIGKILL at random moments ends bit for bit as the undisturbed one: target 5 of the first issue.

python benchmarks/kill.py [--kills 20] [--seed 0]
Compared are every tensor of the last checkpoint (weights, averages, optimisers), the exported generator, and the log
without its times.
"""

import argparse
import json
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import common
import torch

from zerosum.storage.checkpoint import digest, load, steps

ROUNDS = 4000
COMMAND = ["train", "r1gan", "--data", "digits", "--steps", str(ROUNDS), "-q"]
SETTINGS = ["conditioning=concatenation", "checkpoint_every=70", "sample_every=400", "log_every=30", "lr=1e-3"]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)
    rounds = sorted(chance.randrange(ROUNDS - 100) for _ in range(arguments.kills))
    with tempfile.TemporaryDirectory() as folder:
        whole, killed = Path(folder) / "whole", Path(folder) / "killed"
        play(whole)
        for number in rounds:
            play(killed, kill_at=number, delay=chance.uniform(0.0, 0.3))
            print(f"killed after round {number}; newest checkpoint {newest(killed)}", flush=True)
        play(killed)
        content = {
            "kills": arguments.kills,
            "seed": arguments.seed,
            "killed_after_rounds": rounds,
            **compare(whole, killed),
        }
    common.write("kill", content)


def play(out: Path, kill_at: int | None = None, delay: float = 0.0) -> None:
    """Run the command to its end, or kill it `delay` seconds after it has logged round `kill_at`."""
    words = [sys.executable, "-m", "zerosum", *COMMAND, "--out", str(out), "--set", *SETTINGS]
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while kill_at is not None and process.poll() is None and reached(out) < kill_at:
        time.sleep(0.005)
    if kill_at is None:
        code = process.wait()
    else:
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        code = process.wait() + signal.SIGKILL
    if code:
        raise SystemExit(f"the run ended with exit code {code}")


def reached(run: Path) -> int:
    """Return the last round in the log; a torn or absent line counts as none."""
    try:
        return int(json.loads((run / "log.jsonl").read_text(encoding="utf-8").splitlines()[-1])["step"])
    except (OSError, ValueError, IndexError):
        return -1


def newest(run: Path) -> int:
    """Return the round of the newest checkpoint, 0 where there is none."""
    return max(steps(run / "checkpoints"), default=0)


def compare(a: Path, b: Path) -> dict[str, Any]:
    """Return what is equal in two runs."""
    states = [load(run / "checkpoints" / f"{newest(run):08d}") for run in (a, b)]
    for state in states:
        del state["seconds"], state["cpu_seconds"]
    return {
        "round": newest(b),
        "state_equal": same(*states),
        "generator_equal": digest(a / "generator.safetensors") == digest(b / "generator.safetensors"),
        "log_equal": log(a) == log(b),
        "log_lines": len(log(b)),
    }


def same(a: Any, b: Any) -> bool:
    """Whether two trees of tensors and values are equal bit for bit."""
    if isinstance(a, torch.Tensor):
        return bool(torch.equal(a, b))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b, strict=True))
    return bool(a == b)


def log(run: Path) -> list[dict[str, Any]]:
    """Return the log without its times."""
    records = [json.loads(line) for line in (run / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    return [{key: value for key, value in record.items() if "seconds" not in key} for record in records]


if __name__ == "__main__":
    main()
