"""Faces that are given sunglasses, by CycleGAN and CUT: Show 2 of issue 6.

python benchmarks/cyclegan_faces.py [--systems cyclegan cut] [--cpu-minutes 10] [--seeds 0 1 2] [--keep FOLDER]

cmu-faces, the part round the head in 64x64 pixels: with open eyes to the one side, with sunglasses to the other,
neither paired nor aligned. Fifteen people are for training, five for testing, and no network here learns from the five.
`sunglasses` is the share of their translated faces of which a classifier says so: three LeNets that vote, trained on
the fifteen alone. `person` is the share whose nearest face with sunglasses, by pixels, among all twenty people, is one
of the same person. `limits` says what classifier and neighbours make of real faces: none can do much better. Runs that
are in the result already are not repeated; those in --keep are continued.
"""

import argparse
import io
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import common
import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn.functional import pixel_shuffle, pixel_unshuffle

import zerosum as zs
from zerosum.data.files import open_files
from zerosum.latents.attributes import share, shifted
from zerosum.latents.sheet import draw
from zerosum.metrics.classifier import train_classifier

HEAD, SIDE, SEEN = (16, 8, 112, 104), 72, 64
"""Left, top, right and bottom of what is used of each picture of 128x120 pixels, the same for all; the side that it is
given; and that of the middle of it, which is translated. Training sees other parts of this size too."""
TEST_PEOPLE = ("bpm", "danieln", "kk49", "phoebe", "tammo")
"""Every fourth of the twenty, in the order of their names."""
JUDGES, JUDGE_STEPS = 3, 500
SHOWN = 10


@dataclass(frozen=True)
class Faces:
    """Faces, uint8 [N, 1, 72, 72], and the person and eyes of each."""

    images: Tensor
    people: list[str]
    eyes: list[str]

    @property
    def middle(self) -> Tensor:
        """What is seen of the faces in tests, uint8 [N, 1, 64, 64]."""
        edge = (SIDE - SEEN) // 2
        return self.images[:, :, edge : edge + SEEN, edge : edge + SEEN]

    def where(self, condition: Callable[[str, str], bool]) -> "Faces":
        """Return the faces of which `wanted(person, eyes)` is true."""
        rows = [at for at, pair in enumerate(zip(self.people, self.eyes, strict=True)) if condition(*pair)]
        return Faces(self.images[rows], [self.people[at] for at in rows], [self.eyes[at] for at in rows])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("ZEROSUM_DATA", "data")) / "cmu-faces")
    parser.add_argument("--systems", nargs="+", default=["cyclegan", "cut"])
    parser.add_argument("--cpu-minutes", type=float, default=10)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--name", default="cyclegan-faces")
    arguments = parser.parse_args()
    before = common.read(arguments.name) or {}
    runs: list[dict[str, Any]] = before["runs"] if before.get("cpu_minutes") == arguments.cpu_minutes else []
    faces = load(arguments.data)
    judges = trained_judges(faces.where(lambda person, eyes: person not in TEST_PEOPLE))
    reals = limits(faces, judges)
    for seed in arguments.seeds:
        for system in arguments.systems:
            if all((run["system"], run["seed"]) != (system, seed) for run in runs):
                with tempfile.TemporaryDirectory() as temporary:
                    folder = arguments.keep or Path(temporary)
                    run, sheet = measure(folder, faces, judges, system, seed, arguments.cpu_minutes)
                common.PICTURES.mkdir(exist_ok=True)
                sheet.save(common.PICTURES / f"{arguments.name}-{system}-seed-{seed}.png", optimize=True)
                runs.append(run)
                common.write(arguments.name, {"cpu_minutes": arguments.cpu_minutes, "limits": reals, "runs": runs})
    print(markdown(runs, reals))


def load(folder: Path) -> Faces:
    """Read the larger pictures of cmu-faces, in a zip or in folders, and cut out the heads."""
    files = open_files(next(iter(sorted(folder.glob("*128x120*.zip"))), folder))
    stems = {PurePosixPath(name).stem: name for name in files.names}
    named = {stem: stem.split("_") for stem in sorted(stems) if len(stem.split("_")) == 4}
    heads = [Image.open(io.BytesIO(files.read(stems[stem]))).convert("L").crop(HEAD) for stem in named]
    images = np.stack([np.asarray(head.resize((SIDE, SIDE), Image.Resampling.LANCZOS)) for head in heads])
    people, eyes = ([words[at] for words in named.values()] for at in (0, 3))
    return Faces(torch.from_numpy(images)[:, None], people, eyes)


def write(faces: Faces, folder: Path) -> tuple[Path, Path]:
    """Write faces as two folders, open eyes and sunglasses, each with its people for training and for testing."""
    for at, (person, eyes) in enumerate(zip(faces.people, faces.eyes, strict=True)):
        place = folder / eyes / ("test" if person in TEST_PEOPLE else "train")
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray(faces.images[at, 0].numpy()).save(place / f"{person}-{at:03d}.png")
    return folder / "open", folder / "sunglasses"


