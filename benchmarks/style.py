"""A drawn style learned without pairs, against the fixed filter that it is: Show 6 of issue 6.

python benchmarks/style.py [--data cifar10-jpg] [--cpu-minutes 29] [--seeds 0] [--keep FOLDER]

Half of the photos are sources; the other half, put through the filter, are targets: brightness of each colour in four
steps, and black lines along edges. No photo is on both sides. On held-out photos it is known what the filter makes of
them: SSIM and the share of equal labels compare each translation with that. The labels are those that the classifier
of the filtered photos sees in both. Of the filter's lines it is counted which are drawn at the very pixel, and which
within one pixel. What is in the result already is not measured again; runs in --keep are continued.
"""

import argparse
import tempfile
from pathlib import Path
from typing import Any

import common
import numpy as np
import paired
import torch
from torch import Tensor
from torch.nn.functional import max_pool2d

import zerosum as zs
from zerosum.data.dataset import Dataset, images_inside, images_outside
from zerosum.data.edges import outlines
from zerosum.data.load import load
from zerosum.data.pairing import load_translation
from zerosum.data.source_target import Translation
from zerosum.metrics.evaluate import Evaluator
from zerosum.metrics.pairs import ssim
from zerosum.tasks.translation.sampler import TranslatingSampler

RECIPE, SYSTEM = common.HERE.parent / "recipes" / "style.yaml", "cyclegan"
STEPS = 4
SEEN, DARKER = 0.25, 0.15
"""Lines count where a photo is brighter than this, from 0 to 1; they are drawn where it gets so much darker."""
METRICS = ("ssim", "psnr", "l1", "fd", "label_kept")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", default="cifar10-jpg")
    parser.add_argument("--cpu-minutes", type=float, default=29)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--name", default="style")
    arguments = parser.parse_args()
    content = {"recipe": f"recipes/{RECIPE.name}", "data": arguments.data, "cpu_minutes": arguments.cpu_minutes}
    before = common.read(arguments.name) or {}
    runs: list[dict[str, Any]] = before["runs"] if all(before.get(key) == content[key] for key in content) else []
    for seed in arguments.seeds:
        if any(run["seed"] == seed for run in runs):
            continue
        with tempfile.TemporaryDirectory() as temporary:
            folder = arguments.keep or Path(temporary)
            runs.append(measure(folder, arguments.data, seed, arguments.cpu_minutes, arguments.name))
        common.write(arguments.name, content | {"runs": runs})
    print(markdown(runs))


def measure(folder: Path, data: str, seed: int, cpu_minutes: float, name: str) -> dict[str, Any]:
    """Train on the two halves, and compare what is made of held-out photos with what the filter makes."""
    photos, styled = prepared(folder, data)
    out = folder / f"{name}-{SYSTEM}-{seed}"
    took = paired.trained(out, RECIPE, str(photos), cpu_minutes, seed, target=str(styled))
    train, test = (load_translation(str(photos), target=str(styled), split=split) for split in ("train", "test"))
    evaluator = paired.evaluator_of(train, test)
    sampler = TranslatingSampler(zs.load(out).game, test)
    scores = evaluator.evaluate(sampler, metrics=METRICS, n=len(test))
    result = {"system": SYSTEM, "seed": seed, **took, **{score.metric: score.value for score in scores}}
    result["floor"] = {score.metric: score.floor for score in scores if score.floor is not None}
    result |= contents(evaluator, sampler, test)
    if seed == 0:
        paired.sheet(f"{name}-{SYSTEM}", test, {SYSTEM: paired.rule_of(out)})
    print(result, flush=True)
    return result


def contents(evaluator: Evaluator, sampler: TranslatingSampler, test: Translation) -> dict[str, float]:
    """Return how often the classifier sees the same in a translation and in what the filter makes of the photo.

    Beside it stand the photos as they are: what a translator gets that changes nothing.
    """
    classifier, count = evaluator.features.classifier, len(test)
    assert classifier is not None
    assert sampler.translated.truth is not None
    images, targets = sampler.translated.truth(0, count)
    fake, true = (classifier.predict_from(evaluator.features(part)) for part in (images, targets))
    photos = images_outside(test.inputs(sampler.order)["x"])
    photo = classifier.predict_from(evaluator.features(photos))
    return {
        "agreement": float((fake == true).double().mean()),
        "agreement_of_photos": float((photo == true).double().mean()),
        "ssim_of_photos": float(ssim(photos, targets).mean()),
    } | lines(photos, images)


