"""pix2pix against regression alone and the conditional game alone, as in the paper's table 1: Show 3 of issue 6.

python benchmarks/pairs_cifar.py [--tasks grey edges] [--cpu-minutes 10] [--seeds 0] [--images 2000] [--keep FOLDER]

Two tasks: colour for grey images (cifar10-jpg), and pictures for outlines (emoji). The three rows have equal CPU time
and differ in the weights of the two terms only. The distance is in the features of a classifier of the data's labels;
of emoji these are their groups in captions.csv, which training does not see. The paper's trade is a better distance for
little more L1: `trade` has the Frechet distance of both terms over that of L1 alone, and the same of the L1 itself.
Runs that are in the result already are not repeated; those in --keep are continued.
"""

import argparse
import csv
import os
import tempfile
from pathlib import Path, PurePosixPath
from typing import Any

import common
import paired
import torch

import zerosum as zs
from zerosum.data.dataset import Dataset, Resident, images_outside
from zerosum.data.pairing import load_translation
from zerosum.data.scan import scan
from zerosum.metrics.evaluate import Evaluator
from zerosum.metrics.named_features import named_features
from zerosum.tasks.translation.sampler import TranslatingSampler

RECIPES = common.HERE.parent / "recipes"
TASKS = {"grey": "cifar10-jpg/train.zip", "edges": "emoji/noto_png72.zip"}
"""The data of each task, below ZEROSUM_DATA; the recipe is recipes/pix2pix-<task>.yaml."""
FORM: dict[str, dict[str, Any]] = {"grey": {"pairs": "grey"}, "edges": {"pairs": "edges", "size": 48, "channels": 3}}
"""The same as in the recipes."""
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
    arguments = parser.parse_args()
    terms = {"cpu_minutes": arguments.cpu_minutes, "images": arguments.images}
    before = common.read(arguments.name) or {}
    runs: list[dict[str, Any]] = before["runs"] if all(before.get(key) == terms[key] for key in terms) else []
    for seed in arguments.seeds:
        for task in arguments.tasks:
            with tempfile.TemporaryDirectory() as temporary:
                folder = arguments.keep or Path(temporary)
                for kind in KINDS:
                    if all((run["task"], run["kind"], run["seed"]) != (task, kind, seed) for run in runs):
                        runs.append(measure(folder, task, kind, seed, arguments.cpu_minutes, arguments.images))
                        common.write(arguments.name, terms | {"runs": runs, "trade": trade(runs)})
                folders = {kind: folder / f"{task}-{kind}-{seed}" for kind in KINDS}
                if seed == arguments.seeds[0] and all(path.exists() for path in folders.values()):
                    draw(task, folders, arguments.name)
    print(markdown(runs))


def measure(folder: Path, task: str, kind: str, seed: int, cpu_minutes: float, images: int) -> dict[str, Any]:
    """Train one row of the table and score it on test images."""
    out, recipe = folder / f"{task}-{kind}-{seed}", RECIPES / f"pix2pix-{task}.yaml"
    took = paired.trained(out, recipe, where(task), cpu_minutes, seed, settings=KINDS[kind])
    train, test = (load_translation(where(task), split=split, **FORM[task]) for split in ("train", "test"))
    reals, held_out = labelled(train.targets, task), labelled(test.targets, task)
    evaluator = Evaluator(reals, held_out, features=named_features("classifier", reals, held_out))
    sampler = TranslatingSampler(zs.load(out).game, test)
    scores = {score.metric: score for score in evaluator.evaluate(sampler, metrics=METRICS, n=images)}
    result = {"task": task, "kind": kind, "seed": seed, **took, "floor": scores["fd"].floor}
    result |= {name: score.value for name, score in scores.items()}
    print(result, flush=True)
    return result


def labelled(images: Dataset, task: str) -> Dataset:
    """Return the images of a split with labels: their own, or the groups that captions.csv beside them names."""
    if images.labels is not None:
        return images
    path = Path(where(task))
    with (path.parent / "captions.csv").open(newline="", encoding="utf-8") as file:
        groups = {row["file"]: row["group"] for row in csv.DictReader(file)}
    files = [PurePosixPath(file.name).name for file in scan(path).layout.of(images.split)]
    if len(files) != len(images):
        raise SystemExit(f"{path} has files that cannot be read: its groups cannot be told")
    classes = tuple(sorted(set(groups.values())))
    labels = torch.tensor([classes.index(groups[name]) for name in files])
    values = images_outside(images.batch(torch.arange(len(images)))["real"])
    return Resident(values, name=images.name, labels=labels, classes=classes, split=images.split)


def where(task: str) -> str:
    """Return the path of a task's data."""
    return str(Path(os.environ.get("ZEROSUM_DATA", "data")) / TASKS[task])


def draw(task: str, folders: dict[str, Path], name: str) -> None:
    """Draw test images: the source, what each row of the table makes of it, the target."""
    test = load_translation(where(task), split="test", **FORM[task])
    paired.sheet(f"{name}-{task}", test, {kind: paired.rule_of(out) for kind, out in folders.items()})


def trade(runs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return for each task and seed what the adversarial term costs and gains beside L1 alone."""
    rows = []
    for task, seed in dict.fromkeys((run["task"], run["seed"]) for run in runs):
        own = {run["kind"]: run for run in runs if (run["task"], run["seed"]) == (task, seed)}
        if {"L1", "L1+cGAN"} <= own.keys():
            l1, fd = (own["L1+cGAN"][metric] / own["L1"][metric] for metric in ("l1", "fd"))
            rows.append({"task": task, "seed": seed, "l1": l1, "fd": fd, "passed": fd < 1 and l1 <= WORSE})
    return rows


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
