"""What `zerosum evaluate` costs: a first and a second call, beside those of an earlier build on the same run.

python benchmarks/evaluate_speed.py RUN [--before SRC] [--rounds 2]

RUN is a trained run on 32x32 images, SRC the `src` folder of an earlier checkout. Each call is a process of its own
with all metrics that apply and 10,000 samples; builds take turns, and every round begins with empty caches.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import common
import torch

import zerosum as zs
from zerosum.metrics.imagenet import imagenet
from zerosum.metrics.source import choose, read
from zerosum.recipe.training_data import load_again

CALL = "import sys; from zerosum.evaluation.run_scores import evaluate_run; evaluate_run(sys.argv[1], device='cpu')"
IMAGES = 10_000


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("run", type=Path)
    parser.add_argument("--before", type=Path)
    parser.add_argument("--rounds", type=int, default=2)
    arguments = parser.parse_args()
    builds = {"now": Path(zs.__file__).parent.parent} | ({"before": arguments.before} if arguments.before else {})
    rounds = [once(builds, arguments.run) for _ in range(arguments.rounds)]
    calls = {
        f"{build}, {call}": spread([each[build][call] for each in rounds])
        for build in builds
        for call in ("first", "second")
    }
    ratios = {
        build: spread(
            [
                {key: each[build]["second"][key] / each[build]["first"][key] for key in ("seconds", "cpu_seconds")}
                for each in rounds
            ]
        )
        for build in builds
    }
    common.write(
        "evaluate-speed", {"calls": calls, "second_over_first": ratios, "features_alone": features(arguments.run)}
    )


def once(builds: dict[str, Path], run: Path) -> dict[str, dict[str, dict[str, float]]]:
    """Return what both calls of every build take, with a cache of its own each."""
    times: dict[str, dict[str, dict[str, float]]] = {}
    for build, source in builds.items():
        with tempfile.TemporaryDirectory() as cache:
            times[build] = {call: timed(source, run, cache) for call in ("first", "second")}
        print(build, times[build], flush=True)
    return times


def timed(source: Path, run: Path, cache: str) -> dict[str, float]:
    """Return the seconds and CPU seconds of one call."""
    places = os.environ | {"PYTHONPATH": str(source), "ZEROSUM_CACHE": cache}
    began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", CALL, str(run)], env=places, check=True, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"seconds": time.perf_counter() - began, "cpu_seconds": cpu}


def features(run: Path) -> dict[str, float]:
    """Return what the features of 10,000 images of the run's data take, on all threads."""
    train = load_again(zs.Run.open(run).recipe().data, "train", None)
    images = torch.cat([part for part, _ in read(train, choose(IMAGES, len(train)))])
    network = imagenet("cpu")
    network(images[:100])
    began, cpu = time.perf_counter(), time.process_time()
    network(images)
    return {
        "images": len(images),
        "seconds": time.perf_counter() - began,
        "cpu_seconds": time.process_time() - cpu,
        "threads": torch.get_num_threads(),
    }


def spread(rows: list[dict[str, float]]) -> dict[str, Any]:
    """Return [median, least, greatest] of each value."""
    return {
        key: [statistics.median(values), min(values), max(values)]
        for key in rows[0]
        for values in [[row[key] for row in rows]]
    }


if __name__ == "__main__":
    main()
