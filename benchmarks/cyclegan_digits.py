"""CycleGAN where the truth is known but hidden: Show 1 of issue 6.

python benchmarks/cyclegan_digits.py [--cpu-minutes 10] [--seeds 0 1 2] [--keep FOLDER]

The sources are MNIST digits; the targets are other digits reduced to outlines, inverted, and tinted along a fixed
colour ramp (`counterpart`). Each digit of the train split is on one side only. On the test split, which training does
not see, what is learned is compared with the truth: SSIM of an image and its true counterpart, and the share of images
that keep their label for a classifier of the other domain, trained on that domain's true train images. `without` is the
same training without the cycle loss. The recipe's generators see some pixels around each pixel and cannot do much else
than what is right; `deep` ones see the whole digit, so that the cycle loss has more to forbid. Runs that are in the
result already are not repeated; those in --keep are continued.
"""

import argparse
import functools
import tempfile
from pathlib import Path
from typing import Any

import common
import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import max_pool2d

import zerosum as zs
from zerosum.data.load import load
from zerosum.drawing import pictures
from zerosum.metrics.classifier import LeNet, accuracy, train_classifier
from zerosum.metrics.pairs import ssim

RECIPE = common.HERE.parent / "recipes" / "cyclegan-digits.yaml"
RAMP = torch.tensor([[24, 28, 94], [201, 76, 76], [255, 244, 214]], dtype=torch.float32)
"""Of the tint: outlines, what is half of one, and the paper."""
DEEP, WITHOUT = ("generator.levels=1", "generator.blocks=6"), ("cycle_weight=0",)
KINDS: dict[str, tuple[str, ...]] = {
    "cycle": (),
    "without": WITHOUT,
    "deep": DEEP,
    "deep-without": (*DEEP, *WITHOUT),
}
TITLES = {
    "cycle": "CycleGAN",
    "without": "without the cycle loss",
    "deep": "deep generators",
    "deep-without": "deep generators, without the cycle loss",
}
WANTED = {"ssim": 0.8, "kept": 0.95}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--cpu-minutes", type=float, default=10)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS))
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--name", default="cyclegan-digits")
    arguments = parser.parse_args()
    before = common.read(arguments.name) or {}
    runs: list[dict[str, Any]] = before["runs"] if before.get("cpu_minutes") == arguments.cpu_minutes else []
    # The ablations are shown once; the claim is made of every seed.
    todo = [
        (kind, seed)
        for seed in arguments.seeds
        for kind in arguments.kinds
        if kind == "cycle" or seed == arguments.seeds[0]
    ]
    for kind, seed in todo:
        if all((run["kind"], run["seed"]) != (kind, seed) for run in runs):
            with tempfile.TemporaryDirectory() as temporary:
                folder = arguments.keep or Path(temporary)
                runs.append(measure(folder, kind, seed, arguments.cpu_minutes, arguments.name))
            content = {"recipe": f"recipes/{RECIPE.name}", "cpu_minutes": arguments.cpu_minutes, "ceilings": ceilings()}
            common.write(arguments.name, content | {"wanted": WANTED, "runs": runs, "passed": passed(runs)})
    print(markdown(runs))


def measure(folder: Path, kind: str, seed: int, cpu_minutes: float, name: str) -> dict[str, Any]:
    """Train with or without the cycle loss, and compare what is learned with the truth."""
    source, target = domains(folder)
    out, settings = folder / f"{kind}-{seed}", [f"cpu_minutes={cpu_minutes}", *KINDS[kind]]
    zs.train(str(RECIPE), str(source), target=str(target), out=out, seed=seed, settings=settings)
    last = zs.Run.open(out).records(out / "log.jsonl")[-1]
    generator = zs.load(out)
    sources, targets = split("test")[0], counterpart(split("test")[0])
    there, back = generator.translate(sources), generator.translate(targets, direction="backward")
    picture(sources, there, targets, back, common.PICTURES / f"{name}-{kind}-{seed}.png")
    result = {
        "kind": kind,
        "seed": seed,
        "settings": settings,
        "forward": compared(there, targets, "target"),
        "backward": compared(back, sources, "source"),
        **{key: last[key] for key in ("step", "cpu_seconds")},
    }
    print(result, flush=True)
    return result


