"""--guard on configurations that collapse or diverge without it: target 4 of the third issue, 8 of 10 seeds rescued.

python benchmarks/guard.py [--seeds 10] [--first 10] [--keep FOLDER]
Digits, perceptrons of two layers of 64, 1,500 rounds. Two settings, each far too fast after a warm-up:
- collapsing: dcgan, lr 0.05 for both players, Adam (0.9, 0.999)
- diverging: a Wasserstein critic whose weights are not clipped, lr 0.01, Adam (0.5, 0.9)
A run counts as ill where its Frechet distance is above twice the median of dcgan with its own rates, same networks and
rounds; the doctor's numbers play no part in that. Coverage is noted beside it. Rescued is a seed that is ill without
the guard and not with it.
"""

import argparse
import math
import statistics
import tempfile
from pathlib import Path
from typing import Any

import common
import torch

import zerosum as zs
from zerosum.errors import DivergedError
from zerosum.judge.guarding import rescues
from zerosum.runs.run import Run

ROUNDS, SAMPLES, LIMIT = 1500, 1000, 2.0
PLAIN = (
    "network=mlp",
    "width=64",
    "depth=2",
    "schedule=constant",
    "ema=0.99",
    "checkpoint_every=200",
    f"sample_every={ROUNDS}",
)
HOT = {
    "collapsing": ("dcgan", ("lr=5e-2", "betas=[0.9,0.999]", "warmup=1000")),
    "diverging": (
        "wgan",
        ("clip=0", "n_critic=1", "optimizer=adam", "lr=1e-2", "betas=[0.5,0.9]", "warmup=1000"),
    ),
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--first", type=int, default=10, help="the first seed; those below 10 were tried out on")
    parser.add_argument("--keep", type=Path, help="where the runs are kept: a second call goes on with them")
    arguments = parser.parse_args()
    seeds = range(arguments.first, arguments.first + arguments.seeds)
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.keep or Path(temporary)
        ordinary = [play(folder, "dcgan", (), seed, guard=False) for seed in range(5)]
        limit = LIMIT * statistics.median(run["fd"] for run in ordinary)
        print(f"ordinary dcgan: {[run['fd'] for run in ordinary]}; ill above {limit:.1f}", flush=True)
        runs = {
            name: [both(folder, system, settings, seed, limit) for seed in seeds]
            for name, (system, settings) in HOT.items()
        }
    settings = {name: [system, *words] for name, (system, words) in HOT.items()}
    counts = {name: summary(rows) for name, rows in runs.items()}
    shared = {"rounds": ROUNDS, "samples": SAMPLES, "networks": PLAIN, "settings": settings}
    common.write("guard", shared | {"ordinary": ordinary, "ill_above": limit, "summary": counts, "runs": runs})
    print(counts)


def both(folder: Path, system: str, settings: tuple[str, ...], seed: int, limit: float) -> dict[str, Any]:
    """Play a seed without and with the guard."""
    without, guarded = (play(folder, system, settings, seed, guard=guard) for guard in (False, True))
    row = {"seed": seed, "ill_without": without["fd"] > limit, "ill_with": guarded["fd"] > limit}
    row |= {"without": without, "with": guarded}
    print(system, seed, without["fd"], guarded["fd"], guarded["rescues"], flush=True)
    return row


def play(folder: Path, system: str, settings: tuple[str, ...], seed: int, *, guard: bool) -> dict[str, Any]:
    """Train once and return the score of what it came to, infinite where it could not go on."""
    out = folder / f"{system}-{'hot' if settings else 'ordinary'}-{seed}-{'guarded' if guard else 'alone'}"
    try:
        words = (*PLAIN, *settings)
        zs.train(system, "digits", out=out, device="cpu", steps=ROUNDS, seed=seed, settings=words, guard=guard)
        values = zs.evaluate(out, metrics=["fd", "coverage"], n=SAMPLES, seed=1, features="classifier", device="cpu")
        scores = {score.metric: round(score.value, 3) for score in values}
    except DivergedError:
        scores = {"fd": math.inf, "coverage": 0.0}
    done = [{"state": r.state, "step": r.step, "back_to": r.back_to, "settings": r.settings} for r in rescues(Run(out))]
    return {**scores, "rescues": done}


def summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return how many seeds were ill without the guard, and how many of those it rescued."""
    ill = [row for row in rows if row["ill_without"]]
    return {
        "seeds": len(rows),
        "ill_without": len(ill),
        "rescued": sum(not row["ill_with"] for row in ill),
        "median_fd_without": statistics.median(row["without"]["fd"] for row in rows),
        "median_fd_with": statistics.median(row["with"]["fd"] for row in rows),
    }


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
