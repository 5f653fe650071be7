"""The race of all named two-player systems on MNIST: part of target 6 of the third issue.

python benchmarks/race.py [--minutes 2] [--seeds 3] [--keep FOLDER] [--rate 1e-3]

Every system with the networks, the batch and the one thread of recipes/mnist.yaml, which were chosen for budgets like
this one, and with its own loss, penalties, optimiser, rate and discriminator turns. One exception: the rate of 0.1 in
the paper of gan is for its maxout pair. These networks diverge with it within 50 rounds, so gan takes that on points.
`--rate` gives the systems that move by Adam one rate in place of their papers', which are for far longer runs: another
result, in another file. Killed or interrupted, the same command goes on where it was.
"""

import argparse
import shutil
import tempfile
from pathlib import Path
from typing import Any

import common

import zerosum as zs
from zerosum.racing.table import table
from zerosum.recipe.layers import settings
from zerosum.recipe.table import SYSTEMS, TWO_PLAYER

PAGES = common.HERE / "pages"
SETTINGS = ["width=32", "batch_size=32", "sample_every=100000", "checkpoint_every=1000"]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", default="mnist", choices=["mnist", "fashion-mnist", "digits"])
    parser.add_argument("--systems", nargs="*", default=[name for name in SYSTEMS if SYSTEMS[name].game == TWO_PLAYER])
    parser.add_argument("--minutes", type=float, default=2)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--samples", type=int, default=10_000)
    parser.add_argument("--rate", type=float)
    parser.add_argument("--set", nargs="*", default=[])
    parser.add_argument("--keep", type=Path, help="folder of the race; default: one in the temporary folder")
    arguments = parser.parse_args()
    name = f"race-{arguments.data}-{arguments.minutes:g}-cpu-minutes" + (
        f"-rate-{arguments.rate:g}" if arguments.rate else ""
    )
    folder = arguments.keep or Path(tempfile.gettempdir()) / f"zerosum-{name}"
    race = zs.race(
        arguments.systems,
        arguments.data,
        minutes=arguments.minutes,
        clock="cpu",
        seeds=arguments.seeds,
        samples=arguments.samples,
        settings=[*SETTINGS, *arguments.set],
        settings_for=own_rates(arguments.systems, arguments.rate),
        as_published=True,
        out=folder,
        device="cpu",
    )
    print(table(race), flush=True)
    if race.reason != "done":
        raise SystemExit(f"{race.reason}: the same command goes on")
    common.write(name, content(race))
    PAGES.mkdir(exist_ok=True)
    print(shutil.copyfile(folder / "race.html", PAGES / f"{name}.html"))


def own_rates(systems: list[str], rate: float | None) -> dict[str, list[str]]:
    """Return the settings of single systems: gan's rate, and `rate` for those that move by Adam."""
    players = {name: settings(name, "image", published=True)["players"]["generator"] for name in systems}
    adam = [name for name, player in players.items() if player.get("optimizer") == "adam"]
    own = {name: [f"lr={rate:g}"] for name in adam if rate}
    return own | ({"gan": ["lr=0.02"]} if "gan" in systems else {})


def content(race: zs.Race) -> dict[str, Any]:
    """Return the race as JSON values, each protocol once and not in every score."""
    result = race.to_dict()
    kept = ("value", "error", "floor")
    protocols = {}
    for entry in result["entries"]:
        for metric, score in entry["scores"].items():
            protocols[metric] = score["protocol"]
        entry["scores"] = {metric: {key: score[key] for key in kept} for metric, score in entry["scores"].items()}
    return result | {"protocols": protocols, "table": table(race).splitlines()}


if __name__ == "__main__":
    main()
