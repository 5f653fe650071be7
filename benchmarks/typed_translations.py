"""Translators as they are typed, against guesses that take no learning: Show 3 of what is typed first.

python benchmarks/typed_translations.py --keep FOLDER [--tasks ...] [--cpu-minutes 10] [--seeds 0] [--photos FOLDER]

`pix2pix` draws faces of people whom training does not see, emoji, and photos, from their outlines; `cyclegan` turns
digits into tinted outlines of other digits, and outlines into faces, without pairs; `pix2pix` enlarges photos of 8x8
pixels to 32x32, as sharp as it does by itself, and at both ends of `--sharpness`. Nothing but the data is set, and the
length: minutes of one core, so that what else runs has no part in it; a user's minutes on all cores are worth more.
Each rival is a rule of `tasks.translation.rivals`, with all train pairs, which a system without pairs has never seen.
The enlarger is also tried on photos of another source, the middle 384 pixels and the same at half the size: --photos is
a folder of them (here those in the packages scikit-image 0.26.0 and scikit-learn 1.9.1). Killed or interrupted, the
same command goes on where it was.
"""

import argparse
import os
import statistics
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import common
import cyclegan_digits
import cyclegan_faces
import numpy as np
import paired
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

import zerosum as zs
from zerosum.data.dataset import Resident, images_outside
from zerosum.data.makers import small
from zerosum.data.pairing import load_translation
from zerosum.data.source_target import Matched, Translation
from zerosum.drawing import pictures
from zerosum.metrics.pairs import l1, ssim
from zerosum.metrics.source import choose
from zerosum.tasks.translation.rivals import Rivals
from zerosum.tasks.translation.rows import grouped

ROOT = Path(os.environ.get("ZEROSUM_DATA", "data"))
IMAGES, SHOWN = 500, 16
AHEAD = 0.1
"""How much more structural similarity than the best rival is wanted."""
FACTOR, MIDDLE = 4, 384
Pairs = tuple[Translation, Translation]


@dataclass(frozen=True)
class Task:
    """What is typed, and the pairs that it is judged by, of a folder to keep things in."""

    system: str
    words: Callable[[Path], dict[str, Any]]
    pairs: Callable[[Path], Pairs]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--tasks", nargs="*", choices=TASKS, default=list(TASKS))
    parser.add_argument("--cpu-minutes", type=float, default=10)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--keep", type=Path, required=True, help="where data and runs are")
    parser.add_argument("--photos", type=Path, help="photos of another source")
    parser.add_argument("--name", default="typed-translations")
    arguments = parser.parse_args()
    arguments.keep.mkdir(parents=True, exist_ok=True)
    before = common.read(arguments.name) or {}
    runs: list[dict[str, Any]] = before["runs"] if before.get("cpu_minutes") == arguments.cpu_minutes else []
    for seed in arguments.seeds:
        for name in arguments.tasks:
            if all((run["task"], run["seed"]) != (name, seed) for run in runs):
                runs.append(measure(name, arguments.keep, seed, arguments.cpu_minutes, arguments.photos))
                common.write(arguments.name, {"cpu_minutes": arguments.cpu_minutes, "ahead": AHEAD, "runs": runs})


def measure(name: str, keep: Path, seed: int, cpu_minutes: float, photos: Path | None) -> dict[str, Any]:
    """Train what is typed, and score it and its rivals on the same test pairs."""
    task, out = TASKS[name], keep / f"{name}-{seed}"
    settings = [f"cpu_minutes={cpu_minutes}"]
    done = zs.train(task.system, out=out, seed=seed, settings=settings, quiet=False, **task.words(keep))
    last, recipe = done.run.records(done.run.log)[-1], done.run.recipe()
    train, test = task.pairs(keep)
    rivals, rows = Rivals(train, test), choose(IMAGES, len(test))
    truth, fake = images_outside(test.batch(rows)["real"]), images_outside(paired.rule_of(out)(test.inputs(rows)))
    scores = {rival: likeness(rivals(rival, rows), truth) for rival in rivals.guesses}
    result: dict[str, Any] = {
        "task": name,
        "system": task.system,
        "seed": seed,
        "verdict": str(done.verdict.state) if done.verdict else None,
    }
    result |= {"rounds": last["step"], "cpu_seconds": last["cpu_seconds"], "chosen": list(recipe.chosen)}
    result |= {"widths": {player: fields.get("width") for player, fields in recipe.players.items()}}
    result |= {"made": likeness(fake, truth), "rivals": scores} | standing(likeness(fake, truth), scores)
    result["fd"] = zs.evaluate(out, metrics=["fd"], features="imagenet")[0].value
    if photos is not None and name.startswith("photos-enlarged"):
        result["other photos"] = [enlarged(out, photos, half) for half in (False, True)]
    if seed == 0:
        sheet(name, test, rows[:SHOWN], fake[:SHOWN])
    print(result, flush=True)
    return result


def likeness(fake: Tensor, truth: Tensor) -> dict[str, float]:
    """Return the mean absolute difference, of a range of 1, and the mean structural similarity."""
    return {"l1": float(l1(fake, truth).mean()), "ssim": float(ssim(fake, truth).mean())}


def standing(scores: dict[str, float], rivals: dict[str, dict[str, float]]) -> dict[str, Any]:
    """Return whether a translator is ahead of every rival in both, and of the likest by as much as is wanted."""
    ssim_ahead = scores["ssim"] - max(each["ssim"] for each in rivals.values())
    l1_ratio = scores["l1"] / min(each["l1"] for each in rivals.values())
    return {"ssim_ahead": ssim_ahead, "l1_ratio": l1_ratio, "passed": ssim_ahead >= AHEAD and l1_ratio < 1}


