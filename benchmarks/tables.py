"""What generated rows are worth: Adult and German credit, real rows, a forest that makes rows, and systems by name.

python benchmarks/tables.py --data-root FOLDER --keep FOLDER [--sets adult german] [--ways real forest ctgan ...]
    [--seeds 5] [--cpu-minutes 10]

As many rows are made as there are train rows. A decision tree, AdaBoost, logistic regression and a perceptron learn
from them and are asked of real test rows: `f1` is that of the rarer class (of Adult, an income above 50K; of German
credit, bad risks), the mean over the four, as Xu et al. 2019 have it; `macro_f1` and `auc` are columns of their own.
None is to be compared with another. Of `real`, the models learn from real rows. `membership` is the largest area of the
attacks, `caught` the largest share of training rows found at 1 % false alarms: 0.5 and 0.01 are guessing. `copies` are
exact ones, beside the share of test rows that stand in the train rows. Seeds are of training, sampling and models.
Killed or interrupted, the same command goes on where it was.
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import common
from rivals.forest import Forest
from torch import Tensor

import zerosum as zs
from zerosum.kinds.load import load
from zerosum.metrics.privacy.copies import exact_copies
from zerosum.metrics.privacy.membership import Suspects, attacked
from zerosum.metrics.reference import layout_of, rows_of
from zerosum.metrics.tables.layout import Layout
from zerosum.metrics.tables.pairs import pair_distances
from zerosum.metrics.tables.single import category_coverage, column_distances, range_coverage
from zerosum.metrics.tables.utility import utility

SETS: dict[str, tuple[str, str, list[str]]] = {
    "adult": ("adult-train.csv", "class", []),
    "german": ("german.csv", "column21", ["column21=category"]),
}
"""Of each set its file, the target, and what is said of its columns."""
SHOWN = ("f1", "macro_f1", "auc", "membership", "caught", "copies", "columns", "pairs")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data-root", type=Path, required=True)
    parser.add_argument("--keep", type=Path, required=True, help="where runs are")
    parser.add_argument("--sets", nargs="*", choices=SETS, default=list(SETS))
    parser.add_argument("--ways", nargs="*", default=["real", "forest"])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--cpu-minutes", type=float, default=10)
    options = parser.parse_args()
    runs: list[dict[str, Any]] = (common.read("tables") or {}).get("runs", [])
    for seed in range(options.seeds):
        for name in options.sets:
            for way in options.ways:
                key: dict[str, Any] = {"set": name, "way": way, "seed": seed}
                key |= {} if way in OWN else {"cpu_minutes": options.cpu_minutes}
                if not any(key.items() <= run.items() for run in runs):
                    runs.append(key | measure(options.data_root, options.keep, key))
                    common.write("tables", {"table": table(runs), "runs": runs})


def measure(root: Path, keep: Path, key: dict[str, Any]) -> dict[str, Any]:
    """Make rows in one way, and judge them."""
    file, target, columns = SETS[key["set"]]
    splits = [load(str(root / file), split=split, column=columns) for split in ("train", "test")]
    train, test = map(rows_of, splits)
    layout, started = layout_of(splits[0], target), time.process_time()
    rows = OWN[key["way"]](train, key["seed"]) if key["way"] in OWN else made(root / file, keep, key, len(train))
    seconds = time.process_time() - started
    return judged(rows, train, test, layout, key) | {"making_cpu_seconds": round(seconds, 1)}


def made(file: Path, keep: Path, key: dict[str, Any], n: int) -> Tensor:
    """Return rows of a system that was trained on a file, float64 [n, C]."""
    out = keep / "-".join(str(value) for value in key.values())
    settings = ["steps=null", f"cpu_minutes={key['cpu_minutes']}"]
    columns = SETS[key["set"]][2]
    trained = zs.train(key["way"], str(file), out=out, seed=key["seed"], settings=settings, column=columns, fresh=True)
    generator = zs.load(trained.run.path)
    return generator.sample(n, seed=key["seed"])


def judged(rows: Tensor, train: Tensor, test: Tensor, layout: Layout, key: dict[str, Any]) -> dict[str, Any]:
    """Return what rows are worth, how far off they are, and what they give away; of real rows the first two."""
    told = utility(rows, test, layout, seed=key["seed"])
    values: dict[str, Any] = {"f1": told.f1, "macro_f1": told.macro_f1, "auc": told.auc}
    values["models"] = {
        name: {key: round(value, 4) for key, value in model.items()} for name, model in told.models.items()
    }
    for name, distances in (
        ("columns", column_distances(test, rows, layout)),
        ("pairs", pair_distances(test, rows, layout)),
        ("ranges", range_coverage(test, rows, layout)),
        ("categories", category_coverage(test, rows, layout)),
    ):
        values[name] = sum(distances.values()) / len(distances)
    if key["way"] != "real":
        verdicts = attacked(Suspects.of(train, test, rows, layout, seed=key["seed"]))
        values["attacks"] = {name: vars(verdict) for name, verdict in verdicts.items()}
        values["membership"] = max(verdict.auc for verdict in verdicts.values())
        values["caught"] = max(verdict.caught for verdict in verdicts.values())
        values["copies"] = float(exact_copies(rows, train).double().mean())
    return values | {"test_rows_in_train": float(exact_copies(test, train).double().mean())}


def table(runs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return of each set and way the median, least and greatest value over the seeds, and the mean of F1."""
    rows = []
    for name, way, minutes in dict.fromkeys((run["set"], run["way"], run.get("cpu_minutes")) for run in runs):
        alike = [run for run in runs if (run["set"], run["way"], run.get("cpu_minutes")) == (name, way, minutes)]
        shown = [value for value in SHOWN if value in alike[0]]
        mean = sum(run["f1"] for run in alike) / len(alike)
        rows.append(
            {"set": name, "way": way, "cpu_minutes": minutes, "mean_f1": mean} | common.over_seeds(alike, shown)
        )
    return rows


OWN: dict[str, Callable[[Tensor, int], Tensor]] = {
    "real": lambda train, seed: train,
    "forest": lambda train, seed: Forest(train, seed=seed).sample(len(train)),
}
"""What needs no training of ours: (train rows, seed) -> rows."""


if __name__ == "__main__":
    main()
