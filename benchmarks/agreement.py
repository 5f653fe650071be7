"""Does the judge rank runs as other judges do? Twenty runs of different quality, judged in several features.

python benchmarks/agreement.py train --work FOLDER    train what is not trained yet, 40 CPU minutes in all
python benchmarks/agreement.py judge --work FOLDER    score all of them, and keep the rank correlations
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

import paired

import zerosum as zs

DATA = {"cifar10-jpg": "cifar10-jpg", "cmu-faces": "cmu-faces"}
RECIPE = Path(__file__).parent.parent / "recipes" / "mnist.yaml"
SMALL = ("generator.network=small", "discriminator.network=small")
BRISK = (*SMALL, "threads=1", "batch_size=32", "schedule=linear", "final_lr=0.05", "generator.width=32")
COMMON = (*BRISK, "discriminator.width=32", "generator.lr=1e-3", "discriminator.lr=1e-3", "steps=null")


@dataclass(frozen=True)
class Entry:
    """A run: system or recipe, CPU minutes, settings."""

    name: str
    system: str
    cpu_minutes: float
    settings: tuple[str, ...] = ()


ENTRIES = (
    Entry("r1-half", str(RECIPE), 0.5),
    Entry("r1-1", str(RECIPE), 1),
    Entry("r1-4", str(RECIPE), 4),
    Entry("r1-narrow", str(RECIPE), 1, ("generator.width=8", "discriminator.width=8")),
    Entry("r1-wide", str(RECIPE), 3, ("generator.width=64", "discriminator.width=64")),
    Entry("r3gan", "r3gan", 2, COMMON),
    Entry("dcgan", "dcgan", 2, COMMON),
    Entry("sngan", "sngan", 2, COMMON),
    Entry("lsgan", "lsgan", 2, COMMON),
    Entry("wgan-gp", "wgan-gp", 2, COMMON),
)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("stage", choices=("train", "judge"))
    parser.add_argument("--work", type=Path, default=Path("runs") / "agreement")
    given = parser.parse_args()
    if given.stage == "train":
        train(given.work)


def train(work: Path) -> None:
    """Train every entry on both data sets; what is complete stays."""
    for entry in ENTRIES:
        for data in DATA:
            out = work / f"{data}-{entry.name}"
            settings = [*entry.settings, f"cpu_minutes={entry.cpu_minutes}", "sample_every=100000", "log_every=10"]
            zs.train(entry.system, paired.located(data), out=out, size=32, settings=settings, device="cpu")
            print(out, flush=True)


if __name__ == "__main__":
    main()