def trained_judges(faces: Faces) -> Callable[[Tensor], Tensor]:
    """Return the vote of classifiers trained on these faces: uint8 [N, 1, 64, 64] -> whether of sunglasses."""
    labels = torch.tensor([int(eyes == "sunglasses") for eyes in faces.eyes])
    judges = [
        train_classifier(folded(faces.middle), labels, 2, seed=seed, steps=JUDGE_STEPS, change=varied)
        for seed in range(JUDGES)
    ]

    def vote(images: Tensor) -> Tensor:
        return torch.stack([judge.predict(folded(images)) for judge in judges]).float().mean(0) > 0.5

    return vote


def folded(images: Tensor) -> Tensor:
    """Return images with blocks of 2x2 pixels as channels: the classifier would see larger ones at half the size."""
    return pixel_unshuffle(images, 2)


def varied(images: Tensor, random: torch.Generator) -> Tensor:
    """Return a folded batch shifted, half of them mirrored, in another light each: so 470 faces teach more."""
    images = shifted(pixel_shuffle(images, 2), random)
    mirrored = torch.rand(len(images), generator=random) < 0.5
    images[mirrored] = images[mirrored].flip(3)
    contrast, light = (torch.rand(len(images), 1, 1, 1, generator=random) - 0.5 for _ in range(2))
    return folded(((images.float() - 128) * (1 + 0.6 * contrast) + 128 + 40 * light).clamp(0, 255).to(torch.uint8))


def limits(faces: Faces, judges: Callable[[Tensor], Tensor]) -> dict[str, float]:
    """Return what judges and neighbours make of real faces of the people of the test."""
    glasses = faces.where(lambda person, eyes: person in TEST_PEOPLE and eyes == "sunglasses")
    plain = faces.where(lambda person, eyes: person in TEST_PEOPLE and eyes == "open")
    all_glasses = faces.where(lambda person, eyes: eyes == "sunglasses")
    return {
        "real with sunglasses: sunglasses": share(judges(glasses.middle)),
        "real without: sunglasses": share(judges(plain.middle)),
        "real with sunglasses: person": person_kept(glasses.middle, glasses.people, all_glasses),
        "real without: person": person_kept(plain.middle, plain.people, all_glasses),
    }


def person_kept(images: Tensor, people: list[str], others: Faces) -> float:
    """Return the share of images whose nearest known one, themselves left out, is of the same person."""
    distances = torch.cdist(images.flatten(1).float(), others.middle.flatten(1).float())
    distances[distances == 0] = torch.inf
    nearest = [others.people[at] for at in distances.argmin(1).tolist()]
    return sum(a == b for a, b in zip(nearest, people, strict=True)) / len(people)


def measure(
    folder: Path, faces: Faces, judges: Callable[[Tensor], Tensor], system: str, seed: int, cpu_minutes: float
) -> tuple[dict[str, Any], Image.Image]:
    """Train one system and judge its translations of the faces of the test; return these too, drawn."""
    source, target = write(faces, folder / "faces")
    out, recipe = folder / f"{system}-{seed}", common.HERE.parent / "recipes" / f"{system}-faces.yaml"
    zs.train(str(recipe), str(source), target=str(target), out=out, seed=seed, settings=[f"cpu_minutes={cpu_minutes}"])
    last = zs.Run.open(out).records(out / "log.jsonl")[-1]
    plain = faces.where(lambda person, eyes: person in TEST_PEOPLE and eyes == "open")
    all_glasses = faces.where(lambda person, eyes: eyes == "sunglasses")
    fake = zs.load(out).translate(plain.middle)
    result = {
        "system": system,
        "seed": seed,
        **{key: last[key] for key in ("step", "cpu_seconds")},
        "sunglasses": share(judges(fake)),
        "person": person_kept(fake, plain.people, all_glasses),
        "changed": float((fake.float() - plain.middle.float()).abs().mean()),
    }
    print(result, flush=True)
    rows = torch.linspace(0, len(fake) - 1, SHOWN).long()
    return result, draw(torch.stack([plain.middle[rows], fake[rows]]), rows=["before", "after"])


def markdown(runs: list[dict[str, Any]], reals: dict[str, float]) -> str:
    """Return the table for the documentation."""
    lines = ["| | seed | said to have sunglasses | nearest person right | rounds |", "|---|---|---|---|---|"]
    for run in sorted(runs, key=lambda run: (run["system"], run["seed"])):
        shares = f"{run['sunglasses']:.0%} | {run['person']:.0%}"
        lines.append(f"| {run['system']} | {run['seed']} | {shares} | {run['step']} |")
    for who in ("real with sunglasses", "real without"):
        shares = f"{reals[f'{who}: sunglasses']:.0%} | {reals[f'{who}: person']:.0%}"
        lines.append(f"| {who} | | {shares} | |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
