"""What an npz archive holds: its images or points, their labels, and which array is which split.

An npz has an array called `images`, `samples` or `x` (with any case), or else its first of three or four dimensions:
[N, H, W], [N, H, W, C] or [N, C, H, W] with 1, 3 or 4 channels. Labels may be in `labels` or `y`. With `x_test` (and
`y_test`) beside `x_train` (and `y_train`), or `test_images` (and `test_labels`) beside `train_images`, these are the
splits; `val` stands in for a `test` that is not there. Else 10 % are held out by the hash of their number.
Where there is an array `classes` of names beside labels that are numbers, these are their names. What is not read is
said.
"""

import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zerosum.data.images import default_memory_limit
from zerosum.data.layout import classes_of, composed, held_out, held_out_rule
from zerosum.data.names import SPLITS
from zerosum.data.npz import UNREADABLE, check_members
from zerosum.data.ranges import BYTE, Range, check_numbers, of_array
from zerosum.errors import UserError

Array = NDArray[Any]

IMAGE_KEYS = ("images", "samples", "x", "arr_0")
LABEL_KEYS = ("labels", "label", "y")
NAMES_KEY = "classes"
SPLIT_KEYS = (("x_{}", "y_{}"), ("{}_images", "{}_labels"), ("{}_x", "{}_y"), ("images_{}", "labels_{}"))
"""What the images of a split and their labels are called, as by Keras and by MedMNIST."""
SPLIT_NAMES = {"train": ("train", "training"), "test": ("test", "testing", "val", "valid", "validation")}
"""What a split is called there; the first that is found counts."""
EXACT = 2.0**53
"""Below it floats hold each whole number."""


@dataclass(frozen=True)
class _Kind:
    """What is looked for in an archive: what it is called, its dimensions, and how it is to be saved."""

    name: str
    dimensions: tuple[int, ...]
    form: str


IMAGES = _Kind("images", (3, 4), "images=[N, H, W, C]")
POINTS = _Kind("points", (2,), "samples=[N, D]")


@dataclass(frozen=True)
class Contents:
    """All that an archive holds: values [N, ...], images with their channels last, and by split rows and labels.

    `arrays` names the array of each split where it has its own ones, else {}; `unread` those that nothing was taken of.
    """

    values: Array
    rows: dict[str, NDArray[np.int64]]
    labels: dict[str, Array | None]
    arrays: dict[str, str] = field(default_factory=dict)
    unread: tuple[str, ...] = ()

    def classes(self, split: str | None = None) -> list[Any]:
        """Return the labels that a split has, or any of them, each once, in sorted order."""
        labelled = [labels for name, labels in self.labels.items() if labels is not None and split in (None, name)]
        return np.unique(np.concatenate(labelled)).tolist() if labelled else []

    def of(self, split: str) -> tuple[list[Any], list[Any]]:
        """Return the classes of a split by number, and those that cannot be trained: see `classes_of`."""
        every, train = self.classes(), self.classes("train")
        numbered = {one: list(classes_of(every, train, one)) for one in SPLITS}
        return numbered[split], numbered["test"][len(numbered["train"]) :]

    def plan(self) -> dict[str, str]:
        """Return what is taken for the splits, and what is not read, by topic, in words."""
        own = " and ".join(f"{name} is {split}" for split, name in self.arrays.items())
        split = own or held_out_rule(len(self.rows["test"]) if len(self.values) > 1 else 0, len(self.values))
        return {"split": split} | ({"arrays that are not read": ", ".join(self.unread)} if self.unread else {})

    def range(self, path: Path) -> Range:
        """Return the range of the values of all splits: see `zerosum.data.ranges.of_array`.

        Raises:
            UserError: it cannot be told, or the splits have two.
        """
        self.check_alike(path)
        return of_array(self.values, path)

    def check_alike(self, path: Path) -> None:
        """Raise UserError where one split has values up to 1 and the other ones up to 255: one would be black."""
        kind = self.values.dtype.kind
        highs = {split: float(self.values[self.rows[split]].max()) for split in self.arrays}
        low = [split for split, high in highs.items() if (0 < high <= 1 if kind == "f" else high == 1)]
        full = [split for split, high in highs.items() if (high > 1 if kind == "f" else high == BYTE[1])]
        if low and full:
            raise UserError(
                f"{path} holds {low[0]} of values up to {highs[low[0]]:g} and {full[0]} up to {highs[full[0]]:g}: save "
                "both in one range, or say with --range which values are black and white"
            )

    def together(self) -> tuple[Array, Array | None]:
        """Return the values of all splits and their labels; None where a split has none."""
        parts = [labels for labels in self.labels.values() if labels is not None]
        if len(parts) < len(self.labels):
            return self.values, None
        labels = np.concatenate(parts)[: len(self.values)]
        labels[np.concatenate(list(self.rows.values()))] = np.concatenate(parts)
        return self.values, labels


