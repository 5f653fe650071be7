"""A small labelled image set: noisy bars, one class for each direction."""

import torch

from zerosum.data.dataset import Resident


def bars(n, *, seed=0, side=8, channels=1):
    generator = torch.Generator().manual_seed(seed)
    labels = torch.randint(3, (n,), generator=generator)
    line = torch.randint(side, (n,), generator=generator)
    index = torch.arange(side)
    across = (index[None] == line[:, None]).float()
    rows, columns = across[:, :, None].expand(n, side, side), across[:, None, :].expand(n, side, side)
    cross = torch.maximum(rows, columns)
    clean = torch.where(labels[:, None, None] == 0, rows, torch.where(labels[:, None, None] == 1, columns, cross))
    noise = torch.rand(n, channels, side, side, generator=generator)
    return (clean[:, None] * 155 + noise * 100).to(torch.uint8), labels


def bar_data(n, *, split="train", seed=0, labelled=True, **options):
    images, labels = bars(n, seed=seed, **options)
    classes = ("row", "column", "cross") if labelled else ()
    return Resident(images, name="bars", labels=labels if labelled else None, classes=classes, split=split)
