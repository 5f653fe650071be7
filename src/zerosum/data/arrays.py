"""Images that are arrays already: those of npz archives (`zerosum.data.contents`), and known sets at another size.

Sizes follow the rule of `zerosum.data.size`; alpha is kept where a pixel is see-through.
"""

import logging
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from zerosum.data.contents import Array, Contents, channels_last, look
from zerosum.data.dataset import Resident, fingerprint
from zerosum.data.fitting import fit as fit_image
from zerosum.data.images import dataset_name, form_of
from zerosum.data.layout import tell_untrained
from zerosum.data.ranges import BYTE, Range, check_finite, of_array, scaled
from zerosum.data.scan import parallel
from zerosum.data.size import Fit, Size, choose_size, sides

log = logging.getLogger(__name__)


def load_arrays(
    path: Path,
    *,
    size: Size | None = None,
    channels: int | None = None,
    fit: Fit = "crop",
    split: str = "train",
    memory_limit: int | None = None,
    value_range: Range | None = None,
) -> Resident:
    """Return the images of a split of an npz archive; what they are brought to is found in all of its splits.

    Raises:
        UserError: it is no npz, holds pickled objects, no images, images in a range that cannot be told, or splits of
            different sizes, channels or types.
    """
    contents = look(path, memory_limit=memory_limit)
    check_finite(contents.values, path)
    within = value_range or contents.range(path)
    pixels = _as_bytes(contents.values[contents.rows[split]], within)
    extent = choose_size(size, [(pixels.shape[3], pixels.shape[2])]).size
    values = fit_all(pixels, extent, channels or _channels(contents.values, within), fit)
    labels, (classes, untrained) = contents.labels[split], contents.of(split)
    if split == "train":
        tell_untrained(untrained, path)
        _tell_unread(contents, path)
    number = {name: index for index, name in enumerate(classes)}
    return Resident(
        values,
        name=dataset_name(path),
        labels=None if labels is None else torch.tensor([number[name] for name in labels.tolist()]),
        classes=[] if labels is None else [str(name) for name in classes],
        split=split,
        # The range of deep files to come that hold what these arrays do: floats in files have no such range.
        levels=value_range or (within if contents.values.dtype.kind in "iu" and within[1] > BYTE[1] else None),
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
    contents = look(path, points=points, memory_limit=memory_limit)
    _tell_unread(contents, path)
    if not points:
        contents.check_alike(path)
    return contents.together()


def fit_all(pixels: NDArray[np.uint8], size: Size, channels: int, fit: Fit = "crop") -> Tensor:
    """Bring uint8 [N, C, H, W], with C of 1, 3 or 4 (alpha), to a size and channels as files are."""
    if channels < 4 and pixels.shape[1:] == (channels, *sides(size)):
        return torch.from_numpy(np.ascontiguousarray(pixels))
    planes = list(pixels[:, 0] if pixels.shape[1] == 1 else pixels.transpose(0, 2, 3, 1))
    return torch.from_numpy(
        np.stack(parallel(lambda plane: fit_image(Image.fromarray(plane), size, channels, fit), planes))
    )


def to_bytes(images: Array, path: Path | str, within: Range | None = None) -> NDArray[np.uint8]:
    """Map arrays of any layout to uint8 [N, C, H, W] by a range; default: `zerosum.data.ranges.of_array`."""
    ordered = channels_last(images, path)
    return _as_bytes(ordered, within or of_array(ordered, path))


def _as_bytes(channels_last: Array, values: Range) -> NDArray[np.uint8]:
    if channels_last.dtype != np.uint8 or values != BYTE:
        channels_last = np.rint(scaled(channels_last, values)).astype(np.uint8)
    return np.ascontiguousarray(channels_last.transpose(0, 3, 1, 2))


def _channels(channels_last: Array, within: Range) -> int:
    """Return the channels of images, without alpha where it is full everywhere."""
    channels = int(channels_last.shape[3])
    return 3 if channels == 4 and bool((_as_bytes(channels_last[..., 3:], within) == 255).all()) else channels


def _tell_unread(contents: Contents, path: Path) -> None:
    """Warn of arrays that nothing is taken of, in one line."""
    if contents.unread:
        log.warning("%s: arrays that are not read: %s", path, ", ".join(contents.unread))
