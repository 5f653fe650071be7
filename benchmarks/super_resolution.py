"""Images enlarged four times by a game, by regression and by bicubic interpolation: Show 5 of issue 6.

python benchmarks/super_resolution.py [--data cifar10-jpg] [--pairs small:4] [--cpu-minutes 10] [--seeds 0]
    [--images 2000] [--keep FOLDER]

recipes/super-resolution.yaml, once with the adversarial loss and once without it, with equal CPU time. Bicubic
interpolation is what the networks start from: their source is the small image enlarged so. What is in the result
already is not measured again; runs in --keep are continued.
"""

import argparse
import tempfile
from pathlib import Path
from typing import Any

import common
import paired
from torch import Tensor

RECIPE = common.HERE.parent / "recipes" / "super-resolution.yaml"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", nargs="+", default=["cifar10-jpg"])
    parser.add_argument("--pairs", default="small:4")
    parser.add_argument("--cpu-minutes", type=float, default=10)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--images", type=int, default=2000)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--name", default="super_resolution")
    arguments = parser.parse_args()
    content = {"recipe": f"recipes/{RECIPE.name}"} | {
        name: getattr(arguments, name) for name in ("pairs", "cpu_minutes", "images")
    }
    before = common.read(arguments.name) or {}
    runs: list[dict[str, Any]] = before["runs"] if all(before.get(key) == content[key] for key in content) else []
    for seed in arguments.seeds:
        for data in arguments.data:
            if any((run["data"], run["seed"]) == (data, seed) for run in runs):
                continue
            with tempfile.TemporaryDirectory() as temporary:
                folder = arguments.keep or Path(temporary)
                runs += measure(
                    folder, data, arguments.pairs, seed, arguments.cpu_minutes, arguments.images, arguments.name
                )
            common.write(arguments.name, content | {"runs": runs})
    print(markdown(runs))


def measure(
    folder: Path, data: str, pairs: str, seed: int, cpu_minutes: float, images: int, name: str
) -> list[dict[str, Any]]:
    """Enlarge one data set in all three ways, score them, and draw them side by side."""
    about, rule, stem = {"data": data, "seed": seed}, ("bicubic", bicubic), folder / f"{name}-{data}"
    rows, rules = paired.contest(stem, RECIPE, data, pairs, rule, about, cpu_minutes=cpu_minutes, images=images)
    if seed == 0:
        paired.sheet(stem.name, paired.splits(data, pairs=pairs)[1], rules)
    return rows


def bicubic(inputs: dict[str, Tensor]) -> Tensor:
    """Return the sources: they are the small images, enlarged bicubically."""
    return inputs["x"]


def markdown(runs: list[dict[str, Any]]) -> str:
    """Return the table for the documentation: medians over the seeds."""
    lines = ["| data | enlarged by | PSNR (dB) | SSIM | L1 | FD | floor |", "|---|---|---|---|---|---|---|"]
    for data, kind in dict.fromkeys((run["data"], run["kind"]) for run in runs):
        own = [run for run in runs if (run["data"], run["kind"]) == (data, kind)]
        middle = common.over_seeds(own, paired.METRICS)
        psnr, ssim, l1, fd = (middle[metric][0] for metric in paired.METRICS)
        floor = f"{own[0]['floor']:.1f}" if "floor" in own[0] else ""
        lines.append(f"| {data} | {kind} | {psnr:.2f} | {ssim:.3f} | {l1:.4f} | {fd:.1f} | {floor} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
