"""Small images for a generator that was trained to sharpen enlarged ones (`--pairs small:4`)."""

from functools import partial

import torch
from torch import Tensor

from zerosum.data.channels import filtered
from zerosum.data.dataset import images_inside
from zerosum.data.makers import enlarged_to


def enlargement(pairs: str | None) -> int:
    """Return how many times larger the results of a generator are that was trained with these pairs."""
    if pairs is None or pairs.partition(":")[0] != "small":
        return 1
    return int(float(pairs.partition(":")[2] or 4))


def enlarged(images: Tensor, factor: int) -> Tensor:
    """Return images [N, C, H, W], uint8 or inside, enlarged as the pair maker does: bicubic, floats in [-1, 1]."""
    inside = images_inside(images) if images.dtype == torch.uint8 else images
    size = (inside.shape[2] * factor, inside.shape[3] * factor)
    return filtered(inside, partial(enlarged_to, size=size)).clamp(-1, 1)
