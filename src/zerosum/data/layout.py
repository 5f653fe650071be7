"""What the names of files say: which split an image belongs to, and which label it has.

Known layouts are recognised in spite of a few strays, which are left out and named:
- folders `train` and `test` (or `val`, `test_set`, `train2017`, ...): the splits, with classes in them or not; whatever
  lies beside them is a stray. Also one such pair in each class folder, `cats_train`, `cats_test` and so on, and
  `trainA`, `trainB`, `testA`, `testB`, as CycleGAN's data have it;
- class folders: at least two, with few images beside them. Deeper folders mean nothing.
Folders that hold everything else are only a wrapper and are passed over. What can be read in two ways is refused: a
test image that is trained on would be worse.
"""

import hashlib
import logging
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TypeVar

from zerosum.data.classes import Labels, labels_of, unwrapped
from zerosum.data.split_words import marks, side_of
from zerosum.data.splits import Parts, Splits, find_splits

log = logging.getLogger(__name__)
HELD_OUT = 0.1
HELD_OUT_LIMIT = 10_000

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
    """The files that have a place.

    Attributes:
        files: each with its place.
        classes: in sorted order; () where there are no labels.
        split_rule: what made the splits, in words.
        meaning: which layout was understood, in words.
        strays: files that have no place in it, each with the reason.
        own_splits: whether folders are the splits; otherwise a part is held out.
    """

    files: tuple[Placed, ...]
    classes: tuple[str, ...]
    split_rule: str
    meaning: str = ""
    strays: tuple[tuple[str, str], ...] = ()
    own_splits: bool = False

    def of(self, split: str) -> list[Placed]:
        """Return the files of a split, in sorted order."""
        return [file for file in self.files if file.split == split]

    def classes_of(self, split: str) -> tuple[str, ...]:
        """Return the classes of a split by number: see `classes_of`; () where its images have no labels."""
        if all(file.label is None for file in self.of(split)):
            return ()
        of_train = {file.label for file in self.of("train")}
        return tuple(classes_of(self.classes, [label for label in self.classes if label in of_train], split))

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
    first = [label for label in classes if label in set(trained)] if trained else classes
    return first if split == "train" else [*first, *(label for label in classes if label not in set(first))]


def tell_untrained(classes: Sequence[object], path: Path) -> None:
    """Warn of classes that no image to train on has, in one line."""
    if classes:
        log.warning("%s: %s", path, untrained_in_words(classes))


def untrained_in_words(classes: Sequence[object]) -> str:
    """Return what to say of classes that no image to train on has."""
    return f"{', '.join(map(str, classes))} in the test split alone: not trained, cannot be asked for"


def only(layout: Layout, names: Collection[str]) -> Layout:
    """Return the layout of some of its files; what is left out of them may need another part held out."""
    files = [file for file in layout.files if file.name in names]
    classes = tuple(sorted({file.label for file in files if file.label is not None}))
    if len(classes) < 2:
        files, classes = [replace(file, label=None) for file in files], ()
    if layout.own_splits and len({file.split for file in files}) > 1:
        return replace(layout, files=tuple(files), classes=classes)
    files = list({file.name: file for file in files}.values())
    files, rule = _held_out(files)
    return replace(layout, files=tuple(files), classes=classes, split_rule=rule, own_splits=False)


def labelled(layout: Layout, label: str) -> Layout:
    """Return the layout of the files with a label, which is then none, and no part of their keys."""
    files = [replace(file, key=_without(file.key, label)) for file in layout.files if file.label == label]
    return only(replace(layout, files=tuple(files)), {file.name for file in files})


def _without(key: str, label: str) -> str:
    """Return a key without its label: `train/A/1`, `trainA/1` and `A_train/1` become `train/1`."""
    folders = key.split("/")
    for at, folder in enumerate(folders):
        sides = [side for side in (side_of(folder), *marks(folder)) if side and side[1] == label]
        if folder == label or sides:
            rest = [sides[0][0]] if folder != label else []
            return "/".join([*folders[:at], *rest, *folders[at + 1 :]])
    return key


def together(layout: Layout, split: str) -> Layout:
    """Return the layout with every file in one split, once."""
    files = {file.name: replace(file, split=split) for file in layout.files}
    return replace(layout, files=tuple(files.values()), split_rule=f"all are {split}")


def composed(name: str) -> str:
    """Return a name in Unicode's form NFC: an accented letter has one code point, as in most files, or two (macOS)."""
    return unicodedata.normalize("NFC", name)


