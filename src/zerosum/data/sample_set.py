"""Samples that others made, in the form of the reals that they are to be compared with.

All of them are loaded, whatever their files say of splits. Their size and channels become those of the reals, by the
rules of `zerosum.data.decode`, and that is said; their labels become the numbers of the reals' classes, by name.
"""

import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from zerosum.data.arrays import fit_all, read_arrays, to_bytes
from zerosum.data.dataset import Dataset, Resident
from zerosum.data.images import dataset_name, load_scan
from zerosum.data.layout import Layout, composed, folder_names, together
from zerosum.data.ranges import BYTE, MASK, Levels, check_finite
from zerosum.data.scan import Scan, scan, sizes_of
from zerosum.data.size import described
from zerosum.errors import UserError

log = logging.getLogger(__name__)
SPLIT = "samples"
NAMED = 5
"""How many unknown labels, or unreadable files, a message names."""

Array = NDArray[Any]


def load_samples(path: Path, like: Dataset) -> Dataset:
    """Return all samples of a folder, zip or npz archive, in the form and with the classes of `like`.

    Args:
        path: of images, in sub-folders where they have labels; or of an npz with images, or with points [N, D] where
            `like` has points, as `zerosum.data.arrays` reads it.
        like: the reals.

    Raises:
        UserError: there are no samples, they are not of the kind of the reals, or they have labels that the reals lack.
    """
    points = _are_points(like)
    if path.suffix.lower() == ".npz":
        values, labels = read_arrays(path, points=points)
        return set_of(values, like, labels=labels, name=dataset_name(path))
    if points:
        raise UserError(f"{path} is compared with points: save an npz with samples=[N, {like.shape[0]}], floats")
    return _of_files(path, like)


def set_of(values: Tensor | Array, like: Dataset, *, labels: Any = None, name: str = "samples") -> Resident:
    """Return samples that are arrays or tensors, in the form and with the classes of `like`.

    Args:
        values: images [N, H, W], [N, H, W, C] or [N, C, H, W] (tensors are looked at the other way round: channels
            first, then last), with C of 1, 3 or 4, uint8 or floats in [0, 1], [-1, 1] or [0, 255]; or points [N, D].
        like: the reals.
        labels: the name or number of the class of each, or None.
        name: what to call them.

    Raises:
        UserError: NaN, another shape or range, not one label for each, or labels that the reals lack.
    """
    array = _channels_last(values, like)
    samples = _points(array, like, name) if _are_points(like) else _images(array, like, name)
    numbers = None if labels is None or not like.classes else _labels_of(labels, like, len(samples), name)
    return Resident(samples, name=name, labels=numbers, classes=() if numbers is None else like.classes, split=SPLIT)


def numbers_of(names: Sequence[str], classes: Sequence[str], name: str) -> list[int]:
    """Return the place in `classes` of the class of each of `names`.

    A name is that of a class, or what its folder is called. Where no class has a number for a name, it may be the
    number of a class, from 0; otherwise "3" would be two classes.

    Raises:
        UserError: names that are none of these; it lists them.
    """
    places = {str(number): number for number in range(len(classes))} if not any(map(str.isdecimal, classes)) else {}
    places |= {composed(label): number for number, label in enumerate(classes)}
    places |= {composed(name): number for number, name in enumerate(folder_names(classes))}
    names = list(map(composed, names))
    unknown = sorted(set(names) - places.keys())
    if unknown:
        raise UserError(
            f"{name} has labels that the reals do not have: {_some(unknown)}; they have {_some(classes)}: rename them, "
            "or give the samples without labels"
        )
    return [places[label] for label in names]


def _are_points(like: Dataset) -> bool:
    """Return whether the reals are points, and not images; UserError where they are of another kind."""
    if like.spec.kind not in ("points", "image"):
        raise UserError(f"{like.name} holds {like.spec.answers.unit.many}: only runs on them are scored, give a run")
    return like.spec.kind == "points"


def _of_files(path: Path, like: Dataset) -> Dataset:
    channels, height, width = like.shape
    listing = scan(path, size=(height, width), channels=channels)
    # Deep samples hold what deep reals hold: they are brought to bytes alike. Of masks there may be deeper samples.
    deeper = listing.within is not None and like.levels == MASK and listing.within[1] > BYTE[1]
    if like.levels is not None and listing.levels is not None and not deeper:
        listing = replace(listing, levels=Levels(like.levels, "the reals'"))
    listing = replace(listing, layout=_labelled(together(listing.layout, SPLIT), like.classes, path))
    samples = load_scan(listing, split=SPLIT)
    tell_problems(samples)
    _tell_form(listing, like, samples.name)
    return samples


def tell_problems(samples: Dataset, *, after: int = 0) -> None:
    """Warn of the files that were left out, in one line; the first `after` of them have been told."""
    problems = [f"{file} ({reason})" for file, reason in samples.problems[after:]]
    if problems:
        log.warning("%s: left out %s", samples.name, _some(problems))


