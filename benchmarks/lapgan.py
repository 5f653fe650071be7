"""A pyramid of games against one game of equal parameters and CPU time, at 32x32: Show 2 of issue 5.

python benchmarks/lapgan.py [--data mnist cifar10] [--cpu-minutes 10] [--seeds 0] [--keep FOLDER]

--data takes paths too: a zip is called by the folder that it lies in. The pyramid is recipes/lapgan-32.yaml, with noise
for digits as it says there. The single game is recipes/mnist.yaml, with the width, the same for both players, at
which it has as nearly as possible as many parameters. Sharpness is the sliced Wasserstein distance of patches to test
images by octave, times 1,000: that of the finest octave sees only detail. `floors` are those of train images to the
same test images. Runs that are in the result already are not repeated; those in --keep are continued.
"""

import argparse
import bisect
import functools
import tempfile
from pathlib import Path
from typing import Any

import common
import torch
from PIL import Image

import zerosum as zs
from zerosum.core.game import Facts
from zerosum.data.dataset import Dataset
from zerosum.data.load import load
from zerosum.metrics.sliced import IMAGES, patch_distances
from zerosum.metrics.source import choose
from zerosum.recipe.build import build_game
from zerosum.recipe.resolve import named, resolve
from zerosum.training.planning import data_fields

RECIPES = common.HERE.parent / "recipes"
PYRAMID, SINGLE = RECIPES / "lapgan-32.yaml", RECIPES / "mnist.yaml"
SIDE = 32
DRAWN = {"mnist": ("game.noise=0.3",)}
"""Settings of the pyramid for data that are drawings."""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", nargs="+", default=["mnist", "cifar10"])
    parser.add_argument("--cpu-minutes", type=float, default=10)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--name", default="lapgan")
    arguments = parser.parse_args()
    before = common.read(arguments.name) or {}
    runs: list[dict[str, Any]] = before["runs"] if before.get("cpu_minutes") == arguments.cpu_minutes else []
    floors: dict[str, dict[str, float]] = before.get("floors", {})
    for data in arguments.data:
        floors[title(data)] = floors.get(title(data)) or by_octave(data, images(data, "train"))
        for seed in arguments.seeds:
            for kind in ("pyramid", "single"):
                if all((run["data"], run["seed"], run["kind"]) != (title(data), seed, kind) for run in runs):
                    with tempfile.TemporaryDirectory() as temporary:
                        out = (arguments.keep or Path(temporary)) / f"{title(data)}-{kind}-{seed}"
                        runs.append(measure(out, data, kind, seed, arguments.cpu_minutes, arguments.name))
                    common.write(arguments.name, {"cpu_minutes": arguments.cpu_minutes, "floors": floors, "runs": runs})
    print(markdown(runs, floors))


def measure(out: Path, data: str, kind: str, seed: int, cpu_minutes: float, name: str) -> dict[str, Any]:
    """Train one of the two on a data set or path and score it."""
    recipe = PYRAMID if kind == "pyramid" else SINGLE
    settings = [f"cpu_minutes={cpu_minutes}", *(equal_width(data) if kind == "single" else DRAWN.get(data, ()))]
    zs.train(str(recipe), data, out=out, size=SIDE, seed=seed, settings=settings)
    last = zs.Run.open(out).records(out / "log.jsonl")[-1]
    generator = zs.load(out)
    scores = {score.metric: score.value for score in zs.evaluate(out, metrics=["fd"], features="classifier")}
    common.PICTURES.mkdir(exist_ok=True)
    newest = sorted((out / "samples").glob("*.png"))[-1]
    Image.open(newest).save(common.PICTURES / f"{name}-{title(data)}-{kind}.png", optimize=True)
    result = {
        "data": title(data),
        "kind": kind,
        "seed": seed,
        "settings": settings,
        "parameters": parameters(recipe, data, *settings),
        **{key: last[key] for key in ("step", "cpu_seconds")},
        "by_octave": by_octave(data, generator.sample(IMAGES, seed=11)),
        **scores,
    }
    print(result, flush=True)
    return result


@functools.cache
def loaded(data: str, split: str) -> Dataset:
    """Return a split at 32x32."""
    return load(data, size=SIDE, split=split)


def title(data: str) -> str:
    """Return what a data set is called in the result."""
    return Path(data).parent.name if data.endswith(".zip") else Path(data).name


def images(data: str, split: str) -> torch.Tensor:
    """Return images of a split as users see them, uint8: as many of the train split as of the test split."""
    dataset = loaded(data, split)
    return dataset.outside(dataset.batch(choose(min(IMAGES, len(loaded(data, "test"))), len(dataset)))["real"])


def by_octave(data: str, samples: torch.Tensor) -> dict[str, float]:
    """Return the sliced Wasserstein distance to test images by side of the image at each octave."""
    real = images(data, "test")
    distances = patch_distances(real, samples[: len(real)], seed=0)
    return {str(side): value for side, value in distances.items()}


@functools.cache
def parameters(recipe: Path, data: str, *settings: str) -> int:
    """Return how many parameters all players of a recipe have together."""
    name, own = named(str(recipe))
    own.pop("data", None)
    dataset = loaded(data, "train")
    fields, kind = data_fields(data, dataset, SIDE, None), Facts(dataset.shape).kind
    return sum(parameter.numel() for parameter in build_game(resolve(name, own, fields, kind, settings)).parameters())


def equal_width(data: str) -> list[str]:
    """Return the setting with which the single game has the parameters of the pyramid, as nearly as may be."""
    size = parameters(PYRAMID, data)
    widths = range(8, 129)
    above = bisect.bisect_left(widths, size, key=lambda width: parameters(SINGLE, data, f"width={width}"))
    near = widths[max(above - 1, 0) : above + 1]
    return [f"width={min(near, key=lambda width: abs(parameters(SINGLE, data, f'width={width}') - size))}"]


def markdown(runs: list[dict[str, Any]], floors: dict[str, dict[str, float]]) -> str:
    """Return the table for the documentation."""
    sides = list(next(iter(floors.values())))
    octaves = " | ".join(f"octave {side}" for side in sides)
    lines = [f"| data | game | seed | parameters | {octaves} | FD | rounds |", "|---" * (6 + len(sides)) + "|"]
    for data, floor in floors.items():
        for run in (run for run in runs if run["data"] == data):
            cells = " | ".join(f"{run['by_octave'][side]:.1f}" for side in sides)
            who = f"| {data} | {run['kind']} | {run['seed']} | {run['parameters']:,} "
            lines.append(f"{who}| {cells} | {run['fd']:.1f} | {run['step']} |")
        lines.append(f"| {data} | train images |  |  | {' | '.join(f'{floor[side]:.1f}' for side in sides)} |  |  |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
