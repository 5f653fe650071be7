"""Two classical cures of collapse against the plain game, with a weak discriminator and a usual one: Show 6 of issue 5.

python benchmarks/packed.py [--seeds 0 1 2] [--rounds 5000] [--weak 32]

All play on the 25-grid with the same generator, the same optimiser and number of rounds, and batches of 128 samples.
`pacgan-m` judges m samples together, so m times fewer judgements a round; `pacgan-m, n` has batches of n, so as many
judgements as the others, as in the paper. `unrolled-k` looks k steps ahead. Weak is a discriminator of three layers of
--weak units, a quarter of the generator's; usual one of 128. CPU seconds stand beside, for these cures cost time. Runs
that are in the result already are not repeated.
"""

import argparse
import statistics
import tempfile
from pathlib import Path
from typing import Any

import common
from PIL import Image, ImageDraw

import zerosum as zs

DATA, MODES = "25-grid", 25
METRICS = ("modes", "populated_modes", "high_quality", "reverse_kl")
ENTRANTS: dict[str, tuple[str, list[str]]] = {
    "plain": ("dcgan", []),
    "pacgan-2": ("pacgan", ["pack=2"]),
    "pacgan-4": ("pacgan", ["pack=4"]),
    "pacgan-2, 256": ("pacgan", ["pack=2", "batch_size=256"]),
    "pacgan-4, 512": ("pacgan", ["pack=4", "batch_size=512"]),
    "unrolled-0": ("unrolled", ["unrolled=0"]),
    "unrolled-5": ("unrolled", ["unrolled=5"]),
}
WEAK, USUAL, DEPTH = "weak", "usual", 3
USUAL_WIDTH = 128


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--rounds", type=int, default=5000)
    parser.add_argument("--weak", type=int, default=32)
    parser.add_argument("--entrants", nargs="*", default=list(ENTRANTS))
    parser.add_argument("--name", default="packed")
    arguments = parser.parse_args()
    widths = {WEAK: arguments.weak, USUAL: USUAL_WIDTH}
    before = common.read(arguments.name) or {}
    same = before.get("widths") == widths and before.get("rounds") == arguments.rounds
    runs: list[dict[str, Any]] = before["runs"] if same else []
    for seed in arguments.seeds:
        for kind, width in widths.items():
            for entrant in arguments.entrants:
                if all((run["entrant"], run["discriminator"], run["seed"]) != (entrant, kind, seed) for run in runs):
                    result = measure(entrant, kind, width, seed, arguments.rounds, arguments.name)
                    runs.append(result)
                    content = {"data": DATA, "rounds": arguments.rounds, "widths": widths, "depth": DEPTH, "runs": runs}
                    common.write(arguments.name, content | {"table": table(runs)})
    if 0 in arguments.seeds:
        for kind in widths:
            side_by_side(arguments.entrants, kind, arguments.name)
    print(markdown(table(runs)))


def measure(entrant: str, kind: str, width: int, seed: int, rounds: int, name: str) -> dict[str, Any]:
    """Train one entrant against a discriminator of a width and count the modes that it finds."""
    system, own = ENTRANTS[entrant]
    settings = [f"discriminator.width={width}", f"discriminator.depth={DEPTH}", *own]
    settings += ["sample_every=100000", "checkpoint_every=100000", "signals_every=0"]
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "run"
        zs.train(system, DATA, out=out, seed=seed, steps=rounds, settings=settings)
        last = zs.Run.open(out).records(out / "log.jsonl")[-1]
        scores = {score.metric: score.value for score in zs.evaluate(out, metrics=METRICS)}
        if seed == 0:
            common.PICTURES.mkdir(exist_ok=True)
            newest = sorted((out / "samples").glob("*.png"))[-1]
            Image.open(newest).convert("RGB").save(part(name, kind, entrant))
    result = {"entrant": entrant, "discriminator": kind, "seed": seed, "cpu_seconds": last["cpu_seconds"], **scores}
    print(result, flush=True)
    return result


def part(name: str, kind: str, entrant: str) -> Path:
    """Return where the picture of one entrant waits for the others."""
    return common.PICTURES / f".{name}-{kind}-{entrant}.png"


def side_by_side(entrants: list[str], kind: str, name: str) -> None:
    """Put the pictures of seed 0 beside one another, each under its name."""
    parts = {entrant: part(name, kind, entrant) for entrant in entrants}
    pictures = {entrant: Image.open(path) for entrant, path in parts.items() if path.exists()}
    side = 300
    sheet = Image.new("RGB", (side * len(entrants), side + 24), "white")
    for number, (entrant, picture) in enumerate(pictures.items()):
        ImageDraw.Draw(sheet).text((number * side + side // 2, 6), entrant, fill="black", anchor="ma", font_size=16)
        sheet.paste(picture.resize((side, side), Image.Resampling.LANCZOS), (number * side, 24))
    # Those that an earlier run measured are in its picture, which stays.
    if len(pictures) == len(entrants):
        sheet.save(common.PICTURES / f"{name}-{kind}.png", optimize=True)
    for path in parts.values():
        path.unlink(missing_ok=True)


def table(runs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return one row an entrant and discriminator: median and range of each metric over the seeds."""
    rows = []
    for kind in (WEAK, USUAL):
        for entrant in ENTRANTS:
            own = [run for run in runs if (run["entrant"], run["discriminator"]) == (entrant, kind)]
            if own:
                seconds = statistics.median(run["cpu_seconds"] for run in own)
                row = {"entrant": entrant, "discriminator": kind, "cpu_seconds": seconds}
                rows.append(row | common.over_seeds(own, METRICS))
    return rows


def markdown(rows: list[dict[str, Any]]) -> str:
    """Return the table for the documentation."""
    lines = ["| D | entrant | modes of 25 (range) | populated | in 3 sigma | CPU s |", "|---|---|---|---|---|---|"]
    for row in rows:
        modes, populated, quality = row["modes"], row["populated_modes"], row["high_quality"]
        lines.append(
            f"| {row['discriminator']} | {row['entrant']} | {modes[0]:g} ({modes[1]:g} to {modes[2]:g}) | "
            f"{populated[0]:g} ({populated[1]:g} to {populated[2]:g}) | {quality[0]:.0%} | {row['cpu_seconds']:.0f} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
