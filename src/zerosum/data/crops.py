"""Random crops and mirror images, the same for all images of a row: of what is paired, of images and their holes."""

from collections.abc import Callable
from functools import cache

import torch
from torch import Tensor

from zerosum.data.chance import below, uniform
from zerosum.data.dataset import Dataset, fingerprint
from zerosum.data.derived import Derived

ROW, COLUMN, MIRROR = 1, 2, 3
"""Streams of random numbers."""
MARGIN = 8
"""Images are loaded an eighth larger than their crops, as pix2pix's 286 for 256 pixels (arXiv:1611.07004, 6.2)."""


class Crops(Derived):
    """Squares of `size` pixels out of larger images, anywhere and half of them mirrored: what training sees.

    To look at and to judge by there are the whole images, so that crops change what is learned and not what is judged.

    Args:
        base: images, larger than the squares.
        size: pixels a side.
        whole: loads the same images, whole, at `size` pixels a side; called when they are first looked at.
    """

    def __init__(self, base: Dataset, size: int, *, whole: Callable[[], Dataset]) -> None:
        super().__init__(base)
        self.size, self.whole = size, cache(whole)
        self.shape = (base.shape[0], size, size)
        self.fingerprint = fingerprint(base.fingerprint, f"crops of {size}, mirrored")

    def over(self, base: Dataset) -> "Crops":
        """Return the same of another base."""
        return Crops(base, self.size, whole=self.whole)

    def uncropped(self) -> Dataset:
        """Return the whole images."""
        return self.whole()

    def batch(self, indices: Tensor) -> dict[str, Tensor]:
        """Return the images at `indices`, whole."""
        return self.whole().batch(indices)

    def drawn(self, indices: Tensor, keys: Tensor) -> dict[str, Tensor]:
        """Return crops of the images at `indices`, each at a place of its own."""
        found = self.base.drawn(indices, keys)
        return found | {"real": self._crop(found["real"], keys.to(found["real"].device))}

    def _crop(self, images: Tensor, keys: Tensor) -> Tensor:
        height, width = images.shape[2:]
        within = torch.arange(self.size, device=images.device)
        rows = below(keys, height - self.size + 1, ROW)[:, None] + within
        mirrored = uniform(keys, 1, MIRROR) < 0.5
        columns = below(keys, width - self.size + 1, COLUMN)[:, None] + torch.where(mirrored, within.flip(0), within)
        number = torch.arange(len(images), device=images.device)[:, None, None]
        return images[number, :, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2).contiguous()


def cropped(dataset: Dataset) -> bool:
    """Return whether training sees crops: whether a data set, or one that it is derived from, is `Crops`."""
    while isinstance(dataset, Derived) and not isinstance(dataset, Crops):
        dataset = dataset.base
    return isinstance(dataset, Crops)


def loaded_for(size: int) -> int:
    """Return the side of the images to cut crops of `size` from."""
    return size + max(1, size // MARGIN)
