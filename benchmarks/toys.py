"""Modes found on the 8-ring and the 25-grid by every named system: target 4 of the first issue.

python benchmarks/toys.py [--seeds 3]
Runs that are in the result already are not repeated. These densities have no labels, and without labels cgan and acgan
are dcgan to the last bit, so they are not run again. Only games of two players take part.
"""

import argparse
import statistics
import tempfile
from pathlib import Path
from typing import Any

import common

import zerosum as zs
from zerosum.recipe.table import SYSTEMS, TWO_PLAYER

TOYS = {"8-ring": 8, "25-grid": 25}
ROUNDS = {"8-ring": 5000, "25-grid": 8000}
PLAYING = [name for name in SYSTEMS if SYSTEMS[name].game == TWO_PLAYER and name not in ("cgan", "acgan", "projected")]
METRICS = ("modes", "populated_modes", "high_quality", "reverse_kl")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--systems", nargs="*", default=PLAYING)
    arguments = parser.parse_args()
    runs: list[dict[str, Any]] = (common.read("toys") or {}).get("runs", [])
    for seed in range(arguments.seeds):
        for toy in TOYS:
            for system in arguments.systems:
                there = any((run["system"], run["data"], run["seed"]) == (system, toy, seed) for run in runs)
                if not there:
                    runs.append(measure(system, toy, seed))
                    common.write("toys", {"runs": runs, "table": table(runs)})
    print(markdown(table(runs)))


def measure(system: str, toy: str, seed: int) -> dict[str, Any]:
    """Train one system on one density and count its modes."""
    settings = ["conditioning=none", "sample_every=100000", "checkpoint_every=100000"]
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "run"
        trained = zs.train(system, toy, out=out, seed=seed, steps=ROUNDS[toy], settings=settings)
        if trained.reason != "done":
            raise SystemExit(trained.reason)
        last = zs.Run.open(out).records(out / "log.jsonl")[-1]
        scores = zs.evaluate(out, metrics=METRICS)
    values = {score.metric: score.value for score in scores}
    print(system, toy, seed, values, flush=True)
    return {
        "system": system,
        "data": toy,
        "seed": seed,
        "rounds": last["step"],
        "cpu_seconds": last["cpu_seconds"],
        **values,
    }


def table(runs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return one row a system and density: median and range over the seeds."""
    rows = []
    for toy in TOYS:
        for system in SYSTEMS:
            own = [run for run in runs if run["system"] == system and run["data"] == toy]
            if own:
                seconds = statistics.median(run["cpu_seconds"] for run in own)
                named = {"data": toy, "system": system, "cpu_seconds": seconds}
                rows.append(named | common.over_seeds(own, METRICS))
    return rows


def markdown(rows: list[dict[str, Any]]) -> str:
    """Return the table for the documentation."""
    lines = ["| density | system | modes | in 3 sigma (range) | CPU s |", "|---|---|---|---|---|"]
    for row in rows:
        modes, quality = row["modes"], row["high_quality"]
        count = f"{modes[0]:g}" if modes[1] == modes[2] else f"{modes[0]:g} ({modes[1]:g} to {modes[2]:g})"
        share = f"{quality[0]:.0%} ({quality[1]:.0%} to {quality[2]:.0%})"
        name = f"{row['data']} ({TOYS[row['data']]})"
        lines.append(f"| {name} | {row['system']} | {count} | {share} | {row['cpu_seconds']:.0f} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
