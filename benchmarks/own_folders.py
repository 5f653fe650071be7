"""Own folders as they are typed: `zerosum train FOLDER --minutes M`, against r1gan as it was published.

python benchmarks/own_folders.py --data-root FOLDER --keep FOLDER [--sets faces ...] [--minutes 2 10 30] [--seeds 1]

624 faces of 64x60 pixels, 600 emoji of 72x72 with transparency, 5,000 photos of 32x32, 500 clothes of 28x28, each as a
folder of files. Scores are in the judge's features of ImageNet, which are not those that D looks through, and in
patches, which know nothing of ImageNet. Minutes are of the clock, on all cores, as a user's are: nothing else should
run. Killed or interrupted, the same command goes on where it was.
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

import zerosum as zs
from zerosum.data.load import load

METRICS = ("fd", "kd", "coverage", "precision")
FEATURES = ("imagenet", "patches")
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
    given = parser.parse_args()
    runs: list[dict[str, Any]] = (common.read("own-folders") or {}).get("runs", [])
    for seed in range(given.seeds):
        for minutes in given.minutes:
            for name in given.sets:
                folder = given.keep / name
                if not folder.exists():
                    SETS[name](given.data_root, folder)
                for way in WAYS:
                    key = {"set": name, "minutes": minutes, "seed": seed, "way": way}
                    if not any(key.items() <= run.items() for run in runs):
                        runs.append(key | measure(folder, minutes, seed, way))
                        common.write("own-folders", {"table": table(runs), "runs": runs})


def measure(folder: Path, minutes: float, seed: int, way: str) -> dict[str, Any]:
    """Train on a folder as it is typed, keep the last picture, and score the run."""
    system, more = WAYS[way]
    out = folder.with_name(f"{folder.name}-{minutes:g}-{seed}-{way.replace(' ', '-')}")
    words = (str(folder),) if system is None else (system, str(folder))
    done = zs.train(*words, out=out, minutes=minutes, seed=seed, fresh=True, quiet=False, **more)
    last, recipe = done.run.records(done.run.log)[-1], done.run.recipe()
    found: dict[str, Any] = {"system": recipe.system, "rounds": last["step"], "chosen": list(recipe.chosen)}
    found |= {"shape": list(recipe.data.shape), "batch_size": recipe.batch_size, "processes": recipe.processes}
    found |= {"threads": recipe.threads, "width": recipe.players["generator"].get("width")}
    found["scores"] = {
        features: {score.metric: score.value for score in zs.evaluate(out, metrics=METRICS, features=features, n=2000)}
        for features in FEATURES
    }
    if seed == 0:
        common.PICTURES.mkdir(exist_ok=True)
        picture = common.PICTURES / f"own-folders-{folder.name}-{minutes:g}-minutes-{way.replace(' ', '-')}.png"
        Image.open(sorted((out / "samples").glob("*.png"))[-1]).save(picture, optimize=True)
    shutil.rmtree(out)
    print(folder.name, minutes, seed, way, found, flush=True)
    return found


def table(runs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return a row a set and length: the medians of both ways over the seeds, and how many times nearer ours are."""
    rows = []
    for name, minutes in dict.fromkeys((run["set"], run["minutes"]) for run in runs):
        row: dict[str, Any] = {"set": name, "minutes": minutes}
        for way in WAYS:
            own = [run for run in runs if (run["set"], run["minutes"], run["way"]) == (name, minutes, way)]
            for features in FEATURES:
                for metric in METRICS:
                    values = [run["scores"][features][metric] for run in own if metric in run["scores"][features]]
                    if values:
                        row[f"{way}, {metric} in {features}"] = statistics.median(values)
        ours, theirs = (row.get(f"{way}, fd in imagenet") for way in WAYS)
        rows.append(row | ({"times nearer": theirs / ours} if ours and theirs else {}))
    return rows


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
