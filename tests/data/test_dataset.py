import pytest
import torch

from zerosum.data.dataset import Resident, fingerprint, images_inside, images_outside


def _images(**options: object) -> Resident:
    values = torch.arange(2 * 3 * 4 * 4, dtype=torch.uint8).reshape(2, 3, 4, 4)
    return Resident(values, **({"name": "tiny"} | options))


def test_inside_maps_bytes_to_minus_one_to_one() -> None:
    assert images_inside(torch.tensor([0, 255], dtype=torch.uint8)).tolist() == [-1.0, 1.0]


def test_every_byte_survives_the_way_in_and_out() -> None:
    values = torch.arange(256, dtype=torch.uint8)
    assert torch.equal(images_outside(images_inside(values)), values)


def test_outside_rounds_half_to_even_and_clamps() -> None:
    assert images_outside(torch.tensor([-3.0, -1.0, 0.0, 1.0, 7.0])).tolist() == [
        0,
        0,
        128,
        255,
        255,
    ]  # 127.5 goes to the even 128
    quarter = torch.tensor([-0.5, 0.5])  # 63.75 and 191.25: no fraction is cut off
    assert images_outside(quarter).tolist() == [64, 191]


def test_outside_takes_bfloat16() -> None:
    assert images_outside(torch.tensor([-1.0, 1.0], dtype=torch.bfloat16)).tolist() == [0, 255]


def test_batch_of_images_with_labels() -> None:
    dataset = _images(labels=torch.tensor([1, 0]), classes=("a", "b"))
    batch = dataset.batch(torch.tensor([1, 1, 0]))
    assert batch["real"].shape == (3, 3, 4, 4)
    assert batch["real"].dtype == torch.float32
    assert batch["label"].tolist() == [0, 0, 1]
    assert torch.equal(dataset.outside(batch["real"])[2], dataset.values[0])


def test_batch_without_classes_has_no_label() -> None:
    assert set(_images().batch(torch.tensor([0]))) == {"real"}


def test_points_are_standardised_inside_and_restored_outside() -> None:
    points = torch.tensor([[1.0, 10.0], [3.0, 30.0]])
    center, scale = torch.tensor([2.0, 20.0]), torch.tensor([1.0, 10.0])
    dataset = Resident(points, name="points", center=center, scale=scale)
    real = dataset.batch(torch.arange(2))["real"]
    assert real.tolist() == [[-1, -1], [1, 1]]
    assert torch.equal(dataset.outside(real), points)


def test_to_the_same_device_copies_nothing() -> None:
    dataset = _images()
    assert dataset.to("cpu") is dataset


def test_to_another_device_keeps_what_identifies_the_data() -> None:
    dataset = _images(labels=torch.tensor([1, 0]), classes=("a", "b"))
    moved = dataset.to("meta")
    assert moved.device.type == "meta"
    assert dataset.device.type == "cpu"
    assert (moved.fingerprint, moved.classes, len(moved)) == (dataset.fingerprint, dataset.classes, 2)


@pytest.mark.parametrize("change", ["pixel", "label", "class", "split", "size", "center"])
def test_fingerprint_changes_with(change: str) -> None:
    values, labels = torch.zeros(2, 1, 4, 4, dtype=torch.uint8), torch.tensor([0, 1])
    base = Resident(values, name="x", labels=labels, classes=("a", "b"))
    changed = values.clone()
    changed[1, 0, 3, 3] = 1
    other = {
        "pixel": lambda: Resident(changed, name="x", labels=labels, classes=("a", "b")),
        "label": lambda: Resident(values, name="x", labels=labels.flip(0), classes=("a", "b")),
        "class": lambda: Resident(values, name="x", labels=labels, classes=("a", "c")),
        "split": lambda: Resident(values, name="x", labels=labels, classes=("a", "b"), split="test"),
        "size": lambda: Resident(values.reshape(2, 1, 2, 8), name="x", labels=labels, classes=("a", "b")),
        "center": lambda: Resident(values.reshape(2, 16).float(), name="x", center=torch.ones(16)),
    }[change]()
    assert len(base.fingerprint) == 16
    assert other.fingerprint != base.fingerprint


def test_fingerprint_does_not_depend_on_the_name() -> None:
    assert _images(name="a").fingerprint == _images(name="b").fingerprint


def test_fingerprint_keeps_its_parts_apart() -> None:
    assert fingerprint("ab", "c") != fingerprint("a", "bc")
    assert fingerprint("a", None) != fingerprint("a", "")


def test_names_that_are_no_text_are_the_bytes_they_are() -> None:
    assert fingerprint("\udce9t\udce9") != fingerprint("\udce8t\udce8")
    assert fingerprint("\udcc3\udca9") == fingerprint("é"), "as it is read where names are taken for ASCII"


def test_values_that_are_no_samples_are_refused() -> None:
    with pytest.raises(ValueError, match="expected uint8"):
        Resident(torch.zeros(3, 4, 4), name="bad")
    with pytest.raises(ValueError, match="one label for each"):
        _images(labels=torch.tensor([1]), classes=("a", "b"))