def _labelled(layout: Layout, classes: Sequence[str], path: Path) -> Layout:
    """Return the layout with the classes of the reals in place of those that the folders' names make."""
    labels = [file.label for file in layout.files] if layout.classes else [_only_folder(layout, classes)]
    if not classes or None in labels:
        return replace(layout, files=tuple(replace(file, label=None) for file in layout.files), classes=())
    numbers = numbers_of([label for label in labels if label], classes, dataset_name(path))
    numbers = numbers if layout.classes else numbers * len(layout.files)
    files = [replace(file, label=classes[number]) for file, number in zip(layout.files, numbers, strict=True)]
    return replace(layout, files=tuple(files), classes=tuple(classes))


def _only_folder(layout: Layout, classes: Sequence[str]) -> str | None:
    """Return the name of the one folder that all files lie in, if it is a class: a wrapper to `place`, a label here."""
    parents = {PurePosixPath(file.name).parent.name for file in layout.files}
    parents, labels = set(map(composed, parents)), {*map(composed, [*classes, *folder_names(classes)])}
    return parents.pop() if len(parents) == 1 and parents <= labels else None


def _channels_last(values: Tensor | Array, like: Dataset) -> Array:
    """Return an array, and images with their channels last where they can be told."""
    if isinstance(values, Tensor):
        values = values.detach().cpu()
        first = values.ndim == 4 and values.shape[1] in (1, 3, 4)
        values = (values.float() if values.is_floating_point() else values).numpy()
    else:
        values = np.asarray(values)
        height_width_channels = (*like.shape[1:], *like.shape[:1])
        first = values.ndim == 4 and values.shape[1:] == like.shape and values.shape[1:] != height_width_channels
    # torch warns of arrays that may not be written to.
    values = values if values.flags.writeable else values.copy()
    return values.transpose(0, 2, 3, 1) if first else values


def _points(array: Array, like: Dataset, name: str) -> Tensor:
    array = array[:, None] if array.ndim == 1 and like.shape == (1,) else array
    if array.shape[1:] != like.shape or array.dtype.kind not in "fiu":
        raise UserError(f"{name} holds {array.dtype} {list(array.shape)}: {like.name} has points, [N, {like.shape[0]}]")
    check_finite(array, name)
    return torch.from_numpy(np.ascontiguousarray(array, dtype=np.float32))


def _images(array: Array, like: Dataset, name: str) -> Tensor:
    if array.ndim not in (3, 4) or array.size == 0 or array.dtype.kind not in "fiub":
        raise UserError(f"{name} holds {array.dtype} {list(array.shape)}: {like.name} has images, give [N, H, W, C]")
    deep = array.dtype.kind in "iu" and array.max() > BYTE[1]
    pixels = to_bytes(array, name, like.levels if deep and like.levels != MASK else None)
    if array.dtype.kind in "iu" and array.max() == 1:
        log.warning("%s: whole numbers 0 and 1, taken as black and white", name)
    channels, height, width = pixels.shape[1:]
    _tell([(width, height)], [channels == 1], channels == 4, like, name)
    return fit_all(pixels, (like.shape[1], like.shape[2]), like.shape[0])


def _labels_of(labels: Any, like: Dataset, count: int, name: str) -> Tensor:
    values = np.asarray(labels.detach().cpu() if isinstance(labels, Tensor) else labels).reshape(-1)
    if len(values) != count:
        raise UserError(f"{name} has {len(values)} labels for {count} samples: give one label for each")
    if values.dtype.kind == "f" and bool((values == np.rint(values)).all()):
        values = values.astype(np.int64)
    values = np.char.decode(values) if values.dtype.kind == "S" else values
    return torch.tensor(numbers_of([str(label) for label in values.tolist()], like.classes, name))


def _tell_form(listing: Scan, like: Dataset, name: str) -> None:
    headers = [listing.headers[file.name] for file in listing.layout.files]
    _tell(sizes_of(headers), [h.grey for h in headers], any(h.alpha for h in headers), like, name)


def _tell(sizes: Sequence[tuple[int, int]], grey: Sequence[bool], alpha: bool, like: Dataset, name: str) -> None:
    """Warn in one line where images are not of the reals' size or channels: what they are, and what is done to them."""
    channels, height, width = like.shape
    changes = ["cropped in the centre and resized by LANCZOS"] if set(sizes) != {(width, height)} else []
    if channels == 1 and not all(grey):
        changes.append("turned grey")
    if channels >= 3 and any(grey):
        changes.append("grey ones repeated in 3 channels")
    if alpha != (channels == 4):
        changes.append("put on white" if alpha else "made opaque")
    if changes:
        colours = "grey" if all(grey) else "grey and colour" if any(grey) else "colour"
        form = f"{_span(sizes)} {colours}{' with alpha' if alpha else ''}"
        log.warning("%s: %s, the reals %s: %s", name, form, described(like.shape), ", ".join(changes))


def _span(sizes: Sequence[tuple[int, int]]) -> str:
    (small, large) = (pick(sizes, key=lambda size: (size[0] * size[1], size)) for pick in (min, max))
    first, last = (f"{width}x{height}" for width, height in (small, large))
    return first if first == last else f"{first} to {last}"


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more
