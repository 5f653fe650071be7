"""Inversion of held-out MNIST digits, their editing along learned directions, and arithmetic with thick and thin.

python benchmarks/inversion.py [--cpu-minutes 10] [--seed 0] [--images 100] [--keep FOLDER]

The generator is recipes/mnist.yaml. The digits are the first of the test split, which it has never seen. Directions of
slant and of stroke width are learned from 2,000 samples by measuring them, without labels. Whether an edit keeps the
label says the classifier that the metrics use, trained on real digits alone; the edit is compared with steps as long in
random directions.
"""

import argparse
import tempfile
from pathlib import Path
from typing import Any

import common
import torch
from torch import Tensor
from torch.nn.functional import normalize

import zerosum as zs
from zerosum.data.dataset import Resident
from zerosum.data.load import load
from zerosum.latents import arithmetic
from zerosum.latents.attributes import MEASURES, share
from zerosum.latents.inversion import STARTS, STEPS, Inverted, invert, show
from zerosum.latents.space import Space, open_space
from zerosum.metrics.classifier import LeNet
from zerosum.metrics.named_features import named_features

STRENGTHS = (-0.5, 0.5)
TARGET = 18.0


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--cpu-minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--images", type=int, default=100)
    parser.add_argument("--starts", type=int, default=STARTS)
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--data-root", type=Path)
    parser.add_argument("--keep", type=Path, help="folder of the run; the same command continues there")
    parser.add_argument("--run", type=Path, help="a run that is trained already, to look at in place of a new one")
    arguments = parser.parse_args()
    run, settings = (arguments.run, []) if arguments.run else trained(arguments)
    torch.set_num_threads(1)
    train, test = (load("mnist", root=arguments.data_root, split=split) for split in ("train", "test"))
    judge = named_features("classifier", train, test).classifier
    assert isinstance(test, Resident)
    assert isinstance(judge, LeNet)
    space = open_space(run)
    name = (
        f"inversion-{run.name}"
        if arguments.run
        else f"inversion-mnist-{arguments.cpu_minutes:g}-cpu-minutes-seed-{arguments.seed}"
    )
    content = {"trained": {key: space.generator.about[key] for key in ("step", "images")}, "settings": settings}
    content |= {"recipe": "recipes/mnist.yaml", "starts": arguments.starts, "steps": arguments.steps}
    common.write(name, content | measure(space, test, judge, arguments, name))


def trained(arguments: argparse.Namespace) -> tuple[Path, list[str]]:
    """Train recipes/mnist.yaml, or continue, and return the run and its settings."""
    folder = arguments.keep or Path(tempfile.mkdtemp(prefix="zerosum-benchmark-"))
    run = folder / f"inversion-seed-{arguments.seed}"
    recipe = common.HERE.parent / "recipes" / "mnist.yaml"
    settings = [f"cpu_minutes={arguments.cpu_minutes}"]
    zs.train(
        str(recipe),
        "mnist",
        out=run,
        seed=arguments.seed,
        settings=settings,
        quiet=False,
        data_root=arguments.data_root,
    )
    return run, settings


def measure(space: Space, test: Resident, judge: LeNet, arguments: argparse.Namespace, name: str) -> dict[str, Any]:
    """Invert, edit and add; return what came of it."""
    images, labels = test.values[: arguments.images], test.labels
    assert labels is not None
    labels = labels[: arguments.images]
    inverted = invert(space, images, starts=arguments.starts, steps=arguments.steps)
    directions = {measure: arithmetic.attribute_direction(space, measure) for measure in MEASURES}
    common.PICTURES.mkdir(exist_ok=True)
    for measure_name, direction in directions.items():
        first = Inverted(inverted.points[:10], inverted.images[:10], inverted.psnr[:10])
        shown = show(space, images[:10], first, direction=direction.vector, strengths=(-1, -0.5, 0.5, 1))
        shown.picture.save(common.PICTURES / f"{name}-{measure_name}.png", optimize=True)
    quantiles = torch.quantile(inverted.psnr, torch.tensor([0.1, 0.5, 0.9], dtype=torch.float64))
    median = float(inverted.psnr.median())
    return {
        "images": len(images),
        "psnr": {"median": median, **dict(zip(("p10", "p50", "p90"), quantiles.tolist(), strict=True))},
        "psnr_of_the_nearest_sample": float(nearest_sample(space, images).median()),
        "target": {"median_psnr": TARGET, "reached": median >= TARGET},
        "label_of_real": share(judge.predict(images) == labels),
        "label_of_found": share(judge.predict(inverted.images) == labels),
        "edits": {
            measure: edits(space, inverted, labels, judge, direction.vector, measure)
            for measure, direction in directions.items()
        },
        "thick_minus_thin": thickened(space, directions["stroke-width"].vector, judge, name),
    }


def nearest_sample(space: Space, images: Tensor) -> Tensor:
    """Return the PSNR that each image has with the nearest of 2,000 samples: what optimisation adds to."""
    samples = space.render(space.draw(2000, seed=3)).flatten(1).float()
    errors = torch.cdist(images.flatten(1).float(), samples).min(1).values.square() / samples.shape[1]
    return 20 * torch.log10(255 / errors.sqrt())


def edits(
    space: Space, inverted: Inverted, labels: Tensor, judge: LeNet, direction: Tensor, measure: str
) -> list[dict[str, float]]:
    """Return, by strength, how much an edit changes its measure and how often the label stays, and of random steps."""
    random = torch.randn(len(inverted.points), space.size, generator=torch.Generator().manual_seed(0))
    before = MEASURES[measure](inverted.images)
    rows = []
    for strength in STRENGTHS:
        step = strength * direction
        edited, other = (
            space.render(inverted.points.moved(by)) for by in (step[None], normalize(random, dim=1) * step.norm())
        )
        rows.append(
            {
                "strength": strength,
                "median_change": float((MEASURES[measure](edited) - before).median()),
                "moved_the_right_way": share((MEASURES[measure](edited) - before) * strength > 0),
                "label_kept": share(judge.predict(edited) == labels),
                "random_median_change": float((MEASURES[measure](other) - before).median()),
                "random_label_kept": share(judge.predict(other) == labels),
            }
        )
    return rows


def thickened(space: Space, direction: Tensor, judge: LeNet, name: str) -> list[dict[str, float]]:
    """Add thick - thin to samples: how much thicker they are, and how often they stay the digit that they were.

    In the picture A and B are the three thickest and the three thinnest samples, and C is three of the middle.
    """
    width = MEASURES["stroke-width"]
    points = space.draw(1000, seed=4)
    images = space.render(points)
    order = width(images).argsort().tolist()
    equation = arithmetic.equation(space, order[-3:], order[:3], order[499:502], seed=4, strength=0.5)
    equation.picture.save(common.PICTURES / f"{name}-thick-minus-thin.png", optimize=True)
    rows = []
    for strength in (0.25, 0.5, 1.0):
        after = space.render(points.moved(strength * direction))
        rows.append(
            {
                "strength": strength,
                "samples": len(points),
                "median_width_before": float(width(images).median()),
                "median_width_after": float(width(after).median()),
                "thicker": share(width(after) > width(images)),
                "same_digit": share(judge.predict(after) == judge.predict(images)),
            }
        )
    return rows


if __name__ == "__main__":
    main()
