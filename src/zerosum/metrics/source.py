"""Real data as the metrics see it: outside values, on the CPU, a chunk at a time."""

from collections.abc import Iterator

import torch
from torch import Tensor
from torch.nn import functional as F

from zerosum.data.dataset import Dataset

CHUNK = 1000


def is_images(data: Dataset) -> bool:
    """Return whether the samples are images [C, H, W], of which some metrics are."""
    return data.spec.kind == "image"


def reduced(images: Tensor, side: int) -> Tensor:
    """Return uint8 images [N, C, H, W] with each side above `side` pixels area-averaged to it, in uint8 again."""
    if max(images.shape[2:]) <= side:
        return images
    size = (min(images.shape[2], side), min(images.shape[3], side))
    parts = [F.adaptive_avg_pool2d(part.float(), size).round().to(torch.uint8) for part in torch.split(images, 100)]
    return torch.cat(parts)


def read(data: Dataset, indices: Tensor, *, chunk: int = CHUNK) -> Iterator[tuple[Tensor, Tensor | None]]:
    """Yield (samples as users see them, labels or None) of `indices`, at most `chunk` at a time, on the CPU."""
    for part in torch.split(indices, chunk):
        batch = data.batch(part)
        label = batch["label"].cpu() if "label" in batch else None
        yield data.originals(part, batch).cpu(), label


def choose(count: int, size: int, *, seed: int = 0) -> Tensor:
    """Return `count` different indices below `size`, or all there are if fewer, in an order fixed by `seed`."""
    return torch.randperm(size, generator=torch.Generator().manual_seed(seed))[:count]
