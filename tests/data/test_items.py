"""Data of somebody's own code: what is read, and the one line that each thing that is wrong is told in."""

import numpy as np
import pytest
import torch
from PIL import Image
from torch.utils.data import Dataset, IterableDataset

from zerosum.data.items import Given
from zerosum.errors import UserError


class Items(Dataset):
    """What is written out, as a data set."""

    def __init__(self, items, length=None, classes=None):
        self.items, self.length = items, len(items) if length is None else length
        if classes is not None:
            self.classes = classes

    def __len__(self):
        return self.length

    def __getitem__(self, index):
        return self.items[index]


def images(count=20, **changes):
    """Pairs of a grey 4x4 image of value i and a label of i % 2."""
    items = [(torch.full((1, 4, 4), i, dtype=torch.uint8), i % 2) for i in range(count)]
    for index, item in changes.items():
        items[int(index[1:])] = item
    return items


def test_images_with_labels_are_read_and_a_tenth_is_held_out():
    given = Given(Items(images()), "mine")
    train, test = given.load("train"), given.load("test")
    assert (len(train), len(test), train.shape, train.classes) == (18, 2, (1, 4, 4), ("0", "1"))
    values = [*train.values[:, 0, 0, 0].tolist(), *test.values[:, 0, 0, 0].tolist()]
    assert sorted(values) == list(range(20))
    assert torch.equal(train.labels, train.values[:, 0, 0, 0].long() % 2)
    assert train.fingerprint == Given(Items(images()), "mine").load("train").fingerprint != test.fingerprint
    other = Given(Items(images(i3=(torch.zeros(1, 4, 4, dtype=torch.uint8), 1))), "mine")
    assert {other.load("train").fingerprint, other.load("test").fingerprint} != {train.fingerprint, test.fingerprint}


def test_the_names_of_classes_are_the_data_sets_own():
    assert Given(Items(images(), classes=["even", "odd", "none"]), "mine").load("test").classes == (
        "even",
        "odd",
        "none",
    )


def test_floats_and_pictures_become_bytes():
    half = Given(torch.linspace(0, 1, 4 * 16).reshape(4, 1, 4, 4), "mine").load("train")
    assert half.values.dtype == torch.uint8
    picture = Given(Items([Image.new("RGB", (5, 4), (9, 8, 7))] * 3), "mine").load("train")
    assert picture.shape == (3, 4, 5)
    assert picture.values[0, :, 0, 0].tolist() == [9, 8, 7]
    assert Given(Items(images()), "mine").load("train", size=(2, 2), channels=3).shape == (3, 2, 2)


def test_points_are_standardised_by_the_train_split():
    points = np.random.default_rng(0).normal(5, 2, (200, 3))
    points[:, 2] = 1
    train = Given(points, "mine").load("train")
    inside = train.batch(torch.arange(len(train)))["real"]
    assert inside.dtype == torch.float32
    assert inside.mean(0).abs().max() < 1e-5
    assert inside[:, :2].std(0, correction=0) == pytest.approx(torch.ones(2), abs=1e-4)
    assert torch.equal(train.center, Given(points, "mine").load("test").center)
    with pytest.raises(UserError, match="points, not images"):
        Given(points, "mine").load("train", size=4)


def test_two_splits_are_taken_as_they_are():
    given = Given({"train": torch.zeros(5, 2), "test": torch.ones(3, 2)}, "mine")
    assert (len(given.load("train")), len(given.load("test"))) == (5, 3)
    with pytest.raises(UserError, match="splits train, valid: give train and test"):
        Given({"train": 1, "valid": 2}, "mine")
    with pytest.raises(UserError, match="make them alike"):
        Given({"train": torch.zeros(5, 2), "test": torch.ones(3, 4)}, "mine")


class Endless(IterableDataset):
    """Has no items by number."""

    def __iter__(self):
        return iter(())


class Broken(Items):
    """Cannot read item 3."""

    def __getitem__(self, index):
        if index == 3:
            raise OSError("disk\non fire")
        return super().__getitem__(index)


@pytest.mark.parametrize(
    "data, said",
    [
        (Items([]), "mine is empty"),
        (torch.zeros(0, 2), "mine is empty"),
        (Items(images(), length=30), "says that it has 30 items, but not item 20: mend its __len__"),
        (Endless(), "no items by number|has no length"),
        (Broken(images()), "item 3 of mine cannot be read: disk on fire"),
        (Items(images(i2=(torch.zeros(1, 5, 4, dtype=torch.uint8), 0))), r"item 2 of mine is \[1, 5, 4\] uint8"),
        (Items(images(i2=(torch.zeros(1, 4, 4), 0))), r"item 2 of mine is \[1, 4, 4\] float32, .* \[1, 4, 4\] uint8"),
        (Items(images(i2=torch.zeros(1, 4, 4, dtype=torch.uint8))), "19 of 20 items of mine have a label"),
        (Items(images(i2=(torch.zeros(1, 4, 4, dtype=torch.uint8), -1))), "label -1: give a whole number from 0"),
        (Items(images(i2=(torch.zeros(1, 4, 4, dtype=torch.uint8), 0.5))), "label 0.5: give a whole number"),
        (Items(images(i2=(torch.zeros(1, 4, 4, dtype=torch.uint8), "cat"))), "label 'cat': give a whole number"),
        (Items(["text"] * 3), "item 0 of mine is a str"),
        (Items([{"x": 1}] * 3), "item 0 of mine is a dict"),
        (torch.tensor([[0.0, float("nan")]] * 4), "4 values that are NaN or infinite"),
        (np.array([["a", "b"]] * 4), "no numbers"),
        (torch.zeros(2, 2, 2, 2, 2), r"items \[2, 2, 2, 2\]: give images"),
        (3, "no items by number"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_one_line(data, said):
    with pytest.raises(UserError, match=said) as told:
        Given(data, "mine")
    assert "\n" not in str(told.value)


def test_labels_beyond_the_classes_are_refused():
    given = Given(Items(images(i2=(torch.zeros(1, 4, 4, dtype=torch.uint8), 7)), classes=["even", "odd"]), "mine")
    with pytest.raises(UserError, match="labels from 0 to 7, and 2 classes: number them from 0 to 1"):
        given.load("train")


def test_images_in_a_range_that_nobody_can_tell_are_refused():
    with pytest.raises(UserError, match="from -3 to "):
        Given(torch.linspace(-3, 3, 64).reshape(4, 1, 4, 4), "mine").load("train")
    assert Given(torch.linspace(-3, 3, 64).reshape(4, 1, 4, 4), "mine").load("train", value_range=(-3, 3)).shape


def test_more_than_memory_holds_is_refused_before_it_is_read(monkeypatch):
    from zerosum.data import items

    monkeypatch.setattr(items, "default_memory_limit", lambda: 100)
    with pytest.raises(UserError, match="would take"):
        Given(Items(images()), "mine")


def test_both_splits_have_one_range():
    """A test split that holds no bright image is not made brighter than the train split."""
    values = torch.arange(4 * 16, dtype=torch.int32).reshape(4, 1, 4, 4) * 60
    given = Given({"train": values, "test": values // 4}, "mine")
    assert given.range == (0, 4095)
    assert torch.equal(given.load("train").values, (values * (255 / 4095)).round().to(torch.uint8))
    assert torch.equal(given.load("test").values, (values // 4 * (255 / 4095)).round().to(torch.uint8))
