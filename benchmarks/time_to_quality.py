"""Time to quality on MNIST: how soon our default gets where the tutorials' pair is after 15 CPU minutes.

python benchmarks/time_to_quality.py --keep FOLDER [--minutes 15] [--budgets 15 30 60 300 900] [--seed 0]

The rival is the plain PyTorch loop (benchmarks/rivals/plain.py), scored after every 2.5 minutes of its CPU time,
scoring not counted; its figure is its best one. Ours is recipes/mnist.yaml, trained once for each budget of CPU
seconds, since its schedule ends with the budget. All scores are Frechet distances of 10,000 samples in our classifier's
features, to the test split. What the result has already is not repeated, and the plain loop goes on from where FOLDER
has it.
"""

import argparse
import json
import time
from pathlib import Path
from typing import Any

import common
import torch
from rivals.plain import Loop

import zerosum as zs
from zerosum.data.load import load
from zerosum.metrics.evaluate import Evaluator
from zerosum.metrics.named_features import named_features

RECIPE = common.HERE.parent / "recipes" / "mnist.yaml"
NAME, STEP = "time-to-quality", 2.5


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--keep", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=15)
    parser.add_argument("--budgets", type=float, nargs="*", default=[15, 30, 60, 300, 900])
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    before = common.read(NAME) or {"plain": [], "ours": []}
    parts = {"plain": before["plain"], "ours": before["ours"]}
    for budget in sorted(arguments.budgets):
        if not any((run["budget"], run["seed"]) == (budget, arguments.seed) for run in parts["ours"]):
            parts["ours"].append(ours(budget, arguments.seed, arguments.keep / f"ours-{budget:g}-{arguments.seed}"))
            common.write(NAME, parts | verdict(parts))
    plain(parts, arguments.minutes, arguments.keep / "plain.pt")
    print(json.dumps(verdict(parts)))


def ours(budget: float, seed: int, out: Path) -> dict[str, Any]:
    """Train our default for `budget` CPU seconds."""
    settings = [f"cpu_minutes={budget / 60}", "sample_every=100000"]
    done = zs.train(str(RECIPE), "mnist", out=out, seed=seed, settings=settings)
    if done.reason != "done":
        raise SystemExit(done.reason)
    last = done.run.records(out / "log.jsonl")[-1]
    (score,) = zs.evaluate(out, metrics=("fd",), features="classifier")
    print("ours", budget, score.value, flush=True)
    return {
        "budget": budget,
        "seed": seed,
        "rounds": last["step"],
        "cpu_seconds": last["cpu_seconds"],
        "fd": score.value,
    }


def plain(parts: dict[str, list[dict[str, Any]]], minutes: float, keep: Path) -> None:
    """Train the plain loop, from where `keep` left it, and score it as it goes."""
    train, test = load("mnist"), load("mnist", split="test")
    images = train.batch(torch.arange(len(train)))["real"].float()
    loop, spent = Loop(images, 128), 0.0
    if keep.exists() and parts["plain"]:
        spent = restore(loop, keep)
    evaluator = Evaluator(train, test, features=named_features("classifier", train, test))
    while spent < minutes * 60:
        before = time.process_time()
        while time.process_time() - before < STEP * 60:
            loop.play()
        spent += time.process_time() - before
        (score,) = evaluator.evaluate(Sampler(loop), metrics=["fd"], n=10_000)
        parts["plain"].append({"cpu_seconds": spent, "fd": score.value})
        print("plain", spent, score.value, flush=True)
        save(loop, spent, keep)
        common.write(NAME, parts | verdict(parts))


class Sampler:
    """The plain loop's generator as the sampler that metrics take: uint8, as ours."""

    def __init__(self, loop: Loop) -> None:
        self.generator = loop.generator

    @torch.no_grad()
    def __call__(self, n: int, seed: int, labels: torch.Tensor | None) -> tuple[torch.Tensor, None]:
        """Return `n` samples in evaluation mode, 500 at a time."""
        self.generator.eval()
        noise = torch.randn(n, 100, generator=torch.Generator().manual_seed(seed))
        samples = torch.cat([self.generator(part) for part in noise.split(500)])
        self.generator.train()
        return ((samples + 1) * 127.5).round().clamp(0, 255).to(torch.uint8), None


def parts_of(loop: Loop) -> list[Any]:
    """Return all of a loop that has a state."""
    return [loop.generator, loop.discriminator, loop.generator_optimizer, loop.discriminator_optimizer]


def save(loop: Loop, spent: float, keep: Path) -> None:
    """Keep the state of a loop."""
    keep.parent.mkdir(parents=True, exist_ok=True)
    torch.save({"states": [part.state_dict() for part in parts_of(loop)], "spent": spent}, keep)


def restore(loop: Loop, keep: Path) -> float:
    """Take up what `save` kept and return the CPU seconds it took."""
    kept = torch.load(keep, weights_only=True)
    for part, state in zip(parts_of(loop), kept["states"], strict=True):
        part.load_state_dict(state)
    return float(kept["spent"])


def verdict(parts: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """Return the rival's best distance, our shortest budget that is as good, and how many times sooner it is."""
    if not parts["plain"]:
        return {}
    best = min(point["fd"] for point in parts["plain"])
    limit = max(point["cpu_seconds"] for point in parts["plain"])
    enough = [run["cpu_seconds"] for run in parts["ours"] if run["fd"] <= best]
    sooner = limit / min(enough) if enough else None
    return {
        "plain_best": best,
        "plain_seconds": limit,
        "our_seconds": min(enough, default=None),
        "times_sooner": sooner,
    }


if __name__ == "__main__":
    main()
