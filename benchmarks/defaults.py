"""What a user types first: every system that makes images of its own by its default values, and as published beside it.

python benchmarks/defaults.py digits --keep FOLDER [--seeds 3] [--systems ...] [--as-published]

On digits a run has 60 CPU seconds, on MNIST 300; one thread, so that CPU seconds are those of the arithmetic. Nothing
else is set. Scores are in the features of the classifier of the labels, which knows nothing of any system. Killed or
interrupted, the same command goes on where it was.
"""

import argparse
import shutil
import statistics
from pathlib import Path
from typing import Any

import common

import zerosum as zs
from zerosum.core.importing import load
from zerosum.recipe.table import SYSTEMS
from zerosum.tasks.table import task_of

SECONDS = {"digits": 60, "mnist": 300}
SETTINGS = ["threads=1", "sample_every=100000", "checkpoint_every=100000", "signals_every=0"]
METRICS = ("fd", "coverage", "classes", "label_accuracy")


def systems(data: str) -> list[str]:
    """Return the systems that make images of their own; `projected` is for images from 24 pixels on."""
    names = [name for name, entry in SYSTEMS.items() if not task_of(load(entry.game)).given]
    return [name for name in names if name != "projected" or data != "digits"]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", choices=SECONDS)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--systems", nargs="*")
    parser.add_argument("--as-published", action="store_true")
    parser.add_argument("--keep", type=Path, required=True, help="where runs are while they are played")
    arguments = parser.parse_args()
    name = f"defaults-{arguments.data}"
    runs: list[dict[str, Any]] = (common.read(name) or {}).get("runs", [])
    for seed in range(arguments.seeds):
        for system in arguments.systems or systems(arguments.data):
            key = {"system": system, "seed": seed, "as_published": arguments.as_published}
            if not any(key.items() <= run.items() for run in runs):
                runs.append(key | measure(system, arguments.data, seed, arguments.as_published, arguments.keep))
                common.write(name, {"cpu_seconds": SECONDS[arguments.data], "table": table(runs), "runs": runs})


def measure(system: str, data: str, seed: int, as_published: bool, keep: Path) -> dict[str, Any]:
    """Train a system as it is typed, and score it."""
    out = keep / f"{data}-{system}-{seed}-{as_published}"
    budget = [f"cpu_minutes={SECONDS[data] / 60}", *SETTINGS]
    try:
        done = zs.train(system, data, out=out, seed=seed, settings=budget, as_published=as_published, fresh=True)
    except zs.DivergedError as error:
        return {"scores": {}, "ended": str(error)}
    last = done.run.records(done.run.log)[-1]
    labelled = any(isinstance(control.form, zs.Label) for control in zs.load(out).controls)
    scores = zs.evaluate(out, metrics=METRICS if labelled else METRICS[:-1], features="classifier")
    values = {score.metric: score.value for score in scores}
    shutil.rmtree(out)
    print(data, system, seed, as_published, last["step"], values, flush=True)
    return {"rounds": last["step"], "cpu_seconds": last["cpu_seconds"], "scores": values}


def table(runs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return a row a system and way: the median of each score over the seeds, and the worst."""
    rows = []
    for way in (False, True):
        for system in dict.fromkeys(run["system"] for run in runs):
            own = [run for run in runs if (run["system"], run["as_published"]) == (system, way)]
            if not own:
                continue
            row: dict[str, Any] = {"system": system, "as_published": way, "seeds": len(own)}
            for metric in METRICS:
                values = [run["scores"][metric] for run in own if metric in run["scores"]]
                if values:
                    worst = max(values) if metric == "fd" else min(values)
                    row |= {metric: statistics.median(values), f"{metric}_worst": worst}
            rows.append(row | {"diverged": sum("ended" in run for run in own)})
    return rows


if __name__ == "__main__":
    main()
