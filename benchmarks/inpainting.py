"""Holes filled by a game, by regression and by scikit-image's biharmonic equation: Show 4 of issue 6.

python benchmarks/inpainting.py [--data fashion-mnist cifar10-jpg] [--holes centre free] [--cpu-minutes 6]
    [--seeds 0] [--images 2000] [--keep FOLDER]

The recipes of `RECIPES`, once with the adversarial loss and once without it, with equal CPU time. PSNR
and SSIM are of whole images, of which known pixels are right by construction; the Frechet distance is in the features
of the classifier of the data's labels. All see the same holes of the same test images. What is in
the result already is not measured again; runs in --keep are continued. Needs scikit-image (pip install scikit-image).
"""

import argparse
import tempfile
from pathlib import Path
from typing import Any

import common
import numpy as np
import paired
import torch
from skimage.restoration import inpaint_biharmonic
from torch import Tensor

RECIPES = {"fashion-mnist": "inpainting-shapes", "cifar10-jpg": "inpainting"}
"""For each data set."""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", nargs="+", choices=RECIPES, default=list(RECIPES))
    parser.add_argument("--holes", nargs="+", default=["centre", "free"])
    parser.add_argument("--cpu-minutes", type=float, default=6)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--images", type=int, default=2000)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--name", default="inpainting")
    arguments = parser.parse_args()
    before = common.read(arguments.name) or {}
    same = (before.get("cpu_minutes"), before.get("images")) == (arguments.cpu_minutes, arguments.images)
    runs: list[dict[str, Any]] = before["runs"] if same else []
    for seed in arguments.seeds:
        for data in arguments.data:
            for holes in arguments.holes:
                if any((run["data"], run["holes"], run["seed"]) == (data, holes, seed) for run in runs):
                    continue
                with tempfile.TemporaryDirectory() as temporary:
                    folder = arguments.keep or Path(temporary)
                    runs += measure(folder, data, holes, seed, arguments.cpu_minutes, arguments.images, arguments.name)
                content = {"recipes": RECIPES, "cpu_minutes": arguments.cpu_minutes, "images": arguments.images}
                common.write(arguments.name, content | {"runs": runs})
    print(markdown(runs))


def measure(
    folder: Path, data: str, holes: str, seed: int, cpu_minutes: float, images: int, name: str
) -> list[dict[str, Any]]:
    """Fill holes of one kind in one data set in all three ways, score them, and draw them side by side."""
    recipe = common.HERE.parent / "recipes" / f"{RECIPES[data]}.yaml"
    pairs, about = f"masked:{holes}", {"data": data, "holes": holes, "seed": seed}
    rule, stem = ("biharmonic", biharmonic), folder / f"{name}-{data}-{holes}"
    rows, rules = paired.contest(stem, recipe, data, pairs, rule, about, cpu_minutes=cpu_minutes, images=images)
    if seed == 0:
        paired.sheet(stem.name, paired.splits(data, pairs=pairs)[1], {"biharmonic": biharmonic, **rules})
    return rows


def biharmonic(inputs: dict[str, Tensor]) -> Tensor:
    """Fill holes by the biharmonic equation; images inside."""
    rows = zip(inputs["x"], inputs["mask"], strict=True)
    return torch.stack([filled(x, mask) for x, mask in rows])


def filled(x: Tensor, mask: Tensor) -> Tensor:
    """Fill one image [C, H, W]."""
    pixels = ((x + 1) / 2).permute(1, 2, 0).double().numpy()
    image = inpaint_biharmonic(pixels, mask[0].numpy() > 0, channel_axis=-1)
    return torch.from_numpy(np.clip(image, 0, 1) * 2 - 1).permute(2, 0, 1).float()


def markdown(runs: list[dict[str, Any]]) -> str:
    """Return the table for the documentation: medians over the seeds."""
    lines = ["| data | holes | filled by | PSNR (dB) | SSIM | L1 | FD | floor |", "|---|---|---|---|---|---|---|---|"]
    for data, holes, kind in dict.fromkeys((run["data"], run["holes"], run["kind"]) for run in runs):
        own = [run for run in runs if (run["data"], run["holes"], run["kind"]) == (data, holes, kind)]
        middle = common.over_seeds(own, paired.METRICS)
        psnr, ssim, l1, fd = (middle[metric][0] for metric in paired.METRICS)
        floor = f"{own[0]['floor']:.1f}" if "floor" in own[0] else ""
        lines.append(f"| {data} | {holes} | {kind} | {psnr:.2f} | {ssim:.3f} | {l1:.4f} | {fd:.1f} | {floor} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
