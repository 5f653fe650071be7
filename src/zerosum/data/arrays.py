"""Images that are arrays already: npz archives, and known sets at another size.

An npz has an array called `images`, `samples` or `x` (with any case), or else its first of three or four dimensions:
[N, H, W], [N, H, W, C] or [N, C, H, W] with 1, 3 or 4 channels. Labels may be in `labels` or `y`. With `x_test` (and
`y_test`) beside `x_train` (and `y_train`), these are the splits; else 10 % are held out by the hash of their number.
Square images keep their size, up to 256; others follow the rule of `zerosum.data.images`.
"""

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from zerosum.data.dataset import Resident, fingerprint
from zerosum.data.decode import fit
from zerosum.data.images import LARGEST, dataset_name, default_memory_limit, default_size, parallel
from zerosum.data.layout import held_out
from zerosum.errors import UserError

Array = NDArray[Any]

IMAGE_KEYS = ("images", "samples", "x", "arr_0")
LABEL_KEYS = ("labels", "label", "y")


def load_arrays(
    path: Path,
    *,
    size: int | None = None,
    channels: int | None = None,
    split: str = "train",
    memory_limit: int | None = None,
) -> Resident:
    """Return the images of an npz archive.

    Raises:
        UserError: it is no npz, holds pickled objects, no images, or images in a range that cannot be told.
    """
    limit = default_memory_limit() if memory_limit is None else memory_limit
    images, labels = _read(path, split, limit)
    pixels = to_bytes(images, path)
    side = size or (pixels.shape[2] if _keeps(pixels) else default_size([min(pixels.shape[2:])]))
    values = fit_all(pixels, side, channels or min(pixels.shape[1], 3))
    names, numbers = np.unique(labels, return_inverse=True) if labels is not None else (np.array([]), None)
    return Resident(
        values,
        name=dataset_name(path),
        labels=None if numbers is None else torch.from_numpy(numbers.astype(np.int64)),
        classes=[str(name) for name in names],
        split=split,
    )


def fitted(dataset: Resident, *, size: int, channels: int) -> Resident:
    """Return images at another size (LANCZOS) or with another number of channels (luma, or grey three times)."""
    return Resident(
        fit_all(dataset.values.numpy(), size, channels),
        name=dataset.name,
        labels=dataset.labels,
        classes=dataset.classes,
        split=dataset.split,
        fingerprint=fingerprint(dataset.fingerprint, f"lanczos, {channels}x{size}x{size}"),
        problems=dataset.problems,
        attributes=dataset.attributes,
    )


def fit_all(pixels: NDArray[np.uint8], size: int, channels: int) -> Tensor:
    """Crop, resize and flatten uint8 [N, C, H, W], with C of 1, 3 or 4 (alpha), as files are."""
    if pixels.shape[1:] == (channels, size, size):
        return torch.from_numpy(np.ascontiguousarray(pixels))
    planes = pixels[:, 0] if pixels.shape[1] == 1 else pixels.transpose(0, 2, 3, 1)
    return torch.from_numpy(np.stack(parallel(lambda p: fit(Image.fromarray(p), size, channels), list(planes))))


def to_bytes(images: Array, path: Path) -> NDArray[np.uint8]:
    """Map arrays of any layout and range to uint8 [N, C, H, W].

    Whole numbers of 8 bits stay, of 16 bits are divided by 257; floats may be in [0, 1], [-1, 1] or [0, 255].
    """
    channels_last = _channels_last(images, path)
    return np.ascontiguousarray(_scaled(channels_last, path).transpose(0, 3, 1, 2))


def _channels_last(images: Array, path: Path) -> Array:
    if images.ndim == 3:
        return images[..., None]
    if images.shape[3] in (1, 3, 4):
        return images
    if images.shape[1] in (1, 3, 4):
        return images.transpose(0, 2, 3, 1)
    raise UserError(f"{path} holds an array {list(images.shape)}: images need 1, 3 or 4 channels, [N, H, W, C]")


def _scaled(images: Array, path: Path) -> NDArray[np.uint8]:
    if images.dtype == np.uint8:
        return images
    if images.dtype == np.bool_:
        return images.astype(np.uint8) * np.uint8(255)
    if images.dtype == np.uint16:
        return np.rint(images / 257).astype(np.uint8)
    low, high = float(images.min()), float(images.max())
    if images.dtype.kind == "f" and low >= -1 and high <= 1:
        return np.rint(images * 255.0 if low >= 0 else (images + 1.0) * 127.5).astype(np.uint8)
    if images.dtype.kind in "fiu" and low >= 0 and high <= 255:
        return np.rint(images).astype(np.uint8)
    raise UserError(f"{path} holds {images.dtype} values from {low:g} to {high:g}: save images as uint8, 0 to 255")


def _keeps(pixels: Array) -> bool:
    height, width = pixels.shape[2:]
    return bool(height == width and height <= LARGEST)


def _read(path: Path, split: str, limit: int) -> tuple[Array, Array | None]:
    try:
        if not zipfile.is_zipfile(path):
            raise UserError(f"{path} is no npz archive: save images with numpy.savez(path, images=array)")
        _check_size(path, limit)
        with np.load(path, allow_pickle=False) as archive:
            return _choose(archive, path, split)
    except (ValueError, OSError, EOFError, zipfile.BadZipFile, KeyError) as error:
        raise UserError(f"{path} is not a readable npz ({error}): save it with numpy.savez, uint8 arrays") from error


def _check_size(path: Path, limit: int) -> None:
    with zipfile.ZipFile(path) as archive:
        total = sum(info.file_size for info in archive.infolist())
    if total > limit:
        raise UserError(
            f"{path} unpacks to {total / 1e9:.2f} GB, the memory limit is {limit / 1e9:.2f} GB: use a zip of images"
        )


def _choose(archive: "np.lib.npyio.NpzFile", path: Path, split: str) -> tuple[Array, Array | None]:
    keys = {key.lower(): key for key in archive.files}
    if {"x_train", "x_test"} <= keys.keys():
        labels = archive[keys[f"y_{split}"]] if f"y_{split}" in keys else None
        return _checked(archive[keys[f"x_{split}"]], labels, path)
    named = [keys[key] for key in IMAGE_KEYS if key in keys]
    chosen = next((a for a in map(archive.__getitem__, named or archive.files) if a.ndim in (3, 4)), None)
    if chosen is None:
        raise UserError(f"{path} holds no images ({', '.join(archive.files)}): save them as images=[N, H, W, C]")
    label_key = next((keys[key] for key in LABEL_KEYS if key in keys), None)
    images, labels = _checked(chosen, archive[label_key] if label_key else None, path)
    part = _part(len(images), split)
    return images[part], None if labels is None else labels[part]


def _checked(images: Array, labels: Array | None, path: Path) -> tuple[Array, Array | None]:
    if images.ndim not in (3, 4) or images.size == 0:
        raise UserError(f"{path} holds an array {list(images.shape)}: images are [N, H, W] or [N, H, W, C]")
    if labels is not None and labels.size != len(images):
        raise UserError(f"{path} holds {labels.size} labels for {len(images)} images: save one label for each")
    return images, None if labels is None else labels.reshape(-1)


def _part(count: int, split: str) -> NDArray[np.int64]:
    held = {int(number) for number in held_out([str(i) for i in range(count)])}
    wanted = range(count) if count == 1 else [i for i in range(count) if (i in held) == (split == "test")]
    return np.array(list(wanted), dtype=np.int64)
