"""What the names of files say: which split an image belongs to, and which label it has."""

import hashlib
import logging
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TypeVar

log = logging.getLogger(__name__)
HELD_OUT = 0.1
HELD_OUT_LIMIT = 10_000
TRAIN_FOLDERS = frozenset({"train", "training"})
TEST_FOLDERS = frozenset({"test", "testing", "val", "valid", "validation"})

T = TypeVar("T")


@dataclass(frozen=True)
class Placed:
    """A file: its name in the source, its split, its label's name (None where there are no labels).

    `key` is the name without the folders that only wrap, `composed`: the same in a folder and in a zip of that folder,
    wherever that was made. So are labels.
    """

    name: str
    key: str
    split: str
    label: str | None


@dataclass(frozen=True)
class Layout:
    """All files placed; `classes` in sorted order; `split_rule` in words."""

    files: tuple[Placed, ...]
    classes: tuple[str, ...]
    split_rule: str

    def of(self, split: str) -> list[Placed]:
        """Return the files of a split, in sorted order."""
        return [file for file in self.files if file.split == split]

    def classes_of(self, split: str) -> tuple[str, ...]:
        """Return the classes of a split by number: see `classes_of`."""
        known = {file.label for file in self.of("train")}
        return tuple(classes_of(self.classes, [label for label in self.classes if label in known], split))

    def untrained(self) -> list[str]:
        """Return the classes that no image to train on has."""
        return [label for label in self.classes if label not in self.classes_of("train")]


def classes_of(classes: Sequence[T], trained: Sequence[T], split: str) -> Sequence[T]:
    """Return the classes of a split, in the order of their numbers, which are the same in all splits of a source.

    Classes without an image to train on come last, and the train split does not have them: what was never seen cannot
    be asked for.

    Args:
        classes: of the whole source.
        trained: those of the images to train on; where there are none, all are.
        split: "train" or another one.
    """
    known = [label for label in classes if label in set(trained)] if trained else classes
    return known if split == "train" else [*known, *(label for label in classes if label not in set(known))]


def tell_untrained(classes: Sequence[object], path: Path) -> None:
    """Warn of classes that no image to train on has, in one line."""
    if classes:
        log.warning("%s: %s", path, untrained_in_words(classes))


def untrained_in_words(classes: Sequence[object]) -> str:
    """Return what to say of classes that no image to train on has."""
    return f"{', '.join(map(str, classes))} in the test split alone: not trained, cannot be asked for"


def together(layout: Layout, split: str) -> Layout:
    """Return the layout with every file in one split, once."""
    files = {file.name: replace(file, split=split) for file in layout.files}
    return replace(layout, files=tuple(files.values()), split_rule=f"all are {split}")


def composed(name: str) -> str:
    """Return a name in Unicode's form NFC: an accented letter has one code point, as in most files, or two (macOS)."""
    return unicodedata.normalize("NFC", name)


def folder_name(label: str) -> str:
    """Return what the folder of a label is called: its name without what separates folders or hides them."""
    name = label.replace("/", "-").replace("\\", "-")
    return "-" + name[1:] if name.startswith(".") else name


def place(names: Sequence[str]) -> Layout:
    """Read splits and labels off relative names.

    Folders that hold everything else are only a wrapper and are passed over. If what is then on top is `train` and
    `test` (or `val`, ...) and nothing else, these are the splits; otherwise the test split is held out by `held_out`.
    What is on top then are the labels, if there are at least two and no image lies beside them; deeper folders mean
    nothing.
    """
    parts = _unwrapped([PurePosixPath(composed(name)).parts for name in names])
    tops = {part[0].lower() if len(part) > 1 else "" for part in parts}
    keys = ["/".join(part) for part in parts]
    if tops & TRAIN_FOLDERS and tops & TEST_FOLDERS and tops <= TRAIN_FOLDERS | TEST_FOLDERS:
        splits = ["train" if part[0].lower() in TRAIN_FOLDERS else "test" for part in parts]
        parts, rule = _unwrapped([part[1:] for part in parts]), "sub-folders train and test"
    else:
        test = set(held_out(keys))
        splits, rule = ["test" if key in test else "train" for key in keys], _rule(len(test), len(names))
    labels = [part[0] if len(part) > 1 else None for part in parts]
    classes = tuple(sorted({label for label in labels if label}))
    labelled = len(classes) > 1 and None not in labels
    rows = zip(names, keys, splits, labels, strict=True)
    placed = [Placed(name, key, split, label if labelled else None) for name, key, split, label in rows]
    placed += [replace(file, split="test") for file in placed if len(placed) == 1]
    return Layout(tuple(placed), classes if labelled else (), rule)


def held_out(names: Sequence[str]) -> list[str]:
    """Return the names of the test split: the 10 % (at least 1, at most 10,000) whose sha256 is lowest.

    It depends on the names alone, so the same images are held out on each machine, whether in a folder or in a zip,
    and hardly changes when files are added. A single image is not held out: it serves as both splits.
    """
    count = 0 if len(names) < 2 else min(max(round(HELD_OUT * len(names)), 1), HELD_OUT_LIMIT)
    return sorted(names, key=lambda name: hashlib.sha256(name.encode("utf-8", "surrogateescape")).digest())[:count]


def _rule(held: int, total: int) -> str:
    return f"{held:,} of {total:,} held out by the hash of their names" if held else "the only image is in both splits"


def _unwrapped(parts: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    while len({part[0] for part in parts}) == 1 and all(len(part) > 1 for part in parts):
        parts = [part[1:] for part in parts]
    return parts
