"""InfoGAN on MNIST without labels: what its category means, and what its continuous codes turn: Show 1 of issue 5.

python benchmarks/infogan.py --cpu-minutes 8 --seeds 3 [--keep FOLDER] [--set path=value ...]

The category is matched one-to-one to digits on the train split, and labels the test split with that match. A continuous
code is correlated with slant and stroke width over random samples: as they come, and with the mean of each category
taken out, because a 1 leans otherwise than a 2. Runs in --keep are continued, and seeds in the result not repeated.
"""

import argparse
import tempfile
from pathlib import Path
from typing import Any

import common
import numpy as np
import torch
from PIL import Image
from scipy.optimize import linear_sum_assignment

import zerosum as zs
from zerosum.data.load import load
from zerosum.drawing import pictures
from zerosum.latents.measures import slant, stroke_width
from zerosum.sampling import sampler

RECIPE = common.HERE.parent / "recipes" / "infogan-mnist.yaml"
MEASURES = {"slant": slant, "stroke_width": stroke_width}
SAMPLES, STEPS = 5000, 10


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--cpu-minutes", type=float, default=8)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--set", nargs="*", default=[])
    parser.add_argument("--name", default="infogan")
    arguments = parser.parse_args()
    settings = [f"cpu_minutes={arguments.cpu_minutes}", *arguments.set]
    before = common.read(arguments.name) or {}
    runs: list[dict[str, Any]] = before.get("runs", []) if before.get("settings") == settings else []
    for seed in arguments.seeds:
        if all(run["seed"] != seed for run in runs):
            with tempfile.TemporaryDirectory() as temporary:
                runs.append(
                    measure((arguments.keep or Path(temporary)) / f"infogan-{seed}", seed, settings, arguments.name)
                )
            common.write(arguments.name, {"settings": settings, "recipe": f"recipes/{RECIPE.name}", "runs": runs})


def measure(out: Path, seed: int, settings: list[str], name: str) -> dict[str, Any]:
    """Train one seed, label the test split, correlate the codes, and draw the strips."""
    zs.train(str(RECIPE), "mnist", out=out, seed=seed, settings=settings)
    last = [record for record in zs.Run.open(out).records(out / "log.jsonl") if "generator/information" in record][-1]
    generator = zs.load(out)
    picture = strips(generator)
    common.PICTURES.mkdir(exist_ok=True)
    picture.save(common.PICTURES / f"{name}-seed-{seed}.png", optimize=True)
    result = {
        "seed": seed,
        **{key: last[key] for key in ("step", "images", "cpu_seconds")},
        "information": last["generator/information"],
        "ceiling": last["generator/ceiling"],
        **accuracy(generator),
        "correlation": correlations(generator),
    }
    print(result, flush=True)
    return result


def codes(generator: zs.Generator, split: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the category that Q finds in each image of a split, and its label."""
    batch = load("mnist", split=split).batch(torch.arange(10_000))
    with torch.no_grad(), sampler.evaluating(generator.game):
        categories = [generator.game.encode(part)["c1"] for part in batch["real"].split(500)]
    return torch.cat(categories).numpy(), batch["label"].numpy()


def accuracy(generator: zs.Generator) -> dict[str, Any]:
    """Return the share of test images whose category, by the match made on train images, is their digit."""
    code, label = codes(generator, "train")
    table = np.zeros((10, 10), dtype=int)
    np.add.at(table, (code, label), 1)
    match = linear_sum_assignment(table, maximize=True)[1]
    code, label = codes(generator, "test")
    return {"digit_of_code": match.tolist(), "test_accuracy": float((match[code] == label).mean())}


def correlations(generator: zs.Generator) -> dict[str, dict[str, list[float]]]:
    """Return Pearson's r of each continuous code with each measure: [as they come, within categories]."""
    images, inputs = generator.sample_with_inputs(SAMPLES, seed=1)
    category = torch.nn.functional.one_hot(inputs["c1"]).double()
    means = category / category.sum(0)

    def within(values: torch.Tensor) -> torch.Tensor:
        return values - category @ (means.T @ values)

    table = {}
    for name in ("c2", "c3"):
        code = inputs[name].flatten().double()
        pairs = {measure: (code, function(images)) for measure, function in MEASURES.items()}
        table[name] = {m: [round(r(*pair), 3), round(r(*map(within, pair)), 3)] for m, pair in pairs.items()}
    return table


def r(one: torch.Tensor, other: torch.Tensor) -> float:
    """Return Pearson's correlation."""
    return float(torch.corrcoef(torch.stack([one, other]))[0, 1])


def strips(generator: zs.Generator) -> Image.Image:
    """Return, for c2 on the left and c3 on the right, a row a category over which the code goes from -1 to 1."""
    sweep = torch.linspace(-1, 1, STEPS).repeat(10)[:, None]
    latent = sampler.draw(generator.controls, 1, seed=3)["latent"].expand(10 * STEPS, -1)
    category = torch.arange(10).repeat_interleave(STEPS)
    halves = []
    for name, other in (("c2", "c3"), ("c3", "c2")):
        inputs = {"latent": latent, "c1": category, name: sweep, other: torch.zeros_like(sweep)}
        halves.append(pictures.grid(generator.sample(10 * STEPS, given=inputs), columns=STEPS, scale=2))
    left, right = halves
    sheet = Image.new("L", (left.width + 16 + right.width, left.height), 255)
    sheet.paste(left, (0, 0))
    sheet.paste(right, (left.width + 16, 0))
    return sheet


if __name__ == "__main__":
    main()
