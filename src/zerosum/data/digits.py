"""The embedded default: 1,797 real handwritten digits of 8x8 pixels, so that everything runs with no download.

Source: "Optical Recognition of Handwritten Digits", E. Alpaydin and C. Kaynak, UCI Machine Learning Repository, 1998,
doi 10.24432/C50P49, licensed CC BY 4.0; `DIGITS-LICENSE.txt` beside this file names the changes. The values 0..16 of
the original are scaled to 0..255. The split is fixed: a permutation with seed 0 is cut into 1,297 to train on and the
last 500 to test with.
"""

from importlib import resources

import numpy as np
import torch

from zerosum.data.dataset import Resident

TRAIN_COUNT = 1297
CLASSES = tuple("0123456789")


def load_digits(*, split: str = "train") -> Resident:
    """Return the digits of a split: uint8 [1297 or 500, 1, 8, 8] with labels 0..9."""
    path = resources.files("zerosum.data") / "digits.npz"
    with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
        images, labels = torch.from_numpy(archive["images"]), torch.from_numpy(archive["labels"])
    order = torch.from_numpy(np.random.RandomState(0).permutation(len(images)))  # a stream NumPy has frozen
    rows = order[:TRAIN_COUNT] if split == "train" else order[TRAIN_COUNT:]
    return Resident(images[rows].unsqueeze(1), name="digits", labels=labels[rows].long(), classes=CLASSES, split=split)
