"""Seconds until something happens: target of the fourth issue's section on start-up.

python benchmarks/startup.py [--repeats 5]
`zerosum --help` and `zerosum list` until they end; `zerosum train` on digits until its first round is played, and until
it ends after that round, its pictures, checkpoint and report written. Wall and CPU seconds, medians of new processes.
"""

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from typing import Any

import common

TARGETS = {"--help": 0.3, "list": 0.3, "first round": 5.0}
FIRST = """
import sys, time
import zerosum.core.trainer
play = zerosum.core.trainer.Trainer.play
def first(trainer):
    play(trainer)
    print("first round", time.time(), time.process_time(), flush=True)
    zerosum.core.trainer.Trainer.play = play
zerosum.core.trainer.Trainer.play = first
from zerosum.cli.main import main
main(sys.argv[1:])
"""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()
    times: dict[str, list[tuple[float, float]]] = {}
    for _ in range(arguments.repeats):
        for words in (["--help"], ["list"]):
            times.setdefault(words[0], []).append(ended([sys.executable, "-m", "zerosum", *words]))
        for name, pair in training().items():
            times.setdefault(name, []).append(pair)
    results = {name: summary(name, pairs) for name, pairs in times.items()}
    print(results)
    common.write("startup", {"repeats": arguments.repeats, "results": results})


def ended(words: list[str]) -> tuple[float, float]:
    """Run a command to its end and return its wall and CPU seconds."""
    start, before = time.perf_counter(), children()
    subprocess.run(words, check=True, capture_output=True)
    return time.perf_counter() - start, children() - before


def children() -> float:
    """Return the CPU seconds of all processes that this one has waited for; `os.times` counts in hundredths."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def training() -> dict[str, tuple[float, float]]:
    """Train one round on digits and return the seconds until it was played, and until the command had ended."""
    with tempfile.TemporaryDirectory() as folder:
        words = ["train", "r1gan", "--data", "digits", "--steps", "1", "--device", "cpu", "--quiet", "--out"]
        start, before = time.time(), children()
        done = subprocess.run(
            [sys.executable, "-c", FIRST, *words, f"{folder}/run"], check=True, capture_output=True, text=True
        )
        end, whole = time.time(), children() - before
    wall, cpu = next(line for line in done.stdout.splitlines() if line.startswith("first round")).split()[2:]
    return {"first round": (float(wall) - start, float(cpu)), "whole command": (end - start, whole)}


def summary(name: str, pairs: list[tuple[float, float]]) -> dict[str, Any]:
    """Return medians and the target, where there is one: of CPU seconds, as the machine is shared."""
    wall, cpu = (round(statistics.median(column), 3) for column in zip(*pairs, strict=True))
    target = TARGETS.get(name)
    judged = {} if target is None else {"target": target, "reached": wall < target, "reached_in_cpu": cpu < target}
    return {"seconds": wall, "cpu_seconds": cpu, **judged}


if __name__ == "__main__":
    main()
