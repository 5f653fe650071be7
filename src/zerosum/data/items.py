"""Data of somebody's own code, read once into memory: torch data sets, arrays and tensors, of images or points."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from zerosum.data.arrays import fit_all, to_bytes
from zerosum.data.dataset import Resident
from zerosum.data.images import default_memory_limit
from zerosum.data.layout import held_out
from zerosum.data.names import SPLITS
from zerosum.data.ranges import ASKED, Levels, Range, array_rule, check_finite, check_numbers, of_array
from zerosum.data.size import Fit, Size
from zerosum.errors import UserError

Array = NDArray[Any]


@dataclass(frozen=True)
class Collected:
    """All items of a split: values [N, ...] as they were given, the label of each or None, and the labels' names."""

    values: Array
    labels: list[int] | None
    classes: tuple[str, ...] | None

    def rows(self, indices: Sequence[int]) -> "Collected":
        """Return these rows."""
        labels = None if self.labels is None else [self.labels[index] for index in indices]
        return Collected(self.values[list(indices)], labels, self.classes)


class Given:
    """The two splits of data that were passed in Python, or that a package of the user's returned.

    Args:
        data: map-style data set, array [N, ...] or tensor, of images or points; or {"train": ..., "test": ...} of
            these. Of a single one a tenth is held out, by the hash of the items' numbers.
        name: what to call it.

    Raises:
        UserError: items that change shape or type, are no numbers or not finite, no items, or labels that do not fit.
    """

    def __init__(self, data: Any, name: str) -> None:
        self.name = name
        if isinstance(data, Mapping):
            if set(data) != set(SPLITS):
                raise UserError(f"{name} has the splits {', '.join(map(str, data))}: give train and test, or one set")
            self.splits = {split: collected(data[split], f"{name} ({split})") for split in SPLITS}
        else:
            self.splits = _divided(collected(data, name))
        train, test = (self.splits[split] for split in SPLITS)
        if train.values.shape[1:] != test.values.shape[1:] or train.values.dtype != test.values.dtype:
            raise UserError(
                f"the train and test items of {name} differ, {_form(train)} and {_form(test)}: make them alike"
            )

    def load(
        self,
        split: str,
        *,
        size: Size | None = None,
        channels: int | None = None,
        fit: Fit = "crop",
        value_range: Range | None = None,
    ) -> Resident:
        """Return a split; arguments as those of `zerosum.data.load.load`."""
        part, (labels, classes) = self.splits[split], self._labels(split)
        about: dict[str, Any] = {"name": self.name, "labels": labels, "classes": classes, "split": split}
        if part.values.ndim == 2:
            if (size, channels, value_range) != (None, None, None):
                raise UserError(f"{self.name} has points, not images: leave out size, channels and range")
            reals = torch.from_numpy(self.splits["train"].values.astype(np.float32))
            scale = reals.std(0, correction=0)
            points = torch.from_numpy(part.values.astype(np.float32))
            return Resident(points, center=reals.mean(0), scale=torch.where(scale > 0, scale, 1.0), **about)
        pixels = to_bytes(part.values, self.name, value_range or self.range)
        own, height, width = pixels.shape[1:]
        return Resident(fit_all(pixels, size or (height, width), channels or own, fit), **about)

    @cached_property
    def range(self) -> Range:
        """The values of images that become black and white, one range for both splits; errors as `ranges.of_array`."""
        values = [each.values for each in self.splits.values()]
        return of_array(np.array([end for each in values for end in (each.min(), each.max())]), self.name)

    def levels(self, within: Range | None) -> Levels | None:
        """Return the range that images are brought in, and what chose it; None of points."""
        values = self.splits["train"].values
        if values.ndim == 2:
            return None
        return Levels(within, ASKED) if within else Levels(self.range, array_rule(values))

    def _labels(self, split: str) -> tuple[Tensor | None, tuple[str, ...]]:
        """Return the labels of a split, and their names: the data set's own, or the numbers that occur."""
        labelled = [each.labels for each in self.splits.values() if each.labels is not None]
        if len(labelled) < len(self.splits):
            return None, ()
        numbers = sorted(set().union(*labelled))
        names = self.splits["train"].classes
        if names is not None and numbers and not 0 <= numbers[0] <= numbers[-1] < len(names):
            raise UserError(
                f"{self.name} has labels from {numbers[0]} to {numbers[-1]}, and {len(names)} classes: number them "
                f"from 0 to {len(names) - 1}"
            )
        place = {number: number if names is not None else at for at, number in enumerate(numbers)}
        labels = torch.tensor([place[label] for label in self.splits[split].labels or ()])
        return labels, tuple(map(str, numbers)) if names is None else names


