from pathlib import Path

import numpy as np
import pytest
import torch

from zerosum.data.check import check
from zerosum.data.dataset import Resident
from zerosum.data.load import load
from zerosum.data.loader import Loader
from zerosum.data.stacked import COUNTS, Stacked, load_stacked, mode_of
from zerosum.errors import UserError

LABELS = np.arange(40) % 10


@pytest.fixture
def root(tmp_path: Path, write_idx) -> Path:
    """MNIST in small: 40 images, each of one grey level that tells which it is."""
    images = np.broadcast_to(np.arange(40)[:, None, None], (40, 28, 28))
    for part in ("train", "t10k"):
        write_idx(tmp_path / f"mnist/{part}-images-idx3-ubyte.gz", images)
        write_idx(tmp_path / f"mnist/{part}-labels-idx1-ubyte.gz", LABELS)
    return tmp_path


def test_channels_are_whole_digits_in_the_order_of_the_mode(root: Path) -> None:
    dataset = load_stacked(root=root)
    assert (dataset.name, dataset.shape, len(dataset)) == ("stacked-mnist", (3, 28, 28), 128_000)
    images = dataset.outside(dataset.batch(torch.tensor([5, 127_999]))["real"])
    assert images.dtype == torch.uint8
    for image, row in zip(images, (5, 127_999), strict=True):
        three = dataset.indices[row]
        assert image.flatten(1).unique(dim=1).squeeze(1).tolist() == three.tolist()
        first, second, third = (int(LABELS[number]) for number in three)
        assert dataset.modes[row] == 100 * first + 10 * second + third


def test_it_is_unlabelled_and_every_mode_is_there(root: Path) -> None:
    dataset = load_stacked(root=root)
    assert (dataset.classes, dataset.labels) == ((), None)
    assert set(dataset.batch(torch.tensor([0]))) == {"real"}
    counts = dataset.modes.bincount(minlength=1000)
    assert len(counts) == 1000
    # 128 a mode, a binomial with a standard deviation of 11.3; 1,000 draws stay within 5 of those.
    assert counts.min() > 128 - 57
    assert counts.max() < 128 + 57


def test_splits_are_fixed_and_differ(root: Path) -> None:
    train, test = load_stacked(root=root), load_stacked(root=root, split="test")
    assert (len(train), len(test)) == (COUNTS["train"], COUNTS["test"])
    assert train.indices[:2].tolist() == [[0, 3, 3], [39, 9, 19]], "the draws are part of the data set's name"
    assert not torch.equal(train.indices[: len(test)], test.indices)
    assert train.fingerprint == load_stacked(root=root).fingerprint != test.fingerprint


def test_size_is_that_of_the_digits(root: Path) -> None:
    dataset = load("stacked-mnist", root=root, size=32)
    assert isinstance(dataset, Stacked)
    assert dataset.shape == (3, 32, 32)
    assert dataset.fingerprint != load("stacked-mnist", root=root).fingerprint
    with pytest.raises(UserError, match="in each of 3 channels"):
        load("stacked-mnist", root=root, channels=1)


def test_it_feeds_a_loader_and_a_check(root: Path) -> None:
    dataset = load("stacked-mnist", root=root)
    assert dataset.to("cpu") is dataset
    assert Loader(dataset, 4).at(0)["real"].shape == (4, 3, 28, 28)
    report = check("stacked-mnist", root=root)
    assert report.total == 153_600
    assert report.bytes == 40 * 28 * 28 + 128_000 * 3 * 8


def test_modes_are_numbers_in_the_base_of_the_classes() -> None:
    assert mode_of(torch.tensor([[0, 0, 0], [1, 2, 3], [9, 9, 9]]), 10).tolist() == [0, 123, 999]
    assert mode_of(torch.tensor([[1, 2, 0]]), 3).tolist() == [9 + 6]


def test_only_single_channels_stack() -> None:
    colour = Resident(torch.zeros(2, 3, 8, 8, dtype=torch.uint8), name="colour")
    with pytest.raises(ValueError, match="one channel"):
        Stacked(colour, torch.zeros(1, 3, dtype=torch.int64), name="x")
    grey = Resident(torch.zeros(2, 1, 8, 8, dtype=torch.uint8), name="grey")
    with pytest.raises(ValueError, match="indices below 2"):
        Stacked(grey, torch.full((1, 3), 2), name="x")