def look(path: Path, *, points: bool = False, memory_limit: int | None = None) -> Contents:
    """Return what an npz archive holds: images, or points [N, D], of both splits.

    Raises:
        UserError: as `load_arrays`.
    """
    return _read(path, default_memory_limit() if memory_limit is None else memory_limit, POINTS if points else IMAGES)


def channels_last(images: Array, path: Path | str) -> Array:
    """Return images as [N, H, W, C]; UserError where none of their dimensions can be channels."""
    if images.ndim == 3:
        return images[..., None]
    if images.shape[3] in (1, 3, 4):
        return images
    if images.shape[1] in (1, 3, 4):
        return images.transpose(0, 2, 3, 1)
    raise UserError(f"{path} holds an array {list(images.shape)}: images need 1, 3 or 4 channels, [N, H, W, C]")


def _read(path: Path, limit: int, kind: _Kind) -> Contents:
    try:
        if not zipfile.is_zipfile(path):
            raise UserError(f"{path} is no npz archive: save images with numpy.savez(path, images=array)")
        _check_size(path, limit)
        with np.load(path, allow_pickle=False) as archive:
            return _choose(archive, path, kind)
    except UNREADABLE as error:
        raise UserError(f"{path} is not a readable npz ({error}): save it with numpy.savez, uint8 arrays") from error


def _check_size(path: Path, limit: int) -> None:
    total = check_members(path)
    if total > limit:
        raise UserError(
            f"{path} unpacks to {total / 1e9:.2f} GB, the memory limit is {limit / 1e9:.2f} GB: use a zip of images"
        )


def _choose(archive: "np.lib.npyio.NpzFile", path: Path, kind: _Kind) -> Contents:
    keys = {key.lower(): key for key in archive.files}
    names = _names(archive, keys.get(NAMES_KEY))
    pairs = next((splits for splits in _splits(keys) if set(SPLITS) == splits.keys()), None)
    if pairs is not None:
        parts = {split: _checked(archive[image], path, kind) for split, (image, _) in pairs.items()}
        # Labels of images to test with say nothing where those to train on have none.
        label_keys = {split: label if pairs["train"][1] else None for split, (_, label) in pairs.items()}
        labels = {split: _labels(archive, label, path) for split, label in label_keys.items()}
        arrays = {split: image for split, (image, _) in pairs.items()}
        whole = _joined(parts, labels, names, path, kind)
        return replace(whole, arrays=arrays, unread=_unread(archive, [*arrays.values(), *label_keys.values()]))
    image, label = _whole(archive, keys, kind)
    if image is None:
        raise UserError(f"{path} holds no {kind.name} ({', '.join(archive.files)}): save them as {kind.form}")
    values = _checked(archive[image], path, kind)
    whole = _joined({"all": values}, {"all": _labels(archive, label, path)}, names, path, kind)
    rows, every = {split: _part(len(values), split) for split in SPLITS}, whole.labels["all"]
    labels = {split: None if every is None else every[rows[split]] for split in SPLITS}
    return replace(whole, rows=rows, labels=labels, unread=_unread(archive, [image, label]))


def _splits(keys: dict[str, str]) -> Iterator[dict[str, tuple[str, str | None]]]:
    """Yield by split the arrays of images and of labels, for each way to call them; splits that are not there lack."""
    for image, label in SPLIT_KEYS:
        names = {
            split: next((name for name in called if image.format(name) in keys), None)
            for split, called in SPLIT_NAMES.items()
        }
        yield {split: (keys[image.format(name)], keys.get(label.format(name))) for split, name in names.items() if name}


def _whole(
    archive: "np.lib.npyio.NpzFile", keys: dict[str, str], kind: _Kind
) -> tuple[str, str | None] | tuple[None, None]:
    """Return the names of the array of all images, and of their labels, where there are no two splits."""
    own = dict(pair for split in _splits(keys) for pair in split.values())
    candidates = [keys[key] for key in IMAGE_KEYS if key in keys] or list(own)
    image = next((key for key in candidates or archive.files if archive[key].ndim in kind.dimensions), None)
    label = next((keys[key] for key in LABEL_KEYS if key in keys), None)
    return (None, None) if image is None else (image, own.get(image) or label)


