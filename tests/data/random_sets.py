"""Random small folders and archives whose truth is known: which image is in which split, with which label.

Image number n has a colour of its own, so what was loaded tells which image it is.
"""

import io
import random
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from zerosum.data.check import check
from zerosum.data.dataset import Dataset
from zerosum.data.load import load
from zerosum.data.split_words import split_of
from zerosum.errors import UserError

SUFFIXES = {".png": "PNG", ".bmp": "BMP", ".PNG": "PNG", ".ppm": "PPM", ".tga": "TGA", ".tif": "TIFF"}
CLASSES = ["cat", "dog", "Cat 2", "é", "10", "2", "a.b", "x-y", "trains", "plane", "images", "A", "B"]
WRAPPERS = ["data", "set 1", "images", "pets.v2", "archive"]
SPLITS = {"train": ["train", "Train", "training", "TRAIN"], "test": ["test", "val", "Validation", "valid", "testing"]}
JUNK = ["notes.txt", ".DS_Store", "__MACOSX/._a.png", "Thumbs.db", ".hidden/b.png", "labels.csv", "no-suffix"]
WORDS = ["train", "test", "val", "trainA", "trainB", "testA", "test_b", "cat", "dog", "images", "a b", "Training", "x"]


@cache
def image(number: int, suffix: str) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (8, 8), (number % 256, number // 256, 200)).save(file, SUFFIXES[suffix])
    return file.getvalue()


@dataclass
class Set:
    """A random set: its files, and the truth.

    `splits` and `labels` are of image numbers; None where the layout says nothing. Strays are in neither. `known` says
    whether the layout is one that has to be read; otherwise it may be refused.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    splits: dict[int, str | None] = field(default_factory=dict)
    labels: dict[int, str | None] = field(default_factory=dict)
    strays: set[int] = field(default_factory=set)
    names: dict[int, str] = field(default_factory=dict)
    known: bool = True

    def add(self, rng: random.Random, folder: str, split: str | None = None, label: str | None = None) -> int:
        number = len(self.names)
        suffix = rng.choice(list(SUFFIXES))
        stem = rng.choice([f"{number}", f"img {number}", f"é{number}", f"{number}.old", f"IMG-{number}"])
        name = f"{folder}/{stem}{suffix}".lstrip("/")
        self.names[number], self.splits[number], self.labels[number] = name, split, label
        self.files[name] = image(number, suffix)
        return number

    def stray(self, rng: random.Random, folder: str) -> None:
        self.strays.add(self.add(rng, folder))


def known_set(rng: random.Random) -> Set:
    """Return a set in one of the known layouts, with a few strays."""
    made = Set()
    top = "/".join(rng.sample(WRAPPERS, rng.choice([0, 0, 1, 2])))
    kind = rng.choice(["flat", "classes", "splits", "classes in splits", "splits in classes", "sides"])
    classes = rng.sample(CLASSES, rng.randint(2, 4))
    split = {one: rng.choice(names) for one, names in SPLITS.items()}
    counts = {"train": rng.randint(3, 6), "test": rng.randint(2, 3)}
    for one, label, folder in _places(kind, classes, split, rng):
        for _ in range(counts[one or "train"]):
            deeper = rng.choice(["", "", "/more/deep"]) if label and kind != "sides" else ""
            made.add(rng, f"{top}/{folder}{deeper}".strip("/"), one, label)
    if kind in ("splits", "classes in splits", "sides"):
        for _ in range(rng.choice([0, 0, 1, 5])):
            made.stray(rng, f"{top}/{rng.choice(['', 'extra', 'unlabelled'])}".rstrip("/"))
    elif kind in ("classes", "splits in classes") and rng.random() < 0.5:
        made.stray(rng, top)
    return made


def _places(
    kind: str, classes: list[str], split: dict[str, str], rng: random.Random
) -> Iterator[tuple[str | None, str | None, str]]:
    """Yield the split, the label and the folder of each group of images."""
    if kind == "flat":
        yield None, None, ""
    elif kind == "classes":
        yield from ((None, label, label) for label in classes)
    elif kind == "splits":
        wrapper = {one: rng.choice(["", "", "/images"]) for one in split}
        yield from ((one, None, name + wrapper[one]) for one, name in split.items())
    elif kind == "sides":
        mark = rng.choice(["{}{}", "{}_{}", "{}-{}"])
        for one, name in split.items():
            yield from ((one, side, mark.format(name, side)) for side in "AB")
    else:
        for one, name in split.items():
            inside = kind == "classes in splits"
            yield from ((one, label, f"{name}/{label}" if inside else f"{label}/{name}") for label in classes)


def any_set(rng: random.Random) -> Set:
    """Return a set whose folders mean anything."""
    made = Set(known=False)
    for _ in range(rng.randint(1, 6)):
        folder = "/".join(rng.choices(WORDS, k=rng.choice([0, 1, 1, 2, 3])))
        for _ in range(rng.randint(1, 4)):
            made.add(rng, folder)
    roles = {number: [one for one in map(split_of, name.split("/")[:-1]) if one] for number, name in made.names.items()}
    if not all(found and found[0] == "test" for found in roles.values()):
        made.splits = {number: found[0] if found else None for number, found in roles.items()}
    return made


def spoil(made: Set, rng: random.Random) -> None:
    """Add files that are no images, and images that cannot be read."""
    for name in rng.sample(JUNK, rng.choice([0, 1, 3])):
        made.files[name] = b"junk"
    if rng.random() < 0.3:
        folder = rng.choice(list(made.names.values())).rpartition("/")[0]
        content = rng.choice([b"", b"not an image", image(0, ".png")[:40]])
        made.files[f"{folder}/bad.png".lstrip("/")] = content


def write(made: Set, rng: random.Random, path: Path) -> Path:
    """Write a set as a folder, as a zip, or as a zip of Windows; return where."""
    form = rng.choice(["folder", "zip", "zip", "backslashes"])
    files = list(made.files.items())
    rng.shuffle(files)
    if form == "folder":
        for name, content in files:
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            (path / name).write_bytes(content)
        return path
    with zipfile.ZipFile(path.with_suffix(".zip"), "w") as archive:
        if rng.random() < 0.2:
            archive.writestr(rng.choice([".", "./", "../up.png", "\\", "folder/"]), b"")
        for name, content in files:
            archive.writestr(name.replace("/", "\\") if form == "backslashes" else name, content)
    return path.with_suffix(".zip")


def numbers(dataset: Dataset) -> list[int]:
    """Return which images a data set holds, by their colours."""
    pixels = dataset.outside(dataset.batch(torch.arange(len(dataset)))["real"])[:, :2, 4, 4].int()
    return [int(red + 256 * green) for red, green in pixels.tolist()]


def try_set(seed: int, folder: Path) -> str:
    """Load the random set of a seed and compare it with the truth; return "read" or "refused"."""
    rng = random.Random(seed)
    made = known_set(rng) if rng.random() < 0.6 else any_set(rng)
    spoil(made, rng)
    path = write(made, rng, folder / f"set{seed}")
    try:
        parts = {split: load(str(path), size=8, channels=3, split=split) for split in ("train", "test")}
        if seed % 10 == 0:
            assert check(str(path), size=8, channels=3).lines()
    except UserError as error:
        return _refused(error, why=f"{error}: {sorted(made.files)}" if made.known else "")
    compare(made, parts)
    return "read"


def compare(made: Set, parts: dict[str, Dataset]) -> None:
    """Compare what was loaded with the truth."""
    about = sorted(made.names.values())
    found = {split: numbers(dataset) for split, dataset in parts.items()}
    for number in found["train"]:
        assert made.splits[number] != "test", f"{made.names[number]} is trained on: {about}"
    for split, dataset in parts.items():
        labels = [] if dataset.labels is None else [dataset.classes[label] for label in dataset.labels.tolist()]
        for number, label in zip(found[split], labels, strict=bool(labels)):
            if made.known:
                assert label == made.labels[number], f"{made.names[number]} is {label}: {about}"
            else:
                assert label.lower() in made.names[number].lower(), f"{made.names[number]} is {label}: {about}"
    if made.known:
        assert bool(parts["train"].classes) == any(made.labels.values()), about
        placed = [number for number in made.names if number not in made.strays]
        assert sorted([*found["train"], *found["test"]]) == placed, about
        for split in parts:
            assert all(made.splits[number] in (None, split) for number in found[split]), about


def damaged(seed: int, folder: Path) -> str:
    """Load a zip or npz with a few bytes changed; return "read" or "refused". Nothing else may happen."""
    rng = random.Random(seed)
    if rng.random() < 0.5:
        made = known_set(rng)
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", rng.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])) as archive:
            for name, content in made.files.items():
                archive.writestr(name, content)
        path = folder / f"damaged{seed}.zip"
    else:
        file, path = io.BytesIO(), folder / f"damaged{seed}.npz"
        values = np.random.default_rng(seed).integers(0, 256, (12, 8, 8, 3), dtype=np.uint8)
        arrays = {"images": values, "labels": np.arange(12) % 3}
        (np.savez if rng.random() < 0.5 else np.savez_compressed)(file, **arrays)
    content = bytearray(file.getvalue())
    for _ in range(rng.randint(1, 8)):
        if rng.random() < 0.1 and content:
            del content[rng.randrange(len(content)) :]
        # The directory at the end is worth more blows than the pixels.
        at = len(content) - 1 - rng.randrange(min(len(content), rng.choice([40, 400, len(content)])) or 1)
        if content:
            content[at] = rng.randrange(256)
    path.write_bytes(content)
    try:
        for split in ("train", "test"):
            load(str(path), size=8, split=split)
    except UserError as error:
        return _refused(error)
    return "read"


def _refused(error: UserError, why: str = "") -> str:
    """Return "refused", unless that was wrong for a reason, or was not told in one line."""
    assert not why, why
    assert "\n" not in str(error)
    return "refused"
