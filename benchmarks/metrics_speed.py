"""Time and memory of Frechet distance, precision, recall, density and coverage beside scipy's and prdc's.

python benchmarks/metrics_speed.py [--n 10000] [--width 2048] [--repetitions 3] [--threads 2]
Needs `pip install scipy prdc`. Each measurement is a process of its own, which first makes the same features; the two
of a contest take turns, so that what else runs on the machine disturbs both alike, and ratios are taken turn by turn.
`peak_mib` is the most memory that the process ever held, with the interpreter, its libraries and the features.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

K = 5
CONTESTS = {"frechet": ("scipy", "zerosum"), "cross": ("scipy", "zerosum"), "manifolds": ("prdc", "zerosum")}
"""`cross` is the part of the Frechet distance for which scipy takes its square root: the moments are given."""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--n", type=int, default=10_000)
    parser.add_argument("--width", type=int, default=2048)
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--only", choices=CONTESTS)
    parser.add_argument("--child", nargs=2, metavar=("CONTEST", "CONTESTANT"))
    arguments = parser.parse_args()
    if arguments.child:
        print(json.dumps(measure(*arguments.child, arguments.n, arguments.width, arguments.threads)))
        return
    chosen = {arguments.only: CONTESTS[arguments.only]} if arguments.only else CONTESTS
    content = {contest: hold(contest, names, arguments) for contest, names in chosen.items()}
    # Only now: what this process holds must not count as the memory of those that it starts.
    import common

    setting = {
        "n_real": arguments.n,
        "n_fake": arguments.n,
        "width": arguments.width,
        "k": K,
        "cpu_threads": arguments.threads,
    }
    common.write("metrics-speed", {**setting, "repetitions": arguments.repetitions, **content})


def hold(contest: str, names: tuple[str, str], arguments: argparse.Namespace) -> dict[str, Any]:
    """Let both contestants take turns; return their medians, and by how much ours is faster, turn by turn."""
    turns: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
    for number in range(arguments.repetitions):
        # Who begins alternates, too.
        for name in names if number % 2 == 0 else reversed(names):
            turns[name].append(child(contest, name, arguments))
            print(contest, name, turns[name][-1], flush=True)
    other, own = names
    content: dict[str, Any] = {name: summary(laps) for name, laps in turns.items()}
    for clock in ("seconds", "cpu_seconds"):
        ratios = [a[clock] / b[clock] for a, b in zip(turns[other], turns[own], strict=True)]
        content[f"times_faster_in_{clock}"] = spread(ratios)
    return content


def child(contest: str, name: str, arguments: argparse.Namespace) -> dict[str, Any]:
    """Measure one contestant once, in a fresh process."""
    words = [
        sys.executable,
        __file__,
        "--child",
        contest,
        name,
        "--n",
        str(arguments.n),
        "--width",
        str(arguments.width),
    ]
    threads = str(arguments.threads)
    environment = {
        **os.environ,
        "OMP_NUM_THREADS": threads,
        "OPENBLAS_NUM_THREADS": threads,
        "MKL_NUM_THREADS": threads,
    }
    done = subprocess.run(
        [*words, "--threads", threads], stdout=subprocess.PIPE, text=True, check=True, env=environment
    )
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def summary(turns: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the spread of what was measured, and the values, which must not vary."""
    spreads = {key: spread([turn[key] for turn in turns]) for key in ("seconds", "cpu_seconds", "peak_mib")}
    return {
        **spreads,
        "features_peak_mib": spread([turn["features_mib"] for turn in turns]),
        "values": turns[0]["values"],
    }


def spread(numbers: list[float]) -> dict[str, float]:
    """Return median, minimum and maximum."""
    figures = {"median": statistics.median(numbers), "min": min(numbers), "max": max(numbers)}
    return {name: round(number, 3) for name, number in figures.items()}


