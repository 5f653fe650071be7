"""Labelled 8x8 images for studies: noisy rows and columns."""

import torch

from zerosum.data.dataset import Resident


def images_and_labels(n, *, seed=0):
    generator = torch.Generator().manual_seed(seed)
    labels = torch.arange(n) % 2
    line = torch.randint(8, (n,), generator=generator)
    across = (torch.arange(8)[None] == line[:, None]).float()
    rows, columns = across[:, :, None].expand(n, 8, 8), across[:, None, :].expand(n, 8, 8)
    clean = torch.where(labels[:, None, None] == 0, rows, columns)
    noise = torch.rand(n, 1, 8, 8, generator=generator)
    return (clean[:, None] * 155 + noise * 100).to(torch.uint8), labels


def bar_data(n, *, split="train", seed=0):
    images, labels = images_and_labels(n, seed=seed)
    return Resident(images, name="bars", labels=labels, classes=("row", "column"), split=split)
