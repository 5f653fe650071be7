"""The doctor on runs that its limits were not set on: other data, networks and faults; then what its remedies do.

python benchmarks/doctor_unseen.py train   --work FOLDER --data-root FOLDER [--seeds 3]  play every case; done ones stay
python benchmarks/doctor_unseen.py examine --work FOLDER                    examine each run once: FOLDER/unseen.jsonl
python benchmarks/doctor_unseen.py rescue  --work FOLDER --data-root FOLDER  play each ill run again by its first remedy
python benchmarks/doctor_unseen.py report  --work FOLDER                    the tables, into results and documentation

What is wrong with a run is known from how it was made (`unseen_runs.py`) and checked independently; a run that fails
its check is left out and counted. Seed 0 was looked at while rules and remedies were made, seeds 1 and 2 once those
stood.
"""

import argparse
import itertools
import json
import statistics
from collections import Counter
from collections.abc import Iterable
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import common
import torch
from unseen_runs import CASES, is_ill, is_well, play

import zerosum as zs
from zerosum.doctor.examine import Examination, examine, without_samples
from zerosum.judge.age import age
from zerosum.judge.diagnosis import watch
from zerosum.judge.remedies import remedies
from zerosum.judge.rules import diagnose
from zerosum.judge.verdict import WELL, State
from zerosum.recipe.training_data import load_again

DOCUMENT = common.HERE.parent / "docs" / "how-to" / "doctor.md"
BEGIN, END = "<!-- tables: written by benchmarks/doctor_unseen.py report -->", "<!-- end of unseen tables -->"
BY_NAME = {case.name: case for case in CASES}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("stage", choices=("train", "examine", "rescue", "report"))
    parser.add_argument("--work", type=Path, default=Path("runs") / "unseen")
    parser.add_argument("--data-root", type=Path, default=Path())
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--only", default="*", help="examine the runs whose folder is named like this")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    arguments.work.mkdir(parents=True, exist_ok=True)
    if arguments.stage == "train":
        for seed, case in itertools.product(range(arguments.seeds), CASES):
            play(case, seed, arguments.work, arguments.data_root)
    elif arguments.stage == "examine":
        gather(arguments.work, arguments.only)
    elif arguments.stage == "rescue":
        for line in lines(arguments.work):
            if fnmatch(line["run"], arguments.only):
                rescue(line, arguments.work, arguments.data_root)
        gather(arguments.work, arguments.only)
    else:
        report(lines(arguments.work))


