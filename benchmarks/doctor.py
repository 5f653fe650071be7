"""The doctor's own test: runs made ill on purpose, judged by `zerosum doctor`: target 3 of the third issue.

python benchmarks/doctor.py train   --work FOLDER [--seeds 2]  play every case with seeds 0, 1, ...; what is done stays
python benchmarks/doctor.py examine --work FOLDER              measure each run once: FOLDER/evidence.jsonl
python benchmarks/doctor.py judge   --work FOLDER [--odd]      the tables; --odd: of the unseen half, and keep it

What is wrong with a run is known from how it was made (`ill_runs.py`). An independent check in raw pixels or
coordinates says whether making it so worked; a run that fails it is left out and counted. Even seeds set the limits in
`zerosum.judge.rules`; odd seeds are looked at once those stand. `judge` needs evidence.jsonl only, so limits can be set
anew without training.
"""

import argparse
import functools
import itertools
import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import common
import torch
from ill_runs import CASES, TRUTHS, as_meant, make

import zerosum as zs
from zerosum.data.dataset import Dataset
from zerosum.data.load import load
from zerosum.doctor.examine import examine
from zerosum.judge.rules import diagnose
from zerosum.judge.trends import trends
from zerosum.judge.verdict import WELL, State

DOCUMENT = common.HERE.parent / "docs" / "how-to" / "doctor.md"
cached = functools.cache(load)
BEGIN, END = "<!-- tables: written by benchmarks/doctor.py judge --odd -->", "<!-- end of tables -->"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("stage", choices=("train", "examine", "judge"))
    parser.add_argument("--work", type=Path, default=Path("runs") / "doctor")
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--odd", action="store_true")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    arguments.work.mkdir(parents=True, exist_ok=True)
    if arguments.stage == "train":
        for seed, case in itertools.product(range(arguments.seeds), CASES):
            make(case, seed, arguments.work)
    elif arguments.stage == "examine":
        gather(arguments.work)
    else:
        report(arguments.work, odd=arguments.odd)


def gather(work: Path) -> None:
    """Examine the runs that are not in evidence.jsonl yet."""
    path = work / "evidence.jsonl"
    cases = {(line["case"], line["seed"]) for line in lines(path)}
    for truth in sorted(work.glob("*/truth.json")):
        content = json.loads(truth.read_text(encoding="utf-8"))
        if (content["case"], content["seed"]) in cases:
            continue
        run = zs.Run.open(truth.parent)
        numbers = {} if "stopped" in content["check"] else examine(run, *splits(run)).measured
        line = {**content, "measured": rounded(numbers), "log": rounded(trends(run.records(run.log), run.recipe()))}
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        print(content["case"], content["seed"], diagnose(numbers).state, flush=True)


def splits(run: zs.Run) -> tuple[Dataset, Dataset]:
    """Return the train and test split of a run's data."""
    data = run.recipe().data
    return cached(data.source, size=data.size), cached(data.source, size=data.size, split="test")