def counterpart(digits: Tensor) -> Tensor:
    """Return the true targets, uint8 [N, 3, H, W], of digits, uint8 [N, 1, H, W].

    The outline is what grows where the digit grows by a pixel each way, the paper what is left, and both are tinted.
    """
    digits = digits.float() / 255
    paper = 1 - (max_pool2d(digits, 3, stride=1, padding=1) - digits)
    low, middle, high = (colour[:, None, None] for colour in RAMP)
    lower, upper = torch.lerp(low, middle, 2 * paper), torch.lerp(middle, high, 2 * paper - 1)
    return torch.where(paper < 0.5, lower, upper).round().to(torch.uint8)


def compared(fake: Tensor, truth: Tensor, domain: str) -> dict[str, float]:
    """Return the mean SSIM to the truth, and the share of images that keep their label."""
    near = torch.cat([ssim(*parts) for parts in zip(fake.split(500), truth.split(500), strict=True)])
    return {"ssim": float(near.mean()), "kept": accuracy(classifier(domain), fake, split("test")[1])}


def ceilings() -> dict[str, float]:
    """Return the share of true test images to which each classifier gives their label."""
    images, labels = split("test")
    truth = {"source": images, "target": counterpart(images)}
    return {domain: accuracy(classifier(domain), true, labels) for domain, true in truth.items()}


@functools.cache
def classifier(domain: str) -> LeNet:
    """Return a classifier of a domain's true train images."""
    images, labels = split("train")
    return train_classifier(images if domain == "source" else counterpart(images), labels, 10)


@functools.cache
def split(name: str) -> tuple[Tensor, Tensor]:
    """Return the digits of a split, uint8 [N, 1, 28, 28], and their labels."""
    dataset = load("mnist", split=name)
    assert dataset.labels is not None
    return dataset.outside(dataset.batch(torch.arange(len(dataset)))["real"]), dataset.labels


def domains(folder: Path) -> tuple[Path, Path]:
    """Write both domains, where they are not there: halves of the train split, and the whole test split."""
    paths = folder / "digits.npz", folder / "outlines.npz"
    train, test = split("train")[0], split("test")[0]
    half = len(train) // 2
    if not paths[0].exists():
        np.savez(paths[0], x_train=train[:half].numpy(), x_test=test.numpy())
    if not paths[1].exists():
        np.savez(paths[1], x_train=counterpart(train[half:]).numpy(), x_test=counterpart(test).numpy())
    return paths


def picture(sources: Tensor, there: Tensor, targets: Tensor, back: Tensor, path: Path, *, shown: int = 16) -> None:
    """Draw source, translation and truth below one another, and the same of the way back."""
    rows = [images[:shown].expand(-1, 3, -1, -1) for images in (sources, there, targets, targets, back, sources)]
    path.parent.mkdir(exist_ok=True)
    pictures.grid(torch.cat(rows), columns=shown).save(path, optimize=True)


def passed(runs: list[dict[str, Any]]) -> dict[str, bool]:
    """Return for each run whether both directions reach what is wanted."""
    return {
        f"{run['kind']}-{run['seed']}": all(
            run[way][name] >= least for way in ("forward", "backward") for name, least in WANTED.items()
        )
        for run in runs
    }


def markdown(runs: list[dict[str, Any]]) -> str:
    """Return the table for the documentation."""
    lines = [
        "| training | seed | forward: SSIM | label kept | backward: SSIM | label kept | rounds |",
        "|---|---|---|---|---|---|---|",
    ]
    for run in runs:
        cells = " | ".join(f"{run[way]['ssim']:.3f} | {run[way]['kept']:.1%}" for way in ("forward", "backward"))
        lines.append(f"| {TITLES[run['kind']]} | {run['seed']} | {cells} | {run['step']} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