def sheet(name: str, test: Translation, rows: Tensor, fake: Tensor) -> None:
    """Draw test images in groups: the source, what was made of it, the target."""
    common.PICTURES.mkdir(exist_ok=True)
    inside = fake.float() / 127.5 - 1
    picture = grouped([test.inputs(rows)["x"], inside, test.batch(rows)["real"]])
    about = {"columns": ["source", "made", "target"]}
    pictures.save(picture, common.PICTURES / f"typed-translations-{name}.png", metadata=about)


def enlarged(out: Path, folder: Path, half: bool) -> dict[str, Any]:
    """Return the PSNR of photos of another source, enlarged by the run and bicubically."""
    rule, rows = paired.rule_of(out), []
    for path in sorted(folder.iterdir()):
        photo = middle(Image.open(path).convert("RGB"), half)
        inputs = {"x": small(FACTOR, photo, torch.zeros(1, dtype=torch.long))["x"]}
        rows.append({"photo": path.stem, "bicubic": psnr(inputs["x"], photo), "made": psnr(rule(inputs), photo)})
    gains = [row["made"] - row["bicubic"] for row in rows]
    result: dict[str, Any] = {"half": half, "photos": len(rows), "ahead": sum(gain > 0 for gain in gains)}
    result |= {name: statistics.fmean(row[name] for row in rows) for name in ("bicubic", "made")}
    return result | {"median gain": statistics.median(gains), "worst gain": min(gains), "rows": rows}


def middle(photo: Image.Image, half: bool) -> Tensor:
    """Return the middle of a photo, [1, 3, H, W] in [-1, 1], its sides multiples of the factor."""
    values = torch.from_numpy(np.array(photo)).permute(2, 0, 1)[None].float() / 127.5 - 1
    if half:
        values = F.interpolate(values, scale_factor=0.5, mode="bicubic", antialias=True).clamp(-1, 1)
    height, width = (min(side, MIDDLE) // FACTOR * FACTOR for side in values.shape[2:])
    top, left = (values.shape[2] - height) // 2, (values.shape[3] - width) // 2
    return values[:, :, top : top + height, left : left + width]


def psnr(fake: Tensor, truth: Tensor) -> float:
    """Return the peak signal-to-noise ratio in dB of images in [-1, 1]."""
    return float(10 * torch.log10(4 / (fake.clamp(-1, 1) - truth).square().mean()))


def people(keep: Path) -> str:
    """Write the faces at half their size, with five people in the test split whom training does not see."""
    folder = keep / "people"
    if not folder.exists():
        faces = cyclegan_faces.load(ROOT / "cmu-faces")
        for at, (person, image) in enumerate(zip(faces.people, faces.middle, strict=True)):
            place = folder / ("test" if person in cyclegan_faces.TEST_PEOPLE else "train")
            place.mkdir(parents=True, exist_ok=True)
            Image.fromarray(image[0].numpy()).save(place / f"{person}-{at:03d}.png")
    return str(folder)


def outlined(source: str, **form: Any) -> Pairs:
    """Return the splits of pairs of outlines and images."""
    train, test = (load_translation(source, split=split, pairs="edges", **form) for split in ("train", "test"))
    return train, test


def digits(keep: Path) -> dict[str, Any]:
    """Return digits, and tinted outlines of other digits."""
    source, target = cyclegan_digits.domains(keep)
    return {"data": str(source), "target": str(target)}


def true_digits(keep: Path) -> Pairs:
    """Return digits with their own outlines, which training has never seen."""

    def of(split: str) -> Translation:
        images, _ = cyclegan_digits.split(split)
        pairs = torch.cat([images.expand(-1, 3, -1, -1), cyclegan_digits.counterpart(images)], 1)
        return Matched(Resident(pairs, name=split), 3)

    return of("train"), of("test")


def enlarger(**more: Any) -> Task:
    """Return what enlarges photos four times."""
    words = {"data": PHOTOS, "pairs": f"small:{FACTOR}", **more}
    return Task("pix2pix", lambda keep: words, lambda keep: paired.splits("cifar10-jpg", pairs=words["pairs"]))


EMOJI, PHOTOS = str(ROOT / "emoji" / "noto_png72.zip"), paired.located("cifar10-jpg")
TASKS: dict[str, Task] = {
    "faces-from-outlines": Task(
        "pix2pix", lambda keep: {"data": people(keep), "pairs": "edges"}, lambda keep: outlined(people(keep))
    ),
    "emoji-from-outlines": Task(
        "pix2pix",
        lambda keep: {"data": EMOJI, "pairs": "edges", "size": 48, "channels": 3},
        lambda keep: outlined(EMOJI, size=48, channels=3),
    ),
    "photos-from-outlines": Task(
        "pix2pix", lambda keep: {"data": PHOTOS, "pairs": "edges"}, lambda keep: outlined(PHOTOS)
    ),
    "digits-unpaired": Task("cyclegan", digits, true_digits),
    "faces-unpaired": Task(
        "cyclegan", lambda keep: {"data": people(keep), "pairs": "edges"}, lambda keep: outlined(people(keep))
    ),
    "photos-enlarged": enlarger(),
    "photos-enlarged-softest": enlarger(sharpness=0),
    "photos-enlarged-sharpest": enlarger(sharpness=1),
}


if __name__ == "__main__":
    main()