def folder_names(labels: Sequence[str]) -> list[str]:
    """Return what the folder of each label is called: its name without what separates folders or hides them.

    No two are the same, also where case and the form of accents do not count: a label whose name can stay keeps it, and
    others get a number that makes them no other label.
    """
    own = {_folded(label) for label in labels}
    names, used = dict[str, str](), set[str]()
    for label in sorted(dict.fromkeys(labels), key=lambda label: _safe(label) != label):
        name, number = _safe(label), 1
        while _folded(name) in used or (name != label and _folded(name) in own):
            number += 1
            name = f"{_safe(label)}-{number}"
        names[label] = name
        used.add(_folded(name))
    return [names[label] for label in labels]


def _safe(label: str) -> str:
    name = label.replace("/", "-").replace("\\", "-")
    return "-" + name[1:] if name.startswith(".") or not name else name


def _folded(name: str) -> str:
    return composed(name).casefold()


def parts_of(name: str) -> Parts:
    """Return the folders of a name and its file, `composed`; backslashes separate them too, as in zips of Windows."""
    return PurePosixPath(composed(name).replace("\\", "/")).parts


def place(names: Sequence[str]) -> Layout:
    """Read splits and labels off relative names.

    Raises:
        UserError: the names can be read in two ways: see `splits.find_splits`.
    """
    parts = dict(zip(names, map(parts_of, names), strict=True))
    splits = find_splits(list(parts.values()))
    return _without_splits(parts) if splits is None else _with_splits(parts, splits)


def _with_splits(parts: dict[str, Parts], splits: Splits) -> Layout:
    inside = {name: part for name, part in parts.items() if part in splits.split}
    outside = [(name, f"lies beside the folders {splits.folders}") for name in parts if name not in inside]
    split = {name: splits.split[part] for name, part in inside.items()}
    if splits.label:
        own = {name: splits.label[part] for name, part in inside.items()}
        labels = Labels(own if len(set(own.values())) > 1 else {}, [], splits.meaning)
    else:
        rests = {name: part[len(splits.home) + 1 :] for name, part in inside.items()}
        labels = labels_of(rests, split)
    files = [
        Placed(name, "/".join(part[len(splits.home) :]), split[name], labels.of.get(name))
        for name, part in inside.items()
        if name not in labels.strays
    ]
    meaning = f"{splits.meaning}; {labels.meaning}" if not splits.label else splits.meaning
    both = len(set(split.values())) > 1
    files, rule = (files, f"sub-folders {splits.folders}") if both else _held_out(files)
    return _layout(files, rule, meaning, outside, labels, own_splits=both)


def _without_splits(parts: dict[str, Parts]) -> Layout:
    labels = labels_of(parts, dict.fromkeys(parts, "train"))
    names = [name for name in parts if name not in labels.strays]
    keys = ("/".join(part) for part in unwrapped([parts[name] for name in names]))
    files = [Placed(name, key, "train", labels.of.get(name)) for name, key in zip(names, keys, strict=True)]
    files, rule = _held_out(files)
    return _layout(files, rule, labels.meaning, [], labels, own_splits=False)


def _held_out(files: list[Placed]) -> tuple[list[Placed], str]:
    """Return the files with the test split held out, and the rule in words; a single image is in both."""
    test = set(held_out([file.key for file in files]))
    split = [replace(file, split="test" if file.key in test else "train") for file in files]
    split += [replace(file, split="test") for file in split if len(split) == 1]
    return split, held_out_rule(len(test), len(files))


def _layout(
    files: list[Placed],
    rule: str,
    meaning: str,
    outside: list[tuple[str, str]],
    labels: Labels,
    *,
    own_splits: bool,
) -> Layout:
    strays = [*outside, *((name, "lies beside the class folders") for name in labels.strays)]
    classes = sorted({file.label for file in files if file.label is not None})
    return Layout(tuple(files), tuple(classes), rule, meaning, tuple(sorted(strays)), own_splits)


def held_out(names: Sequence[str]) -> list[str]:
    """Return the names of the test split: the 10 % (at least 1, at most 10,000) whose sha256 is lowest.

    It depends on the names alone, so the same images are held out on each machine, whether in a folder or in a zip,
    and hardly changes when files are added. A single image is not held out: it serves as both splits.
    """
    count = 0 if len(names) < 2 else min(max(round(HELD_OUT * len(names)), 1), HELD_OUT_LIMIT)
    return sorted(names, key=lambda name: hashlib.sha256(name.encode("utf-8", "surrogateescape")).digest())[:count]


def held_out_rule(count: int, total: int) -> str:
    """Return in words that so many images of all are held out; the only one is in both splits."""
    return (
        "the only image is in both splits"
        if total == 1
        else f"{count:,} of {total:,} held out by the hash of their names"
    )
