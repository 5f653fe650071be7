"""Random crops and mirror images, the same for all images of a row: of what is paired, of images and their holes."""

from collections.abc import Callable
from functools import cache

import torch
from torch import Tensor

from zerosum.data.dataset import Dataset, fingerprint
from zerosum.data.derived import Derived
from zerosum.data.keyed_random import below, uniform
from zerosum.data.size import Sides, sides, written

ROW, COLUMN, MIRROR = 1, 2, 3
"""Streams of random numbers."""
MARGIN = 8
"""Images are loaded an eighth larger than their crops, as pix2pix's 286 for 256 pixels (arXiv:1611.07004, 6.2)."""


class Crops(Derived):
    """Parts of `size` out of larger images, anywhere and half of them mirrored: what training sees.

    To look at and to judge by there are the whole images, so that crops change what is learned and not what is judged.

    Args:
        base: images, larger than the parts.
        size: the side of squares, or (height, width).
        whole: loads the same images, whole, at `size`; called when they are first looked at.
    """

    def __init__(self, base: Dataset, size: int | Sides, *, whole: Callable[[], Dataset]) -> None:
        super().__init__(base)
        self.size, self.whole = sides(size), cache(whole)
        self.shape = (base.shape[0], *self.size)
        self.fingerprint = fingerprint(base.fingerprint, f"crops of {written(self.size)}, mirrored")

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
        batch = self.base.drawn(indices, keys)
        return batch | {"real": self._crop(batch["real"], keys.to(batch["real"].device))}

    def _crop(self, images: Tensor, keys: Tensor) -> Tensor:
        spare = [whole - part + 1 for whole, part in zip(images.shape[2:], self.size, strict=True)]
        down, across = (torch.arange(side, device=images.device) for side in self.size)
        rows = below(keys, spare[0], ROW)[:, None] + down
        mirrored = uniform(keys, 1, MIRROR) < 0.5
        columns = below(keys, spare[1], COLUMN)[:, None] + torch.where(mirrored, across.flip(0), across)
        number = torch.arange(len(images), device=images.device)[:, None, None]
        return images[number, :, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2).contiguous()


def cropped(dataset: Dataset) -> bool:
    """Return whether training sees crops: whether a data set, or one that it is derived from, is `Crops`."""
    while isinstance(dataset, Derived) and not isinstance(dataset, Crops):
        dataset = dataset.base
    return isinstance(dataset, Crops)


def loaded_for(size: Sides) -> Sides:
    """Return the (height, width) of the images to cut crops of `size` from."""
    height, width = (side + max(1, side // MARGIN) for side in size)
    return height, width
