"""Own folders as they are typed: `zerosum train FOLDER --minutes M`, against r1gan as it was published.

python benchmarks/own_folders.py --data-root FOLDER --keep FOLDER [--sets faces ...] [--minutes 2 10 30] [--seeds 1]
    [--clock wall]

624 faces of 64x60 pixels, 600 emoji of 72x72 with transparency, 5,000 photos of 32x32, 500 clothes of 28x28, each as a
folder of files. Scores are in the judge's features of ImageNet, which are not those that D looks through, and in
patches, which know nothing of ImageNet. Minutes are of the clock, on all cores, as a user's are: nothing else should
run. With `--clock cpu` they are those of one core, whatever else runs, and a user's are worth more. `seen` is the share
of made faces that a classifier, trained on the faces and as many photos of other things in grey, takes for faces.
Killed or interrupted, the same command goes on where it was.
"""

import argparse
import random
import shutil
import statistics
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import common
import torch
from PIL import Image
from torch import Tensor

import zerosum as zs
from zerosum.data.load import load
from zerosum.metrics.classifier import train_classifier

METRICS = ("fd", "kd", "coverage", "precision")
FEATURES = ("imagenet", "patches")
SEEN = 500
"""Made faces that are shown to the classifier."""
WAYS: dict[str, tuple[str | None, dict[str, Any]]] = {
    "as typed": (None, {}),
    "r1gan as published": ("r1gan", {"as_published": True}),
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data-root", type=Path, required=True)
    parser.add_argument("--keep", type=Path, required=True, help="where folders and runs are")
    parser.add_argument("--sets", nargs="*", choices=SETS, default=list(SETS))
    parser.add_argument("--minutes", nargs="*", type=float, default=[2, 10, 30])
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--clock", choices=("wall", "cpu"), default="wall")
    parser.add_argument("--ways", nargs="*", choices=WAYS, default=list(WAYS))
    arguments = parser.parse_args()
    runs: list[dict[str, Any]] = (common.read("own-folders") or {}).get("runs", [])
    for seed in range(arguments.seeds):
        for minutes in arguments.minutes:
            for name in arguments.sets:
                folder = arguments.keep / name
                if not folder.exists():
                    SETS[name](arguments.data_root, folder)
                for way in arguments.ways:
                    key = {"set": name, "minutes": minutes, "clock": arguments.clock, "seed": seed, "way": way}
                    if not any(key.items() <= run.items() for run in runs):
                        runs.append(key | measure(folder, arguments.data_root, minutes, arguments.clock, seed, way))
                        common.write("own-folders", {"table": table(runs), "runs": runs})


def measure(folder: Path, root: Path, minutes: float, clock: str, seed: int, way: str) -> dict[str, Any]:
    """Train on a folder as it is typed, keep the last picture, and score the run."""
    system, more = WAYS[way]
    out = folder.with_name(f"{folder.name}-{minutes:g}-{seed}-{way.replace(' ', '-')}")
    words = (str(folder),) if system is None else (system, str(folder))
    budget = {"minutes": minutes} if clock == "wall" else {"settings": ["steps=null", f"cpu_minutes={minutes}"]}
    done = zs.train(*words, out=out, seed=seed, fresh=True, quiet=False, **budget, **more)
    last, recipe = done.run.records(done.run.log)[-1], done.run.recipe()
    result: dict[str, Any] = {"system": recipe.system, "rounds": last["step"], "chosen": list(recipe.chosen)}
    result |= {"shape": list(recipe.data.shape), "batch_size": recipe.batch_size, "processes": recipe.processes}
    result |= {"threads": recipe.threads, "width": recipe.players["generator"].get("width")}
    result["scores"] = {
        features: {score.metric: score.value for score in zs.evaluate(out, metrics=METRICS, features=features, n=2000)}
        for features in FEATURES
    }
    if folder.name == "faces":
        result["seen"] = seen(root, folder, zs.load(out).sample(SEEN, seed=1))
    if seed == 0:
        common.PICTURES.mkdir(exist_ok=True)
        picture = common.PICTURES / f"own-folders-{folder.name}-{minutes:g}-{clock}-minutes-{way.replace(' ', '-')}.png"
        Image.open(sorted((out / "samples").glob("*.png"))[-1]).save(picture, optimize=True)
    shutil.rmtree(out)
    print(folder.name, minutes, seed, way, result, flush=True)
    return result


def table(runs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return a row a set and length: the medians of both ways over the seeds, and how many times nearer ours are."""
    rows = []
    for name, minutes, clock in dict.fromkeys((run["set"], run["minutes"], run["clock"]) for run in runs):
        row: dict[str, Any] = {"set": name, "minutes": minutes, "clock": clock}
        for way in WAYS:
            key = {"set": name, "minutes": minutes, "clock": clock, "way": way}
            own = [run for run in runs if key.items() <= run.items()]
            for features in FEATURES:
                for metric in METRICS:
                    values = [run["scores"][features][metric] for run in own if metric in run["scores"][features]]
                    if values:
                        row[f"{way}, {metric} in {features}"] = statistics.median(values)
        ours, theirs = (row.get(f"{way}, fd in imagenet") for way in WAYS)
        rows.append(row | ({"times nearer": theirs / ours} if ours and theirs else {}))
    return rows


def seen(root: Path, folder: Path, fake: Tensor) -> dict[str, float]:
    """Return the share of made faces that are taken for faces, and the shares of held-out images that are told right.

    The classifier is a LeNet of the faces and of as many photos of other things, in grey and of the same size.
    """
    others = folder.with_name("others")
    if not others.exists():
        unpacked(root / "cifar10-jpg" / "test.zip", others, 700, ".jpg")
    size = {"size": "64x60", "channels": 1}
    sets = [load(str(place), **size).values for place in (folder, others)]
    held = [values[::10] for values in sets]
    kept = [torch.cat([values[at::10] for at in range(1, 10)]) for values in sets]
    labels = torch.cat([torch.full((len(values),), number) for number, values in enumerate(kept)])
    judge = train_classifier(torch.cat(kept), labels, 2, steps=500)
    shares = {
        name: (judge.predict(values) == 0).float().mean()
        for name, values in zip(("faces", "others"), held, strict=True)
    }
    share = float((judge.predict(fake) == 0).float().mean())
    return {"share": share, "held-out faces": float(shares["faces"]), "held-out others": 1 - float(shares["others"])}


def faces(root: Path, folder: Path) -> None:
    """Write the faces at half their size, as they were published."""
    unpacked(root / "cmu-faces" / "faces_64x60_pgm_original.zip", folder, 624, ".pgm")


def emoji(root: Path, folder: Path) -> None:
    """Write 600 emoji, drawn once."""
    unpacked(root / "emoji" / "noto_png72.zip", folder, 600, ".png")


def photos(root: Path, folder: Path) -> None:
    """Write 5,000 photos, drawn once, without their labels."""
    unpacked(root / "cifar10-jpg" / "train.zip", folder, 5000, ".jpg")


def clothes(root: Path, folder: Path) -> None:
    """Write the first 500 images of Fashion-MNIST."""
    folder.mkdir(parents=True)
    images = load("fashion-mnist", root=root).batch(torch.arange(500))["real"]
    for number, image in enumerate(((images + 1) * 127.5).round().byte().numpy()):
        Image.fromarray(image[0]).save(folder / f"{number:03d}.png")


def unpacked(archive: Path, folder: Path, count: int, ending: str) -> None:
    """Write so many files of an archive into a folder, without the folders that they lie in."""
    folder.mkdir(parents=True)
    with zipfile.ZipFile(archive) as files:
        names = sorted(name for name in files.namelist() if name.endswith(ending))
        for name in random.Random(0).sample(names, min(count, len(names))):
            (folder / name.replace("/", "-")).write_bytes(files.read(name))


SETS: dict[str, Callable[[Path, Path], None]] = {"faces": faces, "emoji": emoji, "photos": photos, "clothes": clothes}


if __name__ == "__main__":
    main()
