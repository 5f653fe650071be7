"""The right work: a random search for the best quality a CPU second, on digits, MNIST and Fashion-MNIST.

python benchmarks/search.py mnist --keep FOLDER [--trials 20] [--seeds 3] [--finalists 3]

Trial 0 is the recipe as it is; the others draw each field from its list, by trial number, so that a search cut short
goes on. A trial is one run of so many CPU seconds, scored by the Frechet distance of 10,000 samples to the test split,
on digits by the classification accuracy score. The best ones and the recipe as it is then get further seeds; the winner
should replace the recipe only if its worst seed beats the recipe's best.
"""

import argparse
import random
import shutil
import statistics
from pathlib import Path
from typing import Any

import common

import zerosum as zs

RECIPES = {name: common.HERE.parent / "recipes" / f"{name}.yaml" for name in ("digits", "mnist")}
SETUPS: dict[str, tuple[str, float, str]] = {
    "digits": ("digits", 20, "cas"),
    "mnist": ("mnist", 60, "fd"),
    "fashion-mnist": ("mnist", 60, "fd"),
}
"""Of each data set: the recipe it starts from, the CPU seconds of a trial, and the score."""
FIELDS: dict[str, list[str]] = {
    "batch_size": ["16", "32", "64", "128"],
    "lr": ["1e-3", "2e-3", "3e-3", "5e-3"],
    "generator.width": ["16", "32", "48", "64"],
    "discriminator.width": ["16", "32", "48", "64"],
    "latent": ["32", "64", "128"],
    "schedule": ["linear", "cosine"],
    "final_lr": ["0.01", "0.05", "0.2"],
    "ema": ["0.99", "0.998", "0.9995"],
    "penalties": [
        "{r1: {gamma: G, every: 16}}",
        "{r1: {gamma: G, every: 4}}",
        "{fd_r1: {gamma: G}, fd_r2: {gamma: G}}",
    ],
    "gamma": ["0.1", "0.3", "1", "3"],
    "loss": ["non_saturating", "relativistic", "hinge"],
}
DIGITS: dict[str, list[str]] = FIELDS | {
    "generator.width": ["128", "256", "384"],
    "discriminator.width": ["128", "256", "384"],
    "gamma": ["0.01", "0.05", "0.2"],
    "latent": ["16", "32", "64"],
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", choices=SETUPS)
    parser.add_argument("--keep", type=Path, required=True)
    parser.add_argument("--trials", type=int, default=20)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--finalists", type=int, default=3)
    arguments = parser.parse_args()
    runs: list[dict[str, Any]] = (common.read(f"search-{arguments.data}") or {}).get("runs", [])
    for trial in range(arguments.trials):
        attempt(runs, arguments.data, trial, 0, arguments.keep)
    for trial in finalists(runs, arguments.data, arguments.finalists):
        for seed in range(1, arguments.seeds):
            attempt(runs, arguments.data, trial, seed, arguments.keep)
    print(table(runs, arguments.data)[:5])


def attempt(runs: list[dict[str, Any]], data: str, trial: int, seed: int, keep: Path) -> None:
    """Run a trial with a seed, unless that has been done, and write all results."""
    if any((run["trial"], run["seed"]) == (trial, seed) for run in runs):
        return
    recipe, seconds, metric = SETUPS[data]
    settings, out = draw(data, trial), keep / f"{data}-{trial}-{seed}"
    budget = [f"cpu_minutes={seconds / 60}", "steps=null", "sample_every=100000", "evaluate_every=0"]
    try:
        done = zs.train(str(RECIPES[recipe]), data, out=out, seed=seed, settings=[*budget, *settings], fresh=True)
        if done.reason != "done":
            raise SystemExit(done.reason)
        last = done.run.records(out / "log.jsonl")[-1]
        (score,) = zs.evaluate(out, metrics=(metric,), features="classifier")
        result = {"score": score.value, "rounds": last["step"], "cpu_seconds": last["cpu_seconds"]}
    except zs.DivergedError:
        result = {"score": None}
    runs.append({"trial": trial, "seed": seed, "settings": settings, **result})
    shutil.rmtree(out, ignore_errors=True)
    print(data, trial, seed, result, settings, flush=True)
    content = {"budget_cpu_seconds": seconds, "metric": metric, "recipe": f"recipes/{recipe}.yaml"}
    common.write(f"search-{data}", content | {"table": table(runs, data), "winner": winner(runs, data), "runs": runs})


def draw(data: str, trial: int) -> list[str]:
    """Return the settings of a trial; of trial 0, none."""
    if trial == 0:
        return []
    chance = random.Random(f"{data} {trial}")
    fields = DIGITS if data == "digits" else FIELDS
    options = {name: chance.choice(values) for name, values in fields.items()}
    options["penalties"] = options["penalties"].replace("G", options.pop("gamma"))
    return [f"{name}={value}" for name, value in options.items()]


def better(score: float | None, data: str) -> float:
    """Return a score as a number that is better lower; a run that diverged is worst."""
    if score is None:
        return float("inf")
    return -score if SETUPS[data][2] == "cas" else score


def finalists(runs: list[dict[str, Any]], data: str, count: int) -> list[int]:
    """Return the recipe as it is, and the trials that did best with the first seed."""
    first = sorted((run for run in runs if run["seed"] == 0), key=lambda run: better(run["score"], data))
    return list(dict.fromkeys([0, *[run["trial"] for run in first[:count]]]))


def table(runs: list[dict[str, Any]], data: str) -> list[dict[str, Any]]:
    """Return a row a trial, the best first: by the number of seeds and then the median."""
    rows = []
    for trial in sorted({run["trial"] for run in runs}):
        own = [run for run in runs if run["trial"] == trial]
        scores = [better(run["score"], data) for run in own]
        row = {"trial": trial, "settings": own[0]["settings"], "seeds": len(own)}
        rows.append(row | {"median": statistics.median(scores), "best": min(scores), "worst": max(scores)})
    return sorted(rows, key=lambda row: (-row["seeds"], row["median"]))


def winner(runs: list[dict[str, Any]], data: str, least: int = 3) -> int | None:
    """Return the trial whose worst of at least `least` seeds beats the best one of the recipe as it is, if any."""
    rows = [row for row in table(runs, data) if row["seeds"] >= least]
    base = next((row for row in rows if row["trial"] == 0), None)
    clear = [row["trial"] for row in rows if base is not None and row["worst"] < base["best"]]
    return clear[0] if clear else None


if __name__ == "__main__":
    main()
