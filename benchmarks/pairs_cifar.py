"""pix2pix against regression alone and the conditional game alone, as in the paper's table 1: Show 3 of issue 6.

python benchmarks/pairs_cifar.py [--tasks grey edges] [--cpu-minutes 10] [--seeds 0] [--images 2000] [--keep FOLDER]

Two tasks: colour for grey images (cifar10-jpg), and pictures for outlines (emoji). The three rows have equal CPU time
and differ in the weights of the two terms only. The paper's trade is a better distance for little more L1: `trade` has
the Frechet distance of both terms over that of L1 alone, and the same of the L1 itself. Runs that are in the result
already are not repeated; those in --keep are continued.
"""

import argparse
import os
import tempfile
from pathlib import Path
from typing import Any

import common
import paired

import zerosum as zs

RECIPES = common.HERE.parent / "recipes"
TASKS = {"grey": "cifar10-jpg/train.zip", "edges": "emoji/noto_png72.zip"}
"""The data of each task, below ZEROSUM_DATA; the recipe is recipes/pix2pix-<task>.yaml."""
SIZES = {"grey": 32, "edges": 48}
KINDS = {"L1": ("adversarial_weight=0",), "cGAN": ("l1_weight=0",), "L1+cGAN": ()}
METRICS = ("l1", "psnr", "ssim", "fd")
WORSE = 1.1
"""How much more L1 the trade may cost."""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--tasks", nargs="+", choices=TASKS, default=list(TASKS))
    parser.add_argument("--cpu-minutes", type=float, default=10)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--images", type=int, default=2000)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--name", default="pairs-cifar")
    given = parser.parse_args()
    terms = {"cpu_minutes": given.cpu_minutes, "images": given.images}
    before = common.read(given.name) or {}
    runs: list[dict[str, Any]] = before["runs"] if all(before.get(key) == terms[key] for key in terms) else []
    for seed in given.seeds:
        for task in given.tasks:
            with tempfile.TemporaryDirectory() as temporary:
                folder = given.keep or Path(temporary)
                for kind in KINDS:
                    if all((run["task"], run["kind"], run["seed"]) != (task, kind, seed) for run in runs):
                        runs.append(measure(folder, task, kind, seed, given.cpu_minutes, given.images))
                        common.write(given.name, terms | {"runs": runs, "trade": trade(runs)})
                folders = {kind: folder / f"{task}-{kind}-{seed}" for kind in KINDS}
                if seed == given.seeds[0] and all(path.exists() for path in folders.values()):
                    draw(task, folders, given.name)
    print(markdown(runs))


def measure(folder: Path, task: str, kind: str, seed: int, cpu_minutes: float, images: int) -> dict[str, Any]:
    """Train one row of the table and score it on test images."""
    out, recipe = folder / f"{task}-{kind}-{seed}", RECIPES / f"pix2pix-{task}.yaml"
    took = paired.trained(out, recipe, where(task), cpu_minutes, seed, settings=KINDS[kind])
    scores = {score.metric: score for score in zs.evaluate(out, metrics=METRICS, n=images)}
    found = {"task": task, "kind": kind, "seed": seed, **took, "floor": scores["fd"].floor}
    found |= {name: score.value for name, score in scores.items()}
    print(found, flush=True)
    return found


def where(task: str) -> str:
    """Return the path of a task's data."""
    return str(Path(os.environ.get("ZEROSUM_DATA", "data")) / TASKS[task])


def draw(task: str, folders: dict[str, Path], name: str) -> None:
    """Draw test images: the source, what each row of the table makes of it, the target."""
    _, test = paired.splits(where(task), pairs=task, size=SIZES[task])
    paired.sheet(f"{name}-{task}", test, {kind: paired.rule_of(out) for kind, out in folders.items()})


def trade(runs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return for each task and seed what the adversarial term costs and gains beside L1 alone."""
    found = []
    for task, seed in dict.fromkeys((run["task"], run["seed"]) for run in runs):
        own = {run["kind"]: run for run in runs if (run["task"], run["seed"]) == (task, seed)}
        if {"L1", "L1+cGAN"} <= own.keys():
            l1, fd = (own["L1+cGAN"][metric] / own["L1"][metric] for metric in ("l1", "fd"))
            found.append({"task": task, "seed": seed, "l1": l1, "fd": fd, "passed": fd < 1 and l1 <= WORSE})
    return found


def markdown(runs: list[dict[str, Any]]) -> str:
    """Return the table for the documentation: medians over the seeds."""
    lines = ["| task | minimised | L1 | PSNR (dB) | SSIM | FD | floor | rounds |", "|---|---|---|---|---|---|---|---|"]
    for task, kind in dict.fromkeys((run["task"], run["kind"]) for run in runs):
        own = [run for run in runs if (run["task"], run["kind"]) == (task, kind)]
        middle = common.over_seeds(own, (*METRICS, "floor", "step"))
        l1, psnr, ssim, fd, floor, step = (middle[name][0] for name in (*METRICS, "floor", "step"))
        lines.append(f"| {task} | {kind} | {l1:.4f} | {psnr:.2f} | {ssim:.3f} | {fd:.1f} | {floor:.1f} | {step:.0f} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
