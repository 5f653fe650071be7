"""The table of the forecast, and how far it was wrong: every measured run foretold by the others.

python benchmarks/experience.py

Reads results/own-folders.json, defaults-digits.json and defaults-mnist.json, writes the runs as typed to
experience.json in zerosum.training, and to results/forecasts.json what each would have been told without itself in the
table: once by all others, and once without any run of its length, which must be brought there from another length.
Trains nothing.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict
from statistics import median
from typing import Any

import common

from zerosum.recipe.resolve import resolve
from zerosum.training.forecast import Experience, expected, fall

TABLE = common.HERE.parent / "src" / "zerosum" / "training" / "experience.json"
SETS: dict[str, tuple[int, tuple[int, int, int]]] = {
    "faces": (624, (1, 60, 64)),
    "emoji": (600, (4, 64, 64)),
    "photos": (5000, (3, 32, 32)),
    "clothes": (500, (1, 28, 28)),
    "digits": (1437, (1, 8, 8)),
    "mnist": (60000, (1, 28, 28)),
}
WITHIN = 1.5


def main() -> None:
    runs = [*own_folders(), *defaults("digits"), *defaults("mnist")]
    rows = ",\n".join(json.dumps(asdict(run)) for run in runs)
    TABLE.write_text(f'{{"runs": [\n{rows}\n]}}\n', encoding="utf-8")
    forecasts = [row for at, run in enumerate(runs) for row in foretold(run, [*runs[:at], *runs[at + 1 :]])]
    summary = {way: summed([each for each in forecasts if each["without"] == way]) for way in ("itself", "its length")}
    common.write("forecasts", {"summary": summary, "runs": forecasts})


def own_folders() -> list[Experience]:
    """Return the runs of own folders as they were typed."""
    runs = [run for run in common.read("own-folders")["runs"] if run["way"] == "as typed"]
    return [experience(run, run["set"], "imagenet", run["scores"]["imagenet"]["fd"], run["batch_size"]) for run in runs]


def defaults(data: str) -> list[Experience]:
    """Return the runs of a known set by the default values of every system, none where there are none."""
    runs = [run for run in (common.read(f"defaults-{data}") or {"runs": []})["runs"] if not run["as_published"]]
    return [
        experience(run, data, "classifier", run["scores"]["fd"], batch_size(run["system"], data))
        for run in runs
        if "fd" in run["scores"]
    ]


def batch_size(system: str, data: str) -> int:
    """Return the batch that a system has on a known set."""
    fields = {"source": data, "name": data, "shape": SETS[data][1], "classes": list("0123456789")}
    return resolve(system, {}, fields, "tiny" if data == "digits" else "image", ()).batch_size


def experience(run: dict[str, Any], data: str, features: str, fd: float, batch: int) -> Experience:
    """Return a row of the table."""
    images, shape = SETS[data][0], tuple(run.get("shape", SETS[data][1]))
    return Experience(run["system"], data, images, shape, run["rounds"] * batch, features, round(fd, 3))


def foretold(run: Experience, others: Sequence[Experience]) -> list[dict[str, Any]]:
    """Return what a run would have been told, by the others and by those of another length."""
    like = [row for row in others if (row.system, row.set) == (run.system, run.set)]
    longer = [row for row in like if not 1 / 1.5 < row.shown / run.shown < 1.5]
    rows = []
    for without, own in (("itself", like), ("its length", longer)):
        if own:
            distance = expected(own, run.shown, fall(others, own))
            rows.append({**asdict(run), "without": without, "foretold": distance, "ratio": distance / run.fd})
    return rows


def summed(forecasts: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return how many were foretold, the share of them within a factor of 1.5, and the median and worst factor."""
    factors = [max(each["ratio"], 1 / each["ratio"]) for each in forecasts]
    if not factors:
        return {"runs": 0}
    near = sum(factor <= WITHIN for factor in factors) / len(factors)
    return {"runs": len(factors), "within 1.5": near, "median factor": median(factors), "worst factor": max(factors)}


if __name__ == "__main__":
    main()
