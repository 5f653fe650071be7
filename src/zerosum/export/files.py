"""Samples as files: a grid, an archive, or one file each."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from torch import Tensor

from zerosum import pictures, whole
from zerosum._version import __version__
from zerosum.checkpoint import writing
from zerosum.data.layout import folder_name
from zerosum.errors import UserError


def write_samples(
    out: Path,
    samples: Tensor,
    labels: Tensor | None,
    about: Mapping[str, Any] | None,
    *,
    columns: int | None = None,
    classes: Sequence[str] = (),
) -> Path:
    """Write samples to `out` by its ending and return it.

    Args:
        out: .png: one picture of all; .npz: `samples` uint8 [N, H, W, C] for images or float32 [N, D], and `labels`
            int64 [N] where there are any, with the names `classes`; no ending: a folder of numbered files.
        samples: uint8 [N, C, H, W] or float32 [N, D].
        labels: int64 [N], or None.
        about: how they were made, written into pictures; None writes nothing.
        columns: of a .png of images; by default as many as make a square.
        classes: the names of the labels; default: their numbers.

    Raises:
        UserError: another ending, points as single files, or a full disk.
    """
    metadata = None if about is None else {"zerosum": __version__, **about}
    if out.suffix not in ("", ".png", ".npz"):
        raise UserError(f"--out {out}: use a .png grid, an .npz archive, or a folder's name without an ending")
    with writing(out.with_name(f".{out.name}.partial")):
        out.parent.mkdir(parents=True, exist_ok=True)
        if out.suffix == ".png":
            picture = (
                pictures.grid(samples, columns=columns) if samples.ndim == 4 else pictures.samples_picture(samples)
            )
            return pictures.save(picture, out, metadata=metadata)
        if out.suffix == ".npz":
            return write_archive(out, samples, labels, classes=classes)
        return write_folder(out, samples, labels, metadata, classes=classes)


def write_archive(out: Path, samples: Tensor, labels: Tensor | None, *, classes: Sequence[str] = ()) -> Path:
    """Write an .npz archive, atomically."""
    arrays = {"samples": (samples.permute(0, 2, 3, 1) if samples.ndim == 4 else samples).numpy()}
    arrays |= {} if labels is None else {"labels": labels.numpy()}
    arrays |= {"classes": np.array(classes)} if labels is not None and classes else {}
    with whole.replacing(out) as part, part.open("wb") as file:
        save_arrays: Callable[..., None] = np.savez_compressed
        save_arrays(file, **arrays)
    return out


def write_folder(
    out: Path,
    samples: Tensor,
    labels: Tensor | None,
    metadata: Mapping[str, Any] | None,
    *,
    classes: Sequence[str] = (),
) -> Path:
    """Write one .png a sample, in a sub-folder a label where there are labels."""
    if samples.ndim != 4:
        raise UserError(f"--out {out}: points are written as a .png picture or an .npz archive")
    for number, image in enumerate(samples):
        folder = out if labels is None else out / _folder(int(labels[number]), classes)
        folder.mkdir(parents=True, exist_ok=True)
        own = None if metadata is None else {**metadata, "number": number}
        pictures.save(as_image(image), folder / f"{number:06d}.png", metadata=own)
    return out


def _folder(label: int, classes: Sequence[str]) -> str:
    return folder_name(classes[label]) if classes else str(label)


def as_image(image: Tensor) -> Image.Image:
    """Return one uint8 image [C, H, W] as a picture of the same size."""
    array = image.permute(1, 2, 0).numpy()
    return Image.fromarray(array[..., 0] if array.shape[2] == 1 else array)