def lines(path: Path) -> list[dict[str, Any]]:
    """Return the objects of a .jsonl file; none where there is no file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def rounded(numbers: dict[str, float]) -> dict[str, float]:
    """Return measurements with six significant digits."""
    return {name: float(f"{value:.6g}") for name, value in sorted(numbers.items())}


def report(work: Path, *, odd: bool) -> None:
    """Print how the even half is judged, or the odd one, which is kept in results with all evidence."""
    runs = [line | {"as_meant": as_meant(line)} for line in lines(work / "evidence.jsonl")]
    halves = {name: half(runs, parity) for parity, name in enumerate(("even", "odd"))}
    shown = halves["odd" if odd else "even"]
    for way in ("doctor", "watch"):
        print(f"{way}:\n{markdown(shown[way])}\n{shown[way]['summary']}\n")
    print("\n".join(f"{run['case']}-{run['seed']}: not as it was meant, {run['check']}" for run in shown["left_out"]))
    if odd:
        content = {way: {name: results[way] for name, results in halves.items()} for way in ("doctor", "watch")}
        common.write("doctor", content | {"made": len(runs), "runs": runs})
        document(len(runs), halves)


def document(count: int, halves: dict[str, Any]) -> None:
    """Write the tables of both halves into the documentation."""
    parts = []
    for name, half_of in (("odd", "kept unseen"), ("even", "that set the limits")):
        for way, by in (("doctor", "`zerosum doctor`"), ("watch", "the log alone, as while a run trains")):
            counts = halves[name][way]["summary"]
            parts.append(
                f"The half {half_of} ({name} seeds, {counts['runs']} runs), judged by {by}: healthy or ill right in "
                f"{counts['healthy_or_ill_right']:.1%}, {counts['healthy_called_collapsed']} healthy called collapsed, "
                f"the right illness in {counts['right_illness']:.1%} of the ill.\n\n"
                f"{markdown(halves[name][way], wrong=False)}"
            )
    left_out = sum(len(halves[name]["left_out"]) for name in halves)
    parts.append(f"{count} runs were made; {left_out} did not have what they were made to have, and are left out.")
    before, _, rest = DOCUMENT.read_text(encoding="utf-8").partition(BEGIN)
    DOCUMENT.write_text(
        f"{before}{BEGIN}\n\n" + "\n\n".join(parts) + f"\n\n{END}{rest.partition(END)[2]}", encoding="utf-8"
    )
    print(DOCUMENT)


def half(runs: list[dict[str, Any]], parity: int) -> dict[str, Any]:
    """Return how the runs of one half are judged, by `zerosum doctor` and by the log alone."""
    own = [run for run in runs if run["seed"] % 2 == parity]
    meant = [run for run in own if run["as_meant"]]
    left_out = [run for run in own if not run["as_meant"]]
    return {"doctor": judged(meant, "measured"), "watch": judged(meant, "log"), "left_out": left_out}


def judged(runs: list[dict[str, Any]], key: str) -> dict[str, Any]:
    """Return the confusion table, and the shares that the target is about."""
    states = (diagnose(run[key]).state for run in runs)
    # A log alone can say no more than that it shows no illness.
    pairs = [
        (run["truth"], State.HEALTHY.value if state in WELL else state.value)
        for run, state in zip(runs, states, strict=True)
    ]
    table = {truth: dict(Counter(state for own, state in pairs if own == truth)) for truth in TRUTHS}
    ill = [pair for pair in pairs if pair[0] != "healthy"]
    summary = {
        "runs": len(pairs),
        "healthy_or_ill_right": share((a == "healthy") == (b == "healthy") for a, b in pairs),
        "healthy_called_collapsed": sum(a == "healthy" and "collapsed" in b for a, b in pairs),
        "right_illness": share(a == b for a, b in ill),
    }
    wrong = [
        f"{run['case']}-{run['seed']}: {state}"
        for run, (truth, state) in zip(runs, pairs, strict=True)
        if truth != state
    ]
    return {"table": table, "summary": summary, "wrong": wrong}


def called(numbers: dict[str, float]) -> str:
    """Return the verdict; a log alone can say no more than that it shows no illness, which counts as healthy."""
    state = diagnose(numbers).state
    return State.HEALTHY.value if state in WELL else state.value


def share(flags: Iterable[bool]) -> float | None:
    """Return the share that is true, None of nothing."""
    counted = list(flags)
    return round(sum(counted) / len(counted), 4) if counted else None


def markdown(results: dict[str, Any], *, wrong: bool = True) -> str:
    """Return a confusion table for the documentation: a row a truth, a column a verdict."""
    states = [state.value for state in State if any(state.value in row for row in results["table"].values())]
    rows = [f"| made | {' | '.join(states)} |", "| --- " * (len(states) + 1) + "|"]
    for truth, row in results["table"].items():
        rows.append(f"| {truth} | {' | '.join(str(row.get(state, '')) for state in states)} |")
    return "\n".join([*rows, *(results["wrong"] if wrong else [])])


if __name__ == "__main__":
    main()
