"""What the metrics of memorisation say of a sampler that copies a known share of the train split.

python benchmarks/copying.py [--data mnist digits] [--data-root FOLDER]

The rest of its samples are test images; noise, in grey levels, is added to all. `fresh` scores one random half of the
test split against the other, which no copier had a hand in: the spread that a sound generator has by chance.
"""

import argparse
from pathlib import Path
from typing import Any

import common
import torch

from zerosum.data.dataset import Resident
from zerosum.data.load import load
from zerosum.metrics.memorisation import Gaps, copying, nearest_ratio
from zerosum.metrics.named_features import named_features
from zerosum.metrics.reference import Reference
from zerosum.metrics.source import choose

SHARES, NOISES, HALVES = (0.0, 0.1, 0.3, 1.0), (0.0, 10.0), 10


def main() -> None:
    torch.set_num_threads(1)
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", nargs="+", default=["mnist", "digits"])
    parser.add_argument("--data-root", type=Path)
    arguments = parser.parse_args()
    common.write("copying", {"data": {name: measure(name, arguments.data_root) for name in arguments.data}})


def measure(name: str, root: Path | None) -> dict[str, Any]:
    """Return what each sampler on these data gets."""
    train, test = (load(name, split=split, root=root) for split in ("train", "test"))
    assert isinstance(train, Resident)
    assert isinstance(test, Resident)
    reference = Reference(train, test, named_features("classifier", train, test))
    copiers = [copier(train, test, reference, share, noise) for share in SHARES for noise in NOISES]
    return {"train": len(train), "test": len(test), "copiers": copiers, "fresh": fresh(reference)}


def copier(train: Resident, test: Resident, reference: Reference, share: float, noise: float) -> dict[str, float]:
    """Score as many samples as there are test images, of which `share` are copies."""
    count = len(reference.indices)
    random = torch.Generator().manual_seed(0)
    copies = train.values[torch.randint(len(train), (count,), generator=random)]
    honest = test.values[choose(count, len(test), seed=1)]
    copied = torch.rand(count, 1, 1, 1, generator=random) < share
    images = torch.where(copied, copies, honest).float()
    images += noise * torch.randn(images.shape, generator=random)
    features = reference.features(images.round().clamp(0, 255).to(torch.uint8))
    gaps = Gaps.of(reference.train_side.gaps(features), reference.gaps)
    return {"share": share, "noise": noise, **scores(gaps)}


def fresh(reference: Reference) -> list[dict[str, float]]:
    """Score halves of the test split against each other."""
    features, rows = reference.real.features, []
    for seed in range(HALVES):
        ours, theirs = choose(len(features), len(features), seed=seed).chunk(2)
        gaps = [reference.train_side.gaps(features[half]) for half in (ours, theirs)]
        rows.append(scores(Gaps.of(*gaps)))
    return rows


def scores(gaps: Gaps) -> dict[str, float]:
    median, low = nearest_ratio(gaps)
    return {"nearest_ratio": median, "nearest_ratio_low": low, "copying": copying(gaps)}


if __name__ == "__main__":
    main()
