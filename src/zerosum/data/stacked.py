"""Stacked MNIST: three digits in the three channels of an image, a data set of 1,000 modes of which each is known.

Metz et al. 2016, arXiv:1611.02163; Srivastava et al. 2017, arXiv:1705.07761. Each image is made of three digits drawn
from MNIST with replacement, so its mode is a number from 000 to 999. A generator that lost some of them is found out by
a classifier of single digits: `zerosum.metrics.stacked`.

The digits are those of the original files. Which three make image number i is fixed by the split, and the images are
put together when they are asked for: 128,000 of them take the memory of 60,000 digits.
"""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from zerosum.data.arrays import fitted
from zerosum.data.dataset import Dataset, Resident, fingerprint
from zerosum.data.idx import load_idx
from zerosum.data.size import Fit, Sides
from zerosum.errors import UserError

CHANNELS = 3
COUNTS = {"train": 128_000, "test": 25_600}
SEEDS = {"train": 0, "test": 1}


class Stacked(Dataset):
    """Images whose channels are images of another data set; unlabelled, since the game is to find the modes unaided.

    Args:
        single: what the channels are made of: images with one channel.
        indices: int64 [N, 3], which three of `single` make an image.
        name: what to call it.

    Raises:
        ValueError: `single` has more than one channel, or an index is not one of its own.
    """

    def __init__(self, single: Resident, indices: Tensor, *, name: str) -> None:
        if not single.is_images or single.shape[0] != 1:
            raise ValueError(f"expected images with one channel to stack, not {list(single.shape)}")
        if indices.shape != (len(indices), CHANNELS) or not 0 <= int(indices.min()) <= int(indices.max()) < len(single):
            raise ValueError(f"expected [N, {CHANNELS}] indices below {len(single)}, not {list(indices.shape)}")
        self.single, self.indices, self.name = single, indices, name
        self.shape = (CHANNELS, *single.shape[1:])
        self.classes, self.labels, self.split, self.problems = (), None, single.split, single.problems
        self.fingerprint = fingerprint("stacked", single.fingerprint, indices)

    def __len__(self) -> int:
        return len(self.indices)

    @property
    def nbytes(self) -> int:
        """Bytes of memory that the single images and the numbers of the three take."""
        return self.single.nbytes + self.indices.nbytes

    @property
    def modes(self) -> Tensor:
        """Return the mode of each image, int64 [N]: its three labels as digits of a number, the first channel first."""
        assert self.single.labels is not None
        return mode_of(self.single.labels[self.indices], len(self.single.classes))

    def batch(self, indices: Tensor) -> dict[str, Tensor]:
        """Return {"real": float32 [N, 3, H, W] in [-1, 1]}, on the device where the single images lie."""
        three = self.indices[indices.to(self.indices.device)]
        images = self.single.batch(three.flatten())["real"]
        return {"real": images.view(len(three), *self.shape)}

    def to(self, device: torch.device | str) -> "Stacked":
        """Return a data set whose single images lie on `device`; itself where they do not fit there."""
        single = self.single.to(device)
        return self if single is self.single else Stacked(single, self.indices, name=self.name)


def mode_of(labels: Tensor, classes: int) -> Tensor:
    """Return the number of the mode, int64 [N], of the labels of the channels [N, 3], each below `classes`."""
    places = torch.tensor([classes**place for place in reversed(range(CHANNELS))], device=labels.device)
    return (labels * places).sum(1)


def load_stacked(
    *,
    root: Path | None = None,
    size: Sides | None = None,
    channels: int | None = None,
    fit: Fit = "crop",
    split: str = "train",
) -> Stacked:
    """Return Stacked MNIST: 128,000 images [3, 28, 28] to train on, 25,600 of other digits to test with.

    Args:
        root: where MNIST's original files are looked for first.
        size: of the digits, (height, width), resized before they are stacked.
        channels: 3, or None.
        fit: of the digits to other proportions.
        split: "train" or "test".

    Raises:
        UserError: another number of channels, or MNIST is missing or damaged.
    """
    if channels not in (None, CHANNELS):
        raise UserError(f"stacked-mnist has a digit in each of {CHANNELS} channels: leave out channels")
    digits = load_idx("mnist", root=root, split=split)
    if size not in (None, digits.shape[1:]):
        digits = fitted(digits, size=size, channels=1, fit=fit)
    rows = np.random.RandomState(SEEDS[split]).randint(len(digits), size=(COUNTS[split], CHANNELS))  # a frozen stream
    return Stacked(digits, torch.from_numpy(rows.astype(np.int64)), name="stacked-mnist")
