"""The images of an augmentation study: few real ones of each class, and as many generated ones as asked for."""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from zerosum.core.seeds import derived_seed
from zerosum.data.dataset import Dataset
from zerosum.metrics.classifier import shrink
from zerosum.metrics.source import CHUNK, read
from zerosum.runs.generator import Generator

Pairs = tuple[Tensor, Tensor]
"""uint8 images [N, C, H, W] and their labels, int64 [N]."""


def few_a_class(data: Dataset, n: int, seed: int) -> Tensor:
    """Return the indices of `n` samples of each class of labelled `data`, chosen by `seed`, class by class."""
    assert data.labels is not None
    order = torch.randperm(len(data), generator=torch.Generator().manual_seed(derived_seed(seed, n)))
    labels = data.labels[order]
    return torch.cat([order[labels == label][:n] for label in range(len(data.classes))])


def write_images(path: Path, data: Dataset, rows: Tensor) -> None:
    """Write the chosen images as data to train on.

    They are also its test split, so that nothing that looks at it during training sees another image.
    """
    parts = list(read(data, rows))
    images = torch.cat([images for images, _ in parts]).permute(0, 2, 3, 1).numpy()
    labels = torch.cat([labels for _, labels in parts if labels is not None]).numpy()
    np.savez(path, x_train=images, y_train=labels, x_test=images, y_test=labels)


def generated(generator: Generator, per_class: int, seed: int) -> Pairs:
    """Return that many generated images of each class, at most 32 x 32, and the labels that they were made for."""
    classes = generator.control("label").form.size
    labels = torch.arange(per_class * classes) % classes
    parts = [
        shrink(generator.sample(len(part), seed=derived_seed(seed, number), given={"label": part}))
        for number, part in enumerate(torch.split(labels, CHUNK))
    ]
    return torch.cat(parts), labels


def mixed(real: Pairs, fake: Pairs) -> Pairs:
    """Return all fakes and as many reals, which take turns: so a batch has half of each, on average."""
    turns = torch.arange(len(fake[0])) % len(real[0])
    return torch.cat([real[0][turns], fake[0]]), torch.cat([real[1][turns], fake[1]])
