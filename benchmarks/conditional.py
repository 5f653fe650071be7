"""Three ways of telling the discriminator the label: Show 3 of issue 5.

python benchmarks/conditional.py [--data mnist fashion-mnist] [--cpu-minutes 2] [--seeds 0 1 2]

Concatenation, projection and AC-GAN on recipes/mnist.yaml, with equal CPU time. Label accuracy is that of the metrics'
classifier, which no training has seen; `fd_within` is the mean over the classes of the Frechet distance between test
images and samples of a class, in the features of that classifier. With 1,000 images a class it is biased upwards:
compare it with `floor`, that of as many train images. Runs that are in the result already are not repeated.
"""

import argparse
import statistics
import tempfile
from pathlib import Path
from typing import Any

import common
import torch
from PIL import Image
from torch import Tensor

import zerosum as zs
from zerosum.data.load import load
from zerosum.metrics.frechet import frechet_distance
from zerosum.metrics.named_features import named_features
from zerosum.metrics.space import Features

RECIPE = common.HERE.parent / "recipes" / "mnist.yaml"
WAYS = ("concatenation", "projection", "auxiliary")
EACH = 1000
METRICS = ("fd", "label_accuracy")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", nargs="+", default=["mnist", "fashion-mnist"])
    parser.add_argument("--cpu-minutes", type=float, default=2)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--name", default="conditional")
    arguments = parser.parse_args()
    before = common.read(arguments.name) or {}
    runs: list[dict[str, Any]] = before["runs"] if before.get("cpu_minutes") == arguments.cpu_minutes else []
    for seed in arguments.seeds:
        for data in arguments.data:
            for way in WAYS:
                if all((run["data"], run["way"], run["seed"]) != (data, way, seed) for run in runs):
                    runs.append(measure(data, way, seed, arguments.cpu_minutes, arguments.name))
                    content = {"recipe": f"recipes/{RECIPE.name}", "cpu_minutes": arguments.cpu_minutes, "runs": runs}
                    common.write(arguments.name, content | {"table": table(runs)})
    print(markdown(table(runs)))


def measure(data: str, way: str, seed: int, cpu_minutes: float, name: str) -> dict[str, Any]:
    """Train one way of conditioning and score it."""
    settings = [f"cpu_minutes={cpu_minutes}", f"conditioning={way}"]
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "run"
        zs.train(str(RECIPE), data, out=out, seed=seed, settings=settings)
        last = zs.Run.open(out).records(out / "log.jsonl")[-1]
        scores = {score.metric: score.value for score in zs.evaluate(out, metrics=METRICS, features="classifier")}
        within = fd_within(zs.load(out), data)
        if seed == 0:
            common.PICTURES.mkdir(exist_ok=True)
            newest = sorted((out / "samples").glob("*.png"))[-1]
            Image.open(newest).save(common.PICTURES / f"{name}-{data}-{way}.png", optimize=True)
    result = {"data": data, "way": way, "seed": seed, "step": last["step"], "cpu_seconds": last["cpu_seconds"]}
    result |= {**scores, **within}
    print(result, flush=True)
    return result


def fd_within(generator: zs.Generator, data: str) -> dict[str, float]:
    """Return the mean over classes of the Frechet distance to test images, of samples and of train images."""
    train, test = load(data), load(data, split="test")
    features = named_features("classifier", train, test)
    reals, others = by_class(test, features), by_class(train, features)
    fakes = [features(generator.sample(EACH, label=number, seed=7)) for number in range(len(test.classes))]
    return {
        "fd_within": statistics.mean(frechet_distance(real, fake) for real, fake in zip(reals, fakes, strict=True)),
        "floor": statistics.mean(frechet_distance(real, other) for real, other in zip(reals, others, strict=True)),
    }


def by_class(dataset: Any, features: Features) -> list[Tensor]:
    """Return the features of the first images of each class."""
    batch = dataset.batch(torch.arange(len(dataset) if len(dataset) <= 10_000 else 15_000))
    images = dataset.outside(batch["real"])
    return [features(images[batch["label"] == number][:EACH]) for number in range(len(dataset.classes))]


def table(runs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return one row a data set and way: median and range over the seeds."""
    rows = []
    for data in dict.fromkeys(run["data"] for run in runs):
        for way in WAYS:
            own = [run for run in runs if (run["data"], run["way"]) == (data, way)]
            if own:
                metrics = ("label_accuracy", "fd", "fd_within", "floor", "step")
                rows.append({"data": data, "way": way, **common.over_seeds(own, metrics)})
    return rows


def markdown(rows: list[dict[str, Any]]) -> str:
    """Return the table for the documentation."""
    lines = [
        "| data | conditioning | label accuracy (range) | FD (range) | FD within classes (range) | floor | rounds |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        accuracy, cells = row["label_accuracy"], [row["fd"], row["fd_within"]]
        spans = " | ".join(f"{median:.1f} ({low:.1f} to {high:.1f})" for median, low, high in cells)
        lines.append(
            f"| {row['data']} | {row['way']} | {accuracy[0]:.1%} ({accuracy[1]:.1%} to {accuracy[2]:.1%}) | {spans} | "
            f"{row['floor'][0]:.1f} | {row['step'][0]:.0f} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