def measure(contest: str, name: str, n: int, width: int, threads: int) -> dict[str, Any]:
    """Return time, peak memory and values of one contestant in this process."""
    run = WORK[contest, name](n, width, threads)
    before = peak_mib()
    started, cpu = time.perf_counter(), time.process_time()
    values = run()
    seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - cpu
    return {
        "seconds": round(seconds, 3),
        "cpu_seconds": round(cpu_seconds, 3),
        "peak_mib": round(peak_mib(), 1),
        "features_mib": round(before, 1),
        "values": values,
    }


def features(n: int, width: int) -> tuple[Any, Any]:
    """Return real and fake features like those of a deep network: rectified, correlated, unlike in mean and spread."""
    import numpy as np

    random = np.random.default_rng(0)
    mix, bias = random.standard_normal((64, width), dtype=np.float32), random.standard_normal(width, dtype=np.float32)

    def draw(scale: float) -> Any:
        inner = random.standard_normal((n, 64), dtype=np.float32) * np.float32(scale) @ mix / 8 + bias
        inner += random.standard_normal((n, width), dtype=np.float32) / 2
        return np.maximum(inner, 0, out=inner)

    return draw(1.0), draw(0.9)


def scipy_frechet(n: int, width: int, threads: int) -> Callable[[], dict[str, float]]:
    real, fake = features(n, width)
    return lambda: {"fd": scipy_distance(*(plain_moments(x) for x in (real, fake)))}


def scipy_cross(n: int, width: int, threads: int) -> Callable[[], dict[str, float]]:
    moments = [plain_moments(x) for x in features(n, width)]
    return lambda: {"fd": scipy_distance(*moments)}


def plain_moments(features: Any) -> tuple[Any, Any]:
    import numpy as np

    return features.mean(0, dtype=np.float64), np.cov(features, rowvar=False)


def scipy_distance(real: tuple[Any, Any], fake: tuple[Any, Any]) -> float:
    import numpy as np
    from scipy import linalg

    cross = np.trace(linalg.sqrtm(real[1] @ fake[1]).real)
    return float(np.square(real[0] - fake[0]).sum() + np.trace(real[1]) + np.trace(fake[1]) - 2 * cross)


def prdc_manifolds(n: int, width: int, threads: int) -> Callable[[], dict[str, float]]:
    from prdc import compute_prdc

    real, fake = features(n, width)
    return lambda: {name: float(value) for name, value in compute_prdc(real, fake, nearest_k=K).items()}


def own_frechet(n: int, width: int, threads: int) -> Callable[[], dict[str, float]]:
    import torch

    from zerosum.metrics.frechet import frechet_distance

    torch.set_num_threads(threads)
    real, fake = map(torch.from_numpy, features(n, width))
    return lambda: {"fd": frechet_distance(real, fake)}


def own_cross(n: int, width: int, threads: int) -> Callable[[], dict[str, float]]:
    import torch

    from zerosum.metrics.frechet import frechet_from_moments, moments

    torch.set_num_threads(threads)
    pair = [moments(torch.from_numpy(x)) for x in features(n, width)]
    return lambda: {"fd": frechet_from_moments(*pair)}


def own_manifolds(n: int, width: int, threads: int) -> Callable[[], dict[str, float]]:
    import dataclasses

    import torch

    from zerosum.metrics.manifolds import manifolds

    torch.set_num_threads(threads)
    real, fake = map(torch.from_numpy, features(n, width))
    return lambda: dataclasses.asdict(manifolds(real, fake, near=K, dense=K))


WORK = {
    ("frechet", "scipy"): scipy_frechet,
    ("frechet", "zerosum"): own_frechet,
    ("cross", "scipy"): scipy_cross,
    ("cross", "zerosum"): own_cross,
    ("manifolds", "prdc"): prdc_manifolds,
    ("manifolds", "zerosum"): own_manifolds,
}


def peak_mib() -> float:
    """Return the most memory that this process has held so far, in MiB."""
    status = Path("/proc/self/status")
    if status.exists():
        # Unlike getrusage it knows nothing of the process that started this one.
        (line,) = (line for line in status.read_text(encoding="utf-8").splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 1024


if __name__ == "__main__":
    main()
