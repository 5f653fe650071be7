"""What the judge sees: real images spoilt in ten ways, three strengths each, on five data sets, in several features.

python benchmarks/spoilt.py [--data digits ...]   measure, and keep results/spoilt.json
python benchmarks/spoilt.py --page                the tables of docs/reference/metrics.md from what was kept

Reals are compared with other reals, five draws of them (the floor and its spread), and with the same number of spoilt
ones. A step is seen where the distance grows with the strength of the fault; a fault, where its strongest form lies
more than three standard deviations of the floor outside it, on the worse side.
"""

import argparse
import itertools
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import common
import paired
import torch
from faults import FAULTS, QUALITY, STRENGTHS, VARIETY, Pool
from torch import Tensor

from zerosum.data.dataset import Dataset
from zerosum.data.load import load
from zerosum.metrics import imagenet
from zerosum.metrics.classifier import train_classifier
from zerosum.metrics.features import pixels
from zerosum.metrics.frechet import frechet_distance
from zerosum.metrics.kernel import kernel_distance
from zerosum.metrics.kmeans import assign, kmeans
from zerosum.metrics.manifolds import manifolds
from zerosum.metrics.memorisation import copying, gaps
from zerosum.metrics.patches import learn
from zerosum.metrics.source import choose

PAGE = common.HERE.parent / "docs" / "reference" / "metrics.md"
DATA = {"digits": 400, "mnist": 600, "cifar10-jpg": 600, "cmu-faces": 200, "emoji": 600}
"""How many images are compared with as many."""
SIZES = {"cmu-faces": 64, "emoji": 64}
CHANNELS = {"emoji": 3}
"""On white, as they were measured."""
DRAWS = 5
BETTER = {"kd": -1, "fd": -1, "precision": 1, "recall": 1, "density": 1, "coverage": 1, "copying": 1}
Space = Callable[[Tensor], Tensor]
Measured = dict[str, float]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", nargs="*", default=list(DATA))
    parser.add_argument("--page", action="store_true")
    arguments = parser.parse_args()
    if not arguments.page:
        torch.set_num_threads(1)
        results = (common.read("spoilt") or {"sets": {}})["sets"]
        for name in arguments.data:
            results[name] = measure(name)
            common.write("spoilt", {"sets": {each: results[each] for each in DATA if each in results}})
    fill()


def measure(name: str) -> dict[str, Any]:
    """Return what every space says of one data set."""
    images, classes = every(name)
    n, results = DATA[name], {}
    real, rest = images[:n], images[n:]
    draws = [rest[choose(n, len(rest), seed=seed)] for seed in range(DRAWS)]
    forms = itertools.product(FAULTS, STRENGTHS)
    sets = {form: spoilt(rest, classes[n:], *form, n) for form in forms}
    for space, (extract, labelled) in spaces(rest, classes[n:], name).items():
        began = time.process_time()
        embedded = extract(real)
        cost = 1000 * (time.process_time() - began) / n
        train = extract(rest[:2000])

        def judged(
            others: Tensor, embedded: Tensor = embedded, train: Tensor = train, see: Space = extract
        ) -> Measured:
            return compared(embedded, see(others), train)

        results[space] = {
            "ms_an_image": round(cost, 3),
            "numbers": embedded.shape[1],
            "labels": labelled,
            "floors": [judged(draw) for draw in draws],
            "faults": {fault: [judged(sets[fault, strength]) for strength in STRENGTHS] for fault in FAULTS},
        }
        print(name, space, summary(results[space]), flush=True)
    return {"images": n, "spaces": results}


def every(name: str) -> tuple[Tensor, Tensor]:
    """Return images of both splits in one fixed order, at most 4,000, and their classes: labels, or a file's group."""
    parts = [
        load(located(name), size=SIZES.get(name), channels=CHANNELS.get(name), split=split)
        for split in ("train", "test")
    ]
    images, classes = zip(*(shown(part, choose(3000, len(part))) for part in parts), strict=True)
    together, labels = torch.cat(images), torch.cat(classes)
    order = choose(4000, len(together), seed=1)
    if name == "emoji":
        labels = by_colour(together)
    return together[order], labels[order]


def located(name: str) -> str:
    """Return what `load` takes for a data set: its name, or its zip below ZEROSUM_DATA."""
    files = {"cmu-faces": "faces_128x120_png.zip", "emoji": "noto_png72.zip"}
    if name not in files:
        return paired.located(name)
    return str(Path(os.environ.get("ZEROSUM_DATA", "")) / name / files[name])


def shown(data: Dataset, rows: Tensor) -> tuple[Tensor, Tensor]:
    """Return images as users see them, and their labels, or zeros."""
    batch = data.batch(rows)
    return data.outside(batch["real"]), batch.get("label", torch.zeros(len(rows), dtype=torch.int64))