def collected(data: Any, name: str) -> Collected:
    """Read all items of one split; UserError as `Given`."""
    labels: list[int] | None = None
    if isinstance(data, Tensor | np.ndarray):
        of_torch, values = (
            isinstance(data, Tensor),
            np.asarray(data.detach().cpu() if isinstance(data, Tensor) else data),
        )
    else:
        of_torch, values, labels = _read(data, name)
    if not len(values):
        raise UserError(f"{name} is empty: give at least one item")
    values = values[:, None] if values.ndim == 1 else values
    if values.ndim > 4 or 0 in values.shape:
        raise UserError(f"{name} has items {list(values.shape[1:])}: give images [C, H, W] or points [D]")
    check_numbers(values, name)
    check_finite(values, name)
    # Of [C, 4, 4] nobody can tell which are the channels: tensors have them first, as torch has.
    values = values.transpose(0, 2, 3, 1) if of_torch and values.ndim == 4 and values.shape[1] in (1, 3, 4) else values
    classes = getattr(data, "classes", None)
    has_names = isinstance(classes, list | tuple) and all(isinstance(each, str) for each in classes)
    return Collected(values, labels, tuple(classes) if has_names and classes is not None else None)


def _read(data: Any, name: str) -> tuple[bool, Array, list[int] | None]:
    """Return whether the items of a map-style data set are tensors, all of them as one array, and their labels."""
    count = _length(data, name)
    if not count:
        raise UserError(f"{name} is empty: give at least one item")
    item = _item(data, 0, count, name)
    first, label = _parts(item, 0, name)
    if first.nbytes * count > (limit := default_memory_limit()):
        raise UserError(
            f"{name} would take {first.nbytes * count / 2**30:.1f} GiB in memory, and {limit / 2**30:.1f} may be used: "
            "give smaller items, uint8 for images, or save them as files"
        )
    values, labels = np.empty((count, *first.shape), first.dtype), [label]
    values[0] = first
    for index in range(1, count):
        row, label = _parts(_item(data, index, count, name), index, name)
        if (row.shape, row.dtype) != (first.shape, first.dtype):
            now, before = (f"{list(each.shape)} {each.dtype}" for each in (row, first))
            raise UserError(f"item {index} of {name} is {now}, and those before are {before}: make them alike")
        values[index] = row
        labels.append(label)
    labelled = [each for each in labels if each is not None]
    if labelled and len(labelled) < count:
        raise UserError(f"{len(labelled):,} of {count:,} items of {name} have a label: give all of them one, or none")
    return isinstance(item[0] if _is_pair(item) else item, Tensor), values, labelled or None


def _length(data: Any, name: str) -> int:
    if isinstance(data, str | bytes) or not hasattr(data, "__getitem__"):
        raise UserError(f"{name} has no items by number: give a map-style torch data set, an array or a tensor")
    try:
        return len(data)
    except Exception as error:
        raise UserError(f"{name} has no length ({_reason(error)}): give its class a __len__") from error


def _item(data: Any, index: int, count: int, name: str) -> Any:
    try:
        return data[index]
    except IndexError as error:
        raise UserError(f"{name} says that it has {count:,} items, but not item {index}: mend its __len__") from error
    except Exception as error:
        raise UserError(f"item {index} of {name} cannot be read: {_reason(error)}") from error


def _is_pair(item: Any) -> bool:
    return isinstance(item, tuple | list) and len(item) == 2


def _parts(item: Any, index: int, name: str) -> tuple[Array, int | None]:
    """Return the values of an item, and its label, None where it has none."""
    values, label = item if _is_pair(item) else (item, None)
    if isinstance(values, Image.Image):
        values = np.asarray(values if values.mode in ("L", "RGB", "RGBA") else values.convert("RGB"))
    elif isinstance(values, Tensor):
        values = values.detach().cpu().numpy()
    if not isinstance(values, np.ndarray | np.generic | int | float):
        raise UserError(
            f"item {index} of {name} is a {type(values).__name__}: give a tensor, array or PIL image, or that and a "
            "label"
        )
    return np.asarray(values), None if label is None else _number(label, index, name)


def _number(label: Any, index: int, name: str) -> int:
    try:
        number = int(label)
        whole = number == label and number >= 0
    except (TypeError, ValueError):
        whole = False
    if not whole:
        raise UserError(f"item {index} of {name} has the label {label!r}: give a whole number from 0")
    return number


def _divided(whole: Collected) -> dict[str, Collected]:
    """Return both splits of data that have none; a single item serves as both."""
    count = len(whole.values)
    test = {int(number) for number in held_out([str(index) for index in range(count)])}
    if not test:
        return dict.fromkeys(SPLITS, whole)
    rows = {"train": [i for i in range(count) if i not in test], "test": sorted(test)}
    return {split: whole.rows(rows[split]) for split in SPLITS}


def _form(items: Collected) -> str:
    return f"{list(items.values.shape[1:])} {items.values.dtype}"


def _reason(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