def lines(work: Path) -> list[dict[str, Any]]:
    """Return what is known of the runs that were examined."""
    path = work / "unseen.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def gather(work: Path, only: str = "*") -> None:
    """Examine the runs that are not known yet."""
    names = {line["run"] for line in lines(work)}
    for truth in sorted(work.glob(f"{only}/truth.json")):
        if truth.parent.name in names:
            continue
        run = zs.Run.open(truth.parent)
        examination = examined(run)
        line = json.loads(truth.read_text(encoding="utf-8")) | {"run": run.path.name, "fell": fell(run)}
        line |= {"age": age(examination.step, run.recipe()), "measured": examination.measured}
        with (work / "unseen.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        print(line["run"], "|", line["truth"], "|", state(line), flush=True)


def examined(run: zs.Run) -> Examination:
    """Examine a run as `zerosum doctor` does."""
    data = run.recipe().data
    return without_samples(run) or examine(run, *(load_again(data, split, None) for split in ("train", "test")))


def fell(run: zs.Run) -> list[Any] | None:
    """Return the first round in which the log said, twice in a row, that the run is ill, and the state."""
    records, recipe, before = run.records(run.log), run.recipe(), State.UNKNOWN
    for count, record in enumerate(records, 1):
        if not any(name.startswith("judge/") for name in record):
            continue
        state = watch(records[:count], recipe).state
        if state is before and state not in (*WELL, State.TOO_EARLY, State.UNKNOWN):
            return [record["step"], state.value]
        before = state
    return None


def state(line: dict[str, Any]) -> str:
    """Return the verdict on what was measured, by the rules as they stand."""
    return diagnose(line["measured"], age=line["age"]).state.value


def rescue(line: dict[str, Any], work: Path, data_root: Path) -> None:
    """Play an ill run again by the first remedy of its verdict; one that was called healthy has none."""
    offered = remedies(State(state(line)), zs.Run.open(work / line["run"]).recipe())
    if line["truth"] != "healthy" and not line["remedy"] and offered and meant(line):
        play(BY_NAME[line["case"]], line["seed"], work, data_root, remedy=offered[0].settings)


def meant(line: dict[str, Any]) -> bool:
    """Return whether the independent check agrees that a run is what it was made to be."""
    return is_well(line["check"]) if line["truth"] == "healthy" else is_ill(line["truth"], line["check"])


def report(all_runs: list[dict[str, Any]]) -> None:
    """Write results and tables."""
    first = [line for line in all_runs if not line["remedy"]]
    halves = {
        name: half([line for line in first if (line["seed"] == 0) == (name == "looked at")], all_runs)
        for name in ("unseen", "looked at")
    }
    common.write("doctor-unseen", {**halves, "runs": [line | {"state": state(line)} for line in all_runs]})
    parts = [table(halves[name], name) for name in halves] + [remedy_table(all_runs)]
    before, _, rest = DOCUMENT.read_text(encoding="utf-8").partition(BEGIN)
    DOCUMENT.write_text(
        f"{before}{BEGIN}\n\n" + "\n\n".join(parts) + f"\n\n{END}{rest.partition(END)[2]}", encoding="utf-8"
    )
    print("\n\n".join(parts))


def half(runs: list[dict[str, Any]], all_runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Return how the runs of some seeds were judged, what the first remedies did, and how soon the log showed it."""
    own = [line for line in runs if meant(line)]
    ill = [line for line in own if line["truth"] != "healthy"]
    saved = [rescued(line, all_runs) for line in ill]
    rounds = [line["fell"][0] for line in ill if line["fell"]]
    return {
        "runs": len(own),
        "left_out": [line["run"] for line in runs if not meant(line)],
        "healthy_or_ill_right": share((line["truth"] == "healthy") == (state(line) == "healthy") for line in own),
        "right_illness": share(line["truth"] == state(line) for line in ill),
        "rescued": share(flag is True for flag in saved),
        "without_remedy": sum(flag is None for flag in saved),
        "seen_in_log": share(bool(line["fell"]) for line in ill),
        "healthy_called_ill_by_log": sum(bool(line["fell"]) for line in own if line["truth"] == "healthy"),
        "rounds_until_seen_in_log": statistics.median(rounds) if rounds else None,
        "table": {case.name: dict(Counter(state(each) for each in own if each["case"] == case.name)) for case in CASES},
    }


def rescued(line: dict[str, Any], all_runs: list[dict[str, Any]]) -> bool | None:
    """Return whether the first remedy made a run well, by the check and by the doctor; None where there was none."""
    again = [
        each for each in all_runs if each["remedy"] and (each["case"], each["seed"]) == (line["case"], line["seed"])
    ]
    if not again:
        return None
    return state(again[0]) == "healthy" and not is_ill(line["truth"], again[0]["check"])


def share(flags: Iterable[bool]) -> float | None:
    """Return the share that is true, None of nothing."""
    counted = list(flags)
    return round(sum(counted) / len(counted), 4) if counted else None


def percent(value: float | None) -> str:
    """Return a share in words."""
    return "no run" if value is None else f"{value:.1%}"


def table(tally: dict[str, Any], name: str) -> str:
    """Return how one half was judged, case by case."""
    rows = ["| run | made | called |", "| --- | --- | --- |"]
    for case, states in tally["table"].items():
        rows += [f"| {case} | {BY_NAME[case].truth} | {called(states)} |"] if states else []
    right, ill, saved = (percent(tally[key]) for key in ("healthy_or_ill_right", "right_illness", "rescued"))
    said = (
        f"Seeds {name}, {tally['runs']} runs: healthy or ill right in {right}, the right illness in {ill} of the ill. "
        f"Their first remedy rescued {saved} of the ill. The log alone showed {percent(tally['seen_in_log'])} of the "
        f"ill while they trained, after {tally['rounds_until_seen_in_log']} rounds in the median, and called "
        f"{tally['healthy_called_ill_by_log']} healthy runs ill. Left out, as they did not have what they were made to "
        f"have: {', '.join(tally['left_out']) or 'none'}."
    )
    return said + "\n\n" + "\n".join(rows)


def called(states: dict[str, int]) -> str:
    """Return verdicts and how often each was given."""
    return ", ".join(f"{state} {count}" for state, count in states.items())


def remedy_table(all_runs: list[dict[str, Any]]) -> str:
    """Return what became of the runs that were played again, by illness and remedy, over all seeds."""
    again = [line for line in all_runs if line["remedy"]]
    rows = ["| illness | run | first remedy | rescued |", "| --- | --- | --- | --- |"]
    for case in CASES:
        mine = [line for line in again if line["case"] == case.name]
        for remedy in sorted({" ".join(line["remedy"]) for line in mine}):
            own = [line for line in mine if " ".join(line["remedy"]) == remedy]
            well = sum(rescued(line, all_runs) is True for line in own)
            rows.append(f"| {case.truth} | {case.name} | `{remedy}` | {well} of {len(own)} |")
    return "\n".join(rows)


if __name__ == "__main__":
    main()