def by_colour(images: Tensor) -> Tensor:
    """Return nine classes of images without labels: their cells by k-means on 4 x 4 averaged pixels."""
    small = torch.nn.functional.adaptive_avg_pool2d(images.float() / 255, 4).flatten(1)
    return assign(small, kmeans(small, 9))


def spoilt(images: Tensor, classes: Tensor, fault: str, strength: int, n: int) -> Tensor:
    """Return n spoilt images; the same ones at every strength."""
    return FAULTS[fault](Pool(images[:n], classes[:n], images[n:], torch.Generator().manual_seed(0)), strength)


def spaces(images: Tensor, classes: Tensor, name: str) -> dict[str, tuple[Space, bool]]:
    """Return the spaces and whether they need labels: of ours, of today's, and the first at twice the size."""
    network = imagenet.imagenet("cpu")

    def larger(batch: Tensor) -> Tensor:
        with mock.patch.object(imagenet, "LEAST", 128):
            return network(batch)

    table: dict[str, tuple[Space, bool]] = {
        "imagenet": (network, False),
        "imagenet at 128 pixels": (larger, False),
        "patches": (learn(images[:1000]), False),
        "pixels": (pixels, False),
    }
    if name != "emoji":
        table["classifier"] = (train_classifier(images, classes, int(classes.max()) + 1).features, True)
    return table


def compared(real: Tensor, fake: Tensor, train: Tensor) -> Measured:
    """Return all metrics of features against those of reals."""
    four = manifolds(real, fake)
    return {
        "kd": kernel_distance(real, fake)[0],
        "fd": frechet_distance(real, fake),
        "precision": four.precision,
        "recall": four.recall,
        "density": four.density,
        "coverage": four.coverage,
        "copying": copying(gaps(train, real, fake)),
    }


def outside(space: dict[str, Any], fault: str, metric: str) -> bool:
    """Return whether the strongest form of a fault lies beyond the floor's spread, on the worse side."""
    floors = [floor[metric] for floor in space["floors"]]
    worse = -BETTER[metric] * (space["faults"][fault][-1][metric] - statistics.fmean(floors))
    return worse > 3 * statistics.stdev(floors) and worse > 0.01 * abs(statistics.fmean(floors))


def steps(space: dict[str, Any], metric: str) -> int:
    """Return in how many steps a distance grows: from the floor to the weakest form, and on to the strongest."""
    floor, count = statistics.fmean(each[metric] for each in space["floors"]), 0
    for forms in space["faults"].values():
        values = [floor, *(form[metric] for form in forms)]
        count += sum(later > earlier for earlier, later in itertools.pairwise(values))
    return count


def summary(space: dict[str, Any]) -> dict[str, int]:
    """Return the counts that the table shows."""
    counts = {f"{metric} grows": steps(space, metric) for metric in ("kd", "fd")}
    counts |= {metric: sum(outside(space, fault, metric) for fault in FAULTS) for metric in ("kd", "fd", "coverage")}
    counts["precision"] = sum(outside(space, fault, "precision") for fault in QUALITY)
    counts["recall"] = sum(outside(space, fault, "recall") for fault in VARIETY)
    return counts


def fill() -> None:
    """Write the tables between the markers of the page."""
    result = common.read("spoilt")
    if result is None:
        return
    before, _, rest = PAGE.read_text(encoding="utf-8").partition("<!-- spoilt -->")
    after = rest.partition("<!-- /spoilt -->")[2]
    PAGE.write_text(f"{before}<!-- spoilt -->\n\n{tables(result)}\n\n<!-- /spoilt -->{after}", encoding="utf-8")


def tables(result: dict[str, Any]) -> str:
    """Return both tables as Markdown: by data set and features, and by fault and metric."""
    names = ("kd grows", "fd grows", "kd", "fd", "coverage", "precision", "recall")
    most = (30, 30, 10, 10, 10, len(QUALITY), len(VARIETY))
    heads = [f"{name} (of {of})" for name, of in zip(names, most, strict=True)]
    rows = [f"| data | features | ms an image | {' | '.join(heads)} |", f"| --- {'| --- ' * 9}|"]
    for data, entry in result["sets"].items():
        for name, space in entry["spaces"].items():
            counts = summary(space)
            cells = " | ".join(str(counts[each]) for each in names)
            rows.append(f"| {data} | {name} | {space['ms_an_image']:.2f} | {cells} |")
    rows += ["", f"| fault | {' | '.join(BETTER)} |", f"| --- {'| --- ' * len(BETTER)}|"]
    sets = [entry["spaces"]["imagenet"] for entry in result["sets"].values()]
    for fault in FAULTS:
        seen = [sum(outside(space, fault, metric) for space in sets) for metric in BETTER]
        rows.append(f"| {fault} | {' | '.join(map(str, seen))} |")
    return "\n".join(rows)


if __name__ == "__main__":
    main()
