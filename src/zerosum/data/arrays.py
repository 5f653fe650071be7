"""Images that are arrays already: npz archives, and known sets at another size.

An npz has an array called `images`, `samples` or `x` (with any case), or else its first of three or four dimensions:
[N, H, W], [N, H, W, C] or [N, C, H, W] with 1, 3 or 4 channels. Labels may be in `labels` or `y`. With `x_test` (and
`y_test`) beside `x_train` (and `y_train`), these are the splits; else 10 % are held out by the hash of their number.
Where there is an array `classes` of names beside labels that are numbers, these are their names.
Sizes follow the rule of `zerosum.data.size`; alpha is kept where a pixel is see-through.
"""

import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from zerosum.data.dataset import Resident, fingerprint
from zerosum.data.decode import fit as fit_image
from zerosum.data.images import dataset_name, default_memory_limit, form_of, parallel
from zerosum.data.layout import held_out
from zerosum.data.names import SPLITS
from zerosum.data.npz import UNREADABLE, check_members
from zerosum.data.size import Fit, Size, choose_size, sides
from zerosum.errors import UserError

Array = NDArray[Any]

IMAGE_KEYS = ("images", "samples", "x", "arr_0")
LABEL_KEYS = ("labels", "label", "y")
NAMES_KEY = "classes"


@dataclass(frozen=True)
class _Kind:
    """What is looked for in an archive: what it is called, its dimensions, and how it is to be saved."""

    name: str
    dimensions: tuple[int, ...]
    form: str


IMAGES = _Kind("images", (3, 4), "images=[N, H, W, C]")
POINTS = _Kind("points", (2,), "samples=[N, D]")


def load_arrays(
    path: Path,
    *,
    size: Size | None = None,
    channels: int | None = None,
    fit: Fit = "crop",
    split: str = "train",
    memory_limit: int | None = None,
) -> Resident:
    """Return the images of an npz archive.

    Raises:
        UserError: it is no npz, holds pickled objects, no images, or images in a range that cannot be told.
    """
    limit = default_memory_limit() if memory_limit is None else memory_limit
    images, labels = _read(path, split, limit, IMAGES)
    pixels = to_bytes(images, path)
    wanted = choose_size(size, [(pixels.shape[3], pixels.shape[2])]).size
    values = fit_all(pixels, wanted, channels or _channels(pixels), fit)
    names, numbers = np.unique(labels, return_inverse=True) if labels is not None else (np.array([]), None)
    return Resident(
        values,
        name=dataset_name(path),
        labels=None if numbers is None else torch.from_numpy(numbers.astype(np.int64)),
        classes=[str(name) for name in names],
        split=split,
    )


def fitted(dataset: Resident, *, size: Size, channels: int, fit: Fit = "crop") -> Resident:
    """Return images at another size (LANCZOS) or with another number of channels (luma, or grey three times)."""
    return Resident(
        fit_all(dataset.values.numpy(), size, channels, fit),
        name=dataset.name,
        labels=dataset.labels,
        classes=dataset.classes,
        split=dataset.split,
        fingerprint=fingerprint(dataset.fingerprint, f"lanczos, {form_of(sides(size), channels, fit)}"),
        problems=dataset.problems,
        attributes=dataset.attributes,
    )


def read_arrays(path: Path, *, points: bool = False, memory_limit: int | None = None) -> tuple[Array, Array | None]:
    """Return all that an npz archive holds, of whichever split: images, or points [N, D], and labels or None.

    Raises:
        UserError: as `load_arrays`.
    """
    limit = default_memory_limit() if memory_limit is None else memory_limit
    return _read(path, None, limit, POINTS if points else IMAGES)


def fit_all(pixels: NDArray[np.uint8], size: Size, channels: int, fit: Fit = "crop") -> Tensor:
    """Bring uint8 [N, C, H, W], with C of 1, 3 or 4 (alpha), to a size and channels as files are."""
    if channels < 4 and pixels.shape[1:] == (channels, *sides(size)):
        return torch.from_numpy(np.ascontiguousarray(pixels))
    planes = list(pixels[:, 0] if pixels.shape[1] == 1 else pixels.transpose(0, 2, 3, 1))
    return torch.from_numpy(
        np.stack(parallel(lambda plane: fit_image(Image.fromarray(plane), size, channels, fit), planes))
    )


def to_bytes(images: Array, path: Path | str) -> NDArray[np.uint8]:
    """Map arrays of any layout and range to uint8 [N, C, H, W].

    Whole numbers of 8 bits stay, of 16 bits are divided by 257; floats may be in [0, 1], [-1, 1] or [0, 255].
    """
    channels_last = _channels_last(images, path)
    return np.ascontiguousarray(_scaled(channels_last, path).transpose(0, 3, 1, 2))


def _channels_last(images: Array, path: Path | str) -> Array:
    if images.ndim == 3:
        return images[..., None]
    if images.shape[3] in (1, 3, 4):
        return images
    if images.shape[1] in (1, 3, 4):
        return images.transpose(0, 2, 3, 1)
    raise UserError(f"{path} holds an array {list(images.shape)}: images need 1, 3 or 4 channels, [N, H, W, C]")