def lines(photos: Tensor, fake: Tensor) -> dict[str, float]:
    """Return how many of the filter's line pixels are dark in translations uint8 [N, C, H, W] of photos.

    "lines_met" counts those that are dark themselves, "lines_near" those with a dark one among them and their eight
    neighbours, and "lines_false" how many of the dark pixels are neither.
    """
    before, after = (images.float().mean(1, keepdim=True) / 255 for images in (photos, fake))
    true = (outlines(images_inside(photos)) < 0) & (before > SEEN)
    drawn_there = (before - after > DARKER) & (before > SEEN)
    near, around = (max_pool2d(where.float(), 3, stride=1, padding=1) > 0 for where in (drawn_there, true))
    return {
        "lines_met": float((drawn_there & true).sum() / true.sum()),
        "lines_near": float((near & true).sum() / true.sum()),
        "lines_false": float((drawn_there & ~around).sum() / drawn_there.sum().clamp_min(1)),
    }


def prepared(folder: Path, data: str) -> tuple[Path, Path]:
    """Write photos and filtered photos as arrays, half of the train split each, and the test split in both."""
    folder.mkdir(parents=True, exist_ok=True)
    train, test = (load(paired.located(data), split=split) for split in ("train", "test"))
    order = torch.randperm(len(train), generator=torch.Generator().manual_seed(0))
    halves = order[: len(order) // 2], order[len(order) // 2 :]
    paths = folder / f"{data}-photos.npz", folder / f"{data}-styled.npz"
    for path, half, change in zip(paths, halves, (lambda images: images, drawn), strict=True):
        if not path.exists():
            write(path, arrays(train, half, change) | arrays(test, torch.arange(len(test)), change))
    return paths


def write(path: Path, content: dict[str, Any]) -> None:
    """Write arrays in one piece: what is half written is not found by the next run."""
    part = path.with_suffix(".part.npz")
    np.savez(part, **content)
    part.replace(path)


def arrays(dataset: Dataset, rows: Tensor, change: Any) -> dict[str, Any]:
    """Return changed images and their labels under the names that zerosum reads splits from."""
    batch = dataset.batch(rows)
    images = images_outside(change(batch["real"])).permute(0, 2, 3, 1).numpy()
    return {f"x_{dataset.split}": images, f"y_{dataset.split}": batch["label"].numpy()}


def drawn(images: Tensor) -> Tensor:
    """Return images [N, C, H, W] in [-1, 1] in `STEPS` steps of brightness a colour, with black lines along edges."""
    steps = ((images_outside(images).float() / 255 * STEPS).floor().clamp(max=STEPS - 1) + 0.5) / STEPS
    ink = (1 - outlines(images)) / 2
    return images_inside(((steps * (1 - ink)) * 255).round())


def markdown(runs: list[dict[str, Any]]) -> str:
    """Return the table for the documentation: medians over the seeds."""
    lines = [
        "| system | SSIM to the filter | label as the filter's | lines at the pixel, within one | FD | rounds |",
        "|---" * 6 + "|",
    ]
    for system in dict.fromkeys(run["system"] for run in runs):
        own = [run for run in runs if run["system"] == system]
        middle = common.over_seeds(own, ("ssim", "agreement", "lines_met", "lines_near", "fd", "step"))
        ssim, agreement, met, near, fd, step = (middle[key][0] for key in middle if key != "seeds")
        lines.append(f"| {system} | {ssim:.3f} | {agreement:.1%} | {met:.0%}, {near:.0%} | {fd:.1f} | {step} |")
    if runs:
        similarity, agreement = runs[0]["ssim_of_photos"], runs[0]["agreement_of_photos"]
        lines.append(f"| the photos as they are | {similarity:.3f} | {agreement:.1%} |  |  |  |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
