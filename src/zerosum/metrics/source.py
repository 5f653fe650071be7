"""Real data as the metrics see it: outside values, on the CPU, a chunk at a time."""

from collections.abc import Iterator

import torch
from torch import Tensor

from zerosum.data.dataset import Dataset

CHUNK = 1000


def is_images(data: Dataset) -> bool:
    """Return whether the samples are images [C, H, W]; otherwise they are points."""
    return len(data.shape) == 3


def read(data: Dataset, indices: Tensor, *, chunk: int = CHUNK) -> Iterator[tuple[Tensor, Tensor | None]]:
    """Yield (samples as users see them, labels or None) of `indices`, at most `chunk` at a time, on the CPU."""
    for part in torch.split(indices, chunk):
        batch = data.batch(part)
        label = batch["label"].cpu() if "label" in batch else None
        yield data.outside(batch["real"]).cpu(), label


def choose(count: int, size: int, *, seed: int = 0) -> Tensor:
    """Return `count` different indices below `size`, or all there are if fewer, in an order fixed by `seed`."""
    return torch.randperm(size, generator=torch.Generator().manual_seed(seed))[:count]