def _scaled(images: Array, path: Path | str) -> NDArray[np.uint8]:
    if images.dtype == np.uint8:
        return images
    if images.dtype == np.bool_:
        return images.astype(np.uint8) * np.uint8(255)
    if images.dtype == np.uint16:
        return np.rint(images / 257).astype(np.uint8)
    check_finite(images, path)
    low, high = float(images.min()), float(images.max())
    if images.dtype.kind == "f" and low >= -1 and high <= 1:
        return np.rint(images * 255.0 if low >= 0 else (images + 1.0) * 127.5).astype(np.uint8)
    if images.dtype.kind in "fiu" and low >= 0 and high <= 255:
        return np.rint(images).astype(np.uint8)
    raise UserError(f"{path} holds {images.dtype} values from {low:g} to {high:g}: save images as uint8, 0 to 255")


def check_finite(values: Array, path: Path | str) -> None:
    """Raise UserError where values are NaN or infinite; it says how many."""
    if values.dtype.kind == "f" and (lost := int(values.size - np.isfinite(values).sum())):
        raise UserError(
            f"{path} holds {lost:,} values that are NaN or infinite, of {values.size:,}: leave these samples out, or "
            "save images as uint8, 0 to 255"
        )


def _channels(pixels: Array) -> int:
    return 3 if pixels.shape[1] == 4 and bool((pixels[:, 3] == 255).all()) else int(pixels.shape[1])


def _read(path: Path, split: str | None, limit: int, kind: _Kind) -> tuple[Array, Array | None]:
    try:
        if not zipfile.is_zipfile(path):
            raise UserError(f"{path} is no npz archive: save images with numpy.savez(path, images=array)")
        _check_size(path, limit)
        with np.load(path, allow_pickle=False) as archive:
            return _choose(archive, path, split, kind)
    except UNREADABLE as error:
        raise UserError(f"{path} is not a readable npz ({error}): save it with numpy.savez, uint8 arrays") from error


def _check_size(path: Path, limit: int) -> None:
    total = check_members(path)
    if total > limit:
        raise UserError(
            f"{path} unpacks to {total / 1e9:.2f} GB, the memory limit is {limit / 1e9:.2f} GB: use a zip of images"
        )


def _choose(archive: "np.lib.npyio.NpzFile", path: Path, split: str | None, kind: _Kind) -> tuple[Array, Array | None]:
    """Return values and labels of a split, or of all where it is None."""
    keys = {key.lower(): key for key in archive.files}
    if {"x_train", "x_test"} <= keys.keys():
        parts = [_own_split(archive, keys, one, path, kind) for one in SPLITS if split in (None, one)]
        known = [labels for _, labels in parts if labels is not None]
        values = np.concatenate([values for values, _ in parts])
        return values, np.concatenate(known) if len(known) == len(parts) else None
    named = [keys[key] for key in IMAGE_KEYS if key in keys]
    arrays = map(archive.__getitem__, named or archive.files)
    chosen = next((array for array in arrays if array.ndim in kind.dimensions), None)
    if chosen is None:
        raise UserError(f"{path} holds no {kind.name} ({', '.join(archive.files)}): save them as {kind.form}")
    label_key = next((keys[key] for key in LABEL_KEYS if key in keys), None)
    values, labels = _checked(chosen, _labels(archive, keys, label_key), path, kind)
    if split is None:
        return values, labels
    part = _part(len(values), split)
    return values[part], None if labels is None else labels[part]


def _own_split(
    archive: "np.lib.npyio.NpzFile", keys: dict[str, str], split: str, path: Path, kind: _Kind
) -> tuple[Array, Array | None]:
    labels = _labels(archive, keys, keys.get(f"y_{split}"))
    return _checked(archive[keys[f"x_{split}"]], labels, path, kind)


def _labels(archive: "np.lib.npyio.NpzFile", keys: dict[str, str], key: str | None) -> Array | None:
    """Return the labels under a key, by name where the archive says what its numbers are called."""
    if key is None:
        return None
    labels: Array = archive[key]
    names: Array = archive[keys[NAMES_KEY]] if NAMES_KEY in keys else np.array([])
    told = names.ndim == 1 and names.dtype.kind == "U" and labels.dtype.kind in "iu" and labels.size > 0
    return names[labels] if told and 0 <= labels.min() <= labels.max() < len(names) else labels


def _checked(values: Array, labels: Array | None, path: Path, kind: _Kind) -> tuple[Array, Array | None]:
    if values.ndim not in kind.dimensions or values.size == 0:
        raise UserError(f"{path} holds an array {list(values.shape)}: save {kind.name} as {kind.form}")
    if labels is not None and labels.size != len(values):
        raise UserError(f"{path} holds {labels.size} labels for {len(values)} {kind.name}: save one label for each")
    return values, None if labels is None else labels.reshape(-1)


def _part(count: int, split: str) -> NDArray[np.int64]:
    held = {int(number) for number in held_out([str(i) for i in range(count)])}
    wanted = range(count) if count == 1 else [i for i in range(count) if (i in held) == (split == "test")]
    return np.array(list(wanted), dtype=np.int64)