def _unread(archive: "np.lib.npyio.NpzFile", read: Sequence[str | None]) -> tuple[str, ...]:
    return tuple(key for key in archive.files if key not in read and key.lower() != NAMES_KEY)


def _joined(
    parts: dict[str, Array], labels: dict[str, Array | None], names: Array | None, path: Path, kind: _Kind
) -> Contents:
    """Return arrays as one, each part of it with its rows, and labels by name where all their numbers have names."""
    shapes = {f"{values.dtype} {list(values.shape[1:])}": split for split, values in parts.items()}
    if len(shapes) > 1:
        types = " and ".join(f"{split} of {shape}" for shape, split in shapes.items())
        raise UserError(f"{path} holds {types}: save both splits with one size, as many channels, and one type")
    for split, part_labels in labels.items():
        if part_labels is not None and len(part_labels) != len(parts[split]):
            raise UserError(
                f"{path} holds {len(part_labels)} labels for {len(parts[split])} {kind.name}: save one label for each"
            )
    _check_one_kind(labels, path)
    ends = np.cumsum([0, *map(len, parts.values())])
    rows = {split: np.arange(*ends[number : number + 2]) for number, split in enumerate(parts)}
    values = np.concatenate(list(parts.values())) if len(parts) > 1 else next(iter(parts.values()))
    if names is not None and _named(names, [part_labels for part_labels in labels.values() if part_labels is not None]):
        labels = {split: None if part_labels is None else names[part_labels] for split, part_labels in labels.items()}
    return Contents(values, rows, labels)


def _named(names: Array, labels: Sequence[Array]) -> bool:
    """Return whether all labels are numbers of names."""
    every = np.concatenate(labels) if labels else np.array([])
    numbers = names.dtype.kind == "U" and every.dtype.kind in "iu" and every.size > 0
    return bool(numbers and 0 <= every.min() <= every.max() < len(names))


def _check_one_kind(labels: dict[str, Array | None], path: Path) -> None:
    """Raise UserError where labels are names in one split and numbers in another."""
    types = {
        "names" if values.dtype.kind == "U" else "numbers": split
        for split, values in labels.items()
        if values is not None
    }
    if len(types) > 1:
        raise UserError(
            f"{path} holds labels that are {' and '.join(f'{what} in {split}' for what, split in types.items())}: save "
            "both as numbers, or both as names"
        )


def _names(archive: "np.lib.npyio.NpzFile", key: str | None) -> Array | None:
    """Return the names of classes; None where there is no array of text."""
    names: Array | None = None if key is None else archive[key].reshape(-1)
    return None if names is None or names.dtype.kind not in "SU" else _text(names)


def _labels(archive: "np.lib.npyio.NpzFile", key: str | None, path: Path) -> Array | None:
    """Return the labels under a key, [N]: names as text, whole numbers as such."""
    if key is None:
        return None
    labels: Array = archive[key].reshape(-1)
    if labels.dtype.kind in "SU":
        return _text(labels)
    if labels.dtype.kind not in "biuf":
        raise UserError(f"{path}: {key} holds labels of type {labels.dtype}: save them as whole numbers or as names")
    if lost := int(labels.size - np.isfinite(labels).sum()):
        raise UserError(f"{path}: {key} holds {lost:,} labels that are NaN or infinite: leave these images out")
    whole = labels.dtype.kind == "f" and bool(((labels == np.rint(labels)) & (np.abs(labels) < EXACT)).all())
    return labels.astype(np.int64) if whole else labels


def _text(names: Array) -> Array:
    texts = np.char.decode(names) if names.dtype.kind == "S" else names
    # Half of a surrogate pair is text to NumPy, and cannot be shown or written: here it is an error of the archive.
    np.char.encode(texts, "utf-8")
    return np.array([composed(name) for name in texts], dtype=None if len(texts) else "U1")


def _checked(values: Array, path: Path, kind: _Kind) -> Array:
    if values.ndim not in kind.dimensions or values.size == 0:
        raise UserError(f"{path} holds an array {list(values.shape)}: save {kind.name} as {kind.form}")
    check_numbers(values, path)
    return channels_last(values, path) if kind is IMAGES else values


def _part(count: int, split: str) -> NDArray[np.int64]:
    test = {int(number) for number in held_out([str(i) for i in range(count)])}
    rows = range(count) if count == 1 else [i for i in range(count) if (i in test) == (split == "test")]
    return np.array(list(rows), dtype=np.int64)
