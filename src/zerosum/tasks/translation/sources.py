"""The first sources and targets of a translation's data, as a sheet: is each what it should be?"""

import torch
from PIL import Image

from zerosum.data.dataset import images_outside
from zerosum.data.source_target import Translation
from zerosum.kinds.image.writing import as_image
from zerosum.tasks.translation.compare import draw

FIRST = 12
"""Pairs that are drawn."""


def first_pairs(data: Translation) -> Image.Image:
    """Return the first twelve sources and targets of a split side by side, as training gets them, but uncropped."""
    count = min(FIRST, len(data))
    batch = data.uncropped().batch(torch.arange(count))
    sides = [[as_image(image) for image in images_outside(batch[key])] for key in ("x", "real")]
    names = [f"{number}" + ("" if data.truth else ", no pair") for number in range(count)]
    return draw(list(zip(names, *sides, strict=True)), ("source", "target"))
