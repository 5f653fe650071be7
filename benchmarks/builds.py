"""This build against an older one: CPU seconds of a round of training, and of start-up, by turns.

python benchmarks/builds.py --before FOLDER [--repetitions 25]

FOLDER is the older build's `src` (`git worktree add FOLDER COMMIT`). Both play the same recipes with all that goes with
a round, log and signals too; start-up is `zerosum --help`, `zerosum list`, and `train` on digits until one round was
played and written. A ratio above 1 says that this build takes longer.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import common
import house
from startup import ended

ROOT = Path(__file__).parents[1]
ROUNDS = {"digits": 400, "mnist": 30}
"""A repetition's, by recipe and data: about two seconds."""
COMMANDS = {
    "--help": ["--help"],
    "list": ["list"],
    "one round": ["train", "r1gan", "--data", "digits", "--steps", "1", "--device", "cpu", "--quiet"],
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--before", type=Path, required=True)
    parser.add_argument("--repetitions", type=int, default=25)
    arguments = parser.parse_args()
    paths = {"this": str(ROOT / "src"), "before": str(arguments.before.resolve())}
    results = {f"round, {name}": rounds(name, paths, arguments.repetitions) for name in ROUNDS}
    results |= {f"start, {name}": starts(words, paths, arguments.repetitions) for name, words in COMMANDS.items()}
    for name, ratio in results.items():
        print(name, ratio)
    commit = subprocess.run(
        ["git", "-C", str(arguments.before), "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True
    )
    facts = {"before": commit.stdout.strip(), "repetitions": arguments.repetitions, "this_over_before": results}
    common.write("builds", facts)


def rounds(name: str, paths: dict[str, str], repetitions: int) -> dict[str, Any]:
    """Return how many times the CPU seconds of the older build a round takes."""
    command = house.own("build", str(ROOT / "recipes" / f"{name}.yaml"), name)
    with house.field(dict.fromkeys(paths, command), paths=paths) as rivals:
        sources = {each: rival.facts["source"] for each, rival in rivals.items()}
        assert all(source.startswith(paths[each]) for each, source in sources.items()), sources
        laps = house.interleave(rivals, ROUNDS[name], repetitions=repetitions)
    return house.quartiled(house.ratios(laps["this"], laps["before"]))


def starts(words: list[str], paths: dict[str, str], repetitions: int) -> dict[str, Any]:
    """Return how many times the CPU seconds of the older build a command takes, in processes of their own."""
    ratios = []
    for repetition in range(repetitions):
        took = {}
        for each in list(paths) if repetition % 2 == 0 else list(paths)[::-1]:
            os.environ["PYTHONPATH"] = paths[each]
            with tempfile.TemporaryDirectory() as folder:
                out = ["--out", f"{folder}/run"] if words[0] == "train" else []
                took[each] = ended([sys.executable, "-m", "zerosum", *words, *out])[1]
        ratios.append(took["this"] / took["before"])
    del os.environ["PYTHONPATH"]
    return house.quartiled(ratios)


if __name__ == "__main__":
    main()
