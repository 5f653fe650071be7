from pathlib import Path

import numpy as np
import pytest
import torch

from zerosum.data.arrays import fitted, load_arrays, read_arrays, to_bytes
from zerosum.data.check import check
from zerosum.data.dataset import Resident
from zerosum.errors import UserError

IMAGES = np.random.default_rng(0).integers(0, 256, (20, 12, 12, 3), dtype=np.uint8)
NAME = Path("x.npz")


def _save(tmp_path: Path, **arrays: np.ndarray) -> Path:
    np.savez(tmp_path / "set.npz", **arrays)
    return tmp_path / "set.npz"


@pytest.mark.parametrize("key", ["images", "samples", "x", "X", "arr_0", "anything"])
def test_arrays_by_name(tmp_path: Path, key: str) -> None:
    path = _save(tmp_path, aside=np.zeros(3), **{key: IMAGES})
    both = [load_arrays(path, split=split) for split in ("train", "test")]
    assert [len(d) for d in both] == [18, 2]
    assert both[0].shape == (3, 12, 12)
    rows = {row.tobytes() for d in both for row in d.values.permute(0, 2, 3, 1).numpy()}
    assert rows == {row.tobytes() for row in IMAGES}


def test_labels_become_classes(tmp_path: Path) -> None:
    labels = np.arange(20) % 4 * 5
    dataset = load_arrays(_save(tmp_path, images=IMAGES, labels=labels))
    assert dataset.labels is not None
    assert set(dataset.classes) == {"0", "5", "10", "15"}
    for pixels, label in zip(dataset.values, dataset.labels, strict=True):
        number = next(i for i in range(20) if (IMAGES[i].transpose(2, 0, 1) == pixels.numpy()).all())
        assert dataset.classes[label] == str(labels[number])


def test_arrays_with_their_own_splits(tmp_path: Path) -> None:
    path = _save(tmp_path, x_train=IMAGES[:15], y_train=np.arange(15) % 3, x_test=IMAGES[15:], y_test=np.arange(5) % 3)
    assert (len(load_arrays(path)), len(load_arrays(path, split="test"))) == (15, 5)


@pytest.mark.parametrize(
    ("shape", "result"),
    [
        ((5, 8, 8), (5, 1, 8, 8)),
        ((5, 8, 8, 1), (5, 1, 8, 8)),
        ((5, 3, 8, 8), (5, 3, 8, 8)),
        ((5, 8, 8, 4), (5, 4, 8, 8)),
    ],
)
def test_layouts(shape: tuple[int, ...], result: tuple[int, ...]) -> None:
    assert to_bytes(np.zeros(shape, np.uint8), NAME).shape == result


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (np.array([0, 7, 255], np.uint8), [0, 7, 255]),
        (np.array([0, 7, 255], np.int64), [0, 7, 255]),
        (np.array([0, 257 * 7, 65535], np.uint16), [0, 7, 255]),
        (np.array([0.0, 0.2, 1.0]), [0, 51, 255]),
        (np.array([-1.0, 0.2, 1.0], np.float32), [0, 153, 255]),
        (np.array([0.0, 7.4, 255.0]), [0, 7, 255]),
        (np.array([False, True, True]), [0, 255, 255]),
        (np.array([0, 1, 1], np.uint8), [0, 255, 255]),
        (np.array([0, 1, 1]), [0, 255, 255]),
        (np.array([0, 0, 0], np.uint8), [0, 0, 0]),
        (np.array([0, 1, 2], np.uint8), [0, 1, 2]),
        (np.array([0, 1638, 4095], np.uint16), [0, 102, 255]),
        (np.array([0, 7, 255], np.uint16), [0, 7, 255]),
    ],
)
def test_ranges(values: np.ndarray, expected: list[int]) -> None:
    assert to_bytes(values.reshape(1, 1, 3), NAME).ravel().tolist() == expected


@pytest.mark.parametrize("values", [[-5.0, 3.0], [0.0, 300.0], [np.nan, 1.0]])
def test_ranges_that_cannot_be_told(values: list[float]) -> None:
    with pytest.raises(UserError, match="save images as uint8"):
        to_bytes(np.array(values).reshape(1, 1, 2), NAME)


def test_alpha_is_kept_where_it_is_used(tmp_path: Path) -> None:
    images = np.zeros((2, 8, 8, 4), np.uint8)
    images[..., 3] = 51
    images[1, 0, 0] = 99, 99, 99, 0
    path = _save(tmp_path, images=images)
    both = torch.cat([load_arrays(path, split=split).values for split in ("train", "test")])
    assert both.shape == (2, 4, 8, 8)
    assert sorted(both[:, :, 0, 0].tolist()) == [[0, 0, 0, 0], [0, 0, 0, 51]], "no colour where nothing is seen"
    assert (both[:, :, 1] == torch.tensor([0, 0, 0, 51])[:, None]).all()
    white = torch.cat([load_arrays(path, channels=3, split=split).values for split in ("train", "test")])
    assert white.shape == (2, 3, 8, 8)
    assert sorted(white[:, 0, 0, 0].tolist()) == [204, 255], "put on white"
    images[..., 3] = 255
    assert load_arrays(_save(tmp_path, images=images)).shape == (3, 8, 8), "alpha that is not used is none"


def test_size_is_kept_derived_or_asked_for(tmp_path: Path) -> None:
    assert load_arrays(_save(tmp_path, images=IMAGES), size=8, channels=1).shape == (1, 8, 8)
    assert load_arrays(_save(tmp_path, images=IMAGES[:, :, :7])).shape == (3, 12, 8), "7x12: their aspect"
    assert load_arrays(_save(tmp_path, images=IMAGES[:, :8])).shape == (3, 8, 12), "12x8: their own"


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"a": np.zeros((3, 3))}, r"holds no images \(a\)"),
        ({"images": np.zeros((3, 8, 8, 7))}, "1, 3 or 4 channels"),
        ({"images": np.zeros((0, 8, 8, 3))}, "holds an array"),
        ({"images": IMAGES, "labels": np.zeros(3)}, "3 labels for 20 images"),
    ],
)
def test_bad_archives(tmp_path: Path, arrays: dict[str, np.ndarray], message: str) -> None:
    with pytest.raises(UserError, match=message):
        load_arrays(_save(tmp_path, **arrays))


def test_pickles_are_never_opened(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="not a readable npz"):
        load_arrays(_save(tmp_path, images=np.array([{"a": 1}], dtype=object)))


def test_what_is_no_npz(tmp_path: Path) -> None:
    path = tmp_path / "set.npz"
    path.write_bytes(b"not an archive")
    with pytest.raises(UserError, match="is no npz archive"):
        load_arrays(path)
    with path.open("wb") as file:
        np.save(file, IMAGES)
    with pytest.raises(UserError, match="is no npz archive"):
        load_arrays(path)
    _save(tmp_path, images=IMAGES)
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(UserError, match="is no npz archive"):
        load_arrays(path)
    _save(tmp_path, images=IMAGES)
    content = bytearray(path.read_bytes())
    content[2000] ^= 0xFF
    path.write_bytes(bytes(content))
    with pytest.raises(UserError, match=r"not a readable npz .*CRC"):
        load_arrays(path)


def test_archive_over_the_memory_limit(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="memory limit"):
        load_arrays(_save(tmp_path, images=IMAGES), memory_limit=1000)


def test_fitted_changes_size_channels_and_fingerprint() -> None:
    base = Resident(
        torch.full((3, 1, 8, 8), 9, dtype=torch.uint8), name="x", labels=torch.tensor([0, 1, 0]), classes=("a", "b")
    )
    other = fitted(base, size=12, channels=3)
    assert other.shape == (3, 12, 12)
    assert (other.values == 9).all()
    assert other.labels is base.labels
    assert len({base.fingerprint, other.fingerprint, fitted(base, size=16, channels=3).fingerprint}) == 3


def test_numbers_get_the_names_that_lie_beside_them(tmp_path: Path) -> None:
    names = np.array(["dog", "cat"])
    dataset = load_arrays(_save(tmp_path, images=IMAGES, labels=np.arange(20) % 2, classes=names))
    assert dataset.classes == ("cat", "dog")
    assert dataset.labels is not None
    for pixels, label in zip(dataset.values, dataset.labels, strict=True):
        number = next(i for i in range(20) if (IMAGES[i].transpose(2, 0, 1) == pixels.numpy()).all())
        assert dataset.classes[label] == names[number % 2]


def test_names_that_are_not_those_of_the_labels_are_left_alone(tmp_path: Path) -> None:
    labels = np.arange(20) % 4
    assert load_arrays(_save(tmp_path, images=IMAGES, labels=labels, classes=np.array(["a", "b"]))).classes == (
        *("0", "1", "2", "3"),
    )
    assert load_arrays(_save(tmp_path, images=IMAGES, labels=labels, classes=np.arange(4))).classes[0] == "0"


def test_what_is_not_finite_is_counted() -> None:
    with pytest.raises(UserError, match="2 values that are NaN or infinite, of 3"):
        to_bytes(np.array([np.nan, np.inf, 0.5]).reshape(1, 1, 3), NAME)


def _own_splits(tmp_path: Path, train: np.ndarray, test: np.ndarray, **labels: np.ndarray) -> Path:
    return _save(tmp_path, x_train=train, x_test=test, **labels)


def _by_name(dataset: Resident) -> list[str]:
    assert dataset.labels is not None
    return [dataset.classes[label] for label in dataset.labels]


def test_labels_are_those_of_the_whole_source(tmp_path: Path) -> None:
    labels = {"y_train": np.array([2, 0, 1, 0, 1, 2]), "y_test": np.array([2, 1, 1])}
    path = _own_splits(tmp_path, IMAGES[:6], IMAGES[6:9], **labels)
    train, test = (load_arrays(path, split=split) for split in ("train", "test"))
    assert train.classes == test.classes == ("0", "1", "2")
    assert test.labels is not None
    assert test.labels.tolist() == [2, 1, 1]
    assert _by_name(train) == ["2", "0", "1", "0", "1", "2"]


def test_a_rare_class_keeps_its_number_in_the_split_that_is_held_out(tmp_path: Path) -> None:
    labels = np.arange(20) % 4 + 1
    labels[0] = 0
    path = _save(tmp_path, images=IMAGES, labels=labels)
    train, test = (load_arrays(path, split=split) for split in ("train", "test"))
    assert train.classes == test.classes == ("0", "1", "2", "3", "4")
    for dataset in (train, test):
        for pixels, name in zip(dataset.values, _by_name(dataset), strict=True):
            number = next(i for i in range(20) if (IMAGES[i].transpose(2, 0, 1) == pixels.numpy()).all())
            assert name == str(labels[number])


def test_a_class_of_the_test_split_alone_cannot_be_asked_for(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    labels = {"y_train": np.array(["cat", "eel", "cat"]), "y_test": np.array(["bee", "cat"])}
    path = _own_splits(tmp_path, IMAGES[:3], IMAGES[3:5], **labels)
    train, test = (load_arrays(path, split=split) for split in ("train", "test"))
    assert (train.classes, test.classes) == (("cat", "eel"), ("cat", "eel", "bee"))
    assert (_by_name(train), _by_name(test)) == (["cat", "eel", "cat"], ["bee", "cat"])
    assert [record.message for record in caplog.records] == [
        f"{path}: bee in the test split alone: not trained, cannot be asked for"
    ]


def test_the_range_is_that_of_the_whole_source(tmp_path: Path) -> None:
    train, test = np.full((3, 8, 8), -1.0), np.full((2, 8, 8), 0.6)
    assert load_arrays(_own_splits(tmp_path, train, test), split="test").values.unique().tolist() == [204]


def test_channels_are_those_of_the_whole_source(tmp_path: Path) -> None:
    train, test = np.full((3, 8, 8, 4), 255, np.uint8), np.full((2, 8, 8, 4), 255, np.uint8)
    test[0, 0, 0, 3] = 9
    path = _own_splits(tmp_path, train, test)
    assert [load_arrays(path, split=split).shape for split in ("train", "test")] == [(4, 8, 8)] * 2


@pytest.mark.parametrize(
    ("test", "message"),
    [
        (np.zeros((2, 12, 12), np.uint8), r"train of uint8 \[16, 16, 3\] and test of uint8 \[12, 12, 1\]"),
        (np.zeros((2, 16, 16, 3)), r"test of float64 \[16, 16, 3\]"),
    ],
)
def test_splits_that_differ(tmp_path: Path, test: np.ndarray, message: str) -> None:
    with pytest.raises(UserError, match=message):
        load_arrays(_own_splits(tmp_path, np.zeros((3, 3, 16, 16), np.uint8), test))


def test_names_count_only_where_all_numbers_have_one(tmp_path: Path) -> None:
    labels = {"y_train": np.array([0, 1, 1]), "y_test": np.array([2, 0]), "classes": np.array([b"cat", b"dog"])}
    path = _own_splits(tmp_path, IMAGES[:3], IMAGES[3:5], **labels)
    assert load_arrays(path, split="test").classes == ("0", "1", "2")
    labels["y_test"] = np.array([1.0, 0.0])
    assert _by_name(load_arrays(_own_splits(tmp_path, IMAGES[:3], IMAGES[3:5], **labels), split="test")) == [
        "dog",
        "cat",
    ]


MEDMNIST = {
    "train_images": IMAGES[:10],
    "val_images": IMAGES[10:13],
    "test_images": IMAGES[13:17],
    "train_labels": np.arange(10)[:, None] % 3,
    "val_labels": np.arange(3)[:, None],
    "test_labels": np.array([[2], [0], [1], [1]]),
}


def _values(dataset: Resident) -> np.ndarray:
    return dataset.values.permute(0, 2, 3, 1).numpy()


def test_splits_as_medmnist_calls_them(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = _save(tmp_path, **MEDMNIST)
    train, test = (load_arrays(path, split=split) for split in ("train", "test"))
    assert (_values(train) == IMAGES[:10]).all()
    assert (_values(test) == IMAGES[13:17]).all()
    assert _by_name(train) == [str(number % 3) for number in range(10)]
    assert _by_name(test) == ["2", "0", "1", "1"]
    assert [r.message for r in caplog.records] == [f"{path}: arrays that are not read: val_images, val_labels"]
    plan = check(str(path)).plan
    assert plan["split"] == "train_images is train and test_images is test"
    assert plan["arrays that are not read"] == "val_images, val_labels"


@pytest.mark.parametrize("name", ["val", "valid", "validation"])
def test_images_to_validate_with_are_the_test_split_where_there_is_no_other(tmp_path: Path, name: str) -> None:
    labels = {"y_train": np.arange(6) % 2, f"y_{name}": np.array([1, 1, 0])}
    path = _save(tmp_path, **{"x_train": IMAGES[:6], f"x_{name}": IMAGES[6:9], **labels})
    train, test = (load_arrays(path, split=split) for split in ("train", "test"))
    assert (_values(train) == IMAGES[:6]).all()
    assert (_values(test) == IMAGES[6:9]).all()
    assert _by_name(test) == ["1", "1", "0"]
    assert "arrays that are not read" not in check(str(path)).plan


def test_one_split_alone_keeps_its_labels(tmp_path: Path) -> None:
    labels = np.arange(20) % 4
    path = _save(tmp_path, masks=np.zeros((20, 12, 12)), x_train=IMAGES, y_train=labels)
    train, test = (load_arrays(path, split=split) for split in ("train", "test"))
    assert (len(train), len(test)) == (18, 2)
    for dataset in (train, test):
        for pixels, name in zip(_values(dataset), _by_name(dataset), strict=True):
            number = next(i for i in range(20) if (IMAGES[i] == pixels).all())
            assert name == str(labels[number])
    assert check(str(path)).plan["split"] == "2 of 20 held out by the hash of their names"
    assert check(str(path)).plan["arrays that are not read"] == "masks"


def test_labels_of_the_test_split_alone_are_not_read(tmp_path: Path) -> None:
    report = check(str(_own_splits(tmp_path, IMAGES[:6], IMAGES[6:9], y_test=np.arange(3))))
    assert report.classes == {}
    assert report.plan["arrays that are not read"] == "y_test"


NUMBERS = np.array([0, 1, 1, 0])


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"y_train": NUMBERS, "y_test": np.array(["a", "b"])}, "numbers in train and names in test"),
        ({"y_train": np.array([0, 1, np.nan, np.inf]), "y_test": NUMBERS[:2]}, "y_train holds 2 labels that are NaN"),
        ({"y_train": NUMBERS.astype("datetime64[D]"), "y_test": NUMBERS[:2]}, r"labels of type datetime64\[D\]"),
        ({"y_train": np.full(4, 0x7FFFFFFF, np.uint32).view("<U1")}, "not a readable npz"),
        ({"y_train": np.full(4, "\ud800")}, "not a readable npz"),
    ],
)
def test_labels_that_are_none(tmp_path: Path, arrays: dict[str, np.ndarray], message: str) -> None:
    with pytest.raises(UserError, match=message):
        load_arrays(_own_splits(tmp_path, IMAGES[:4], IMAGES[4:6], **arrays))


@pytest.mark.parametrize("kind", ["S1", "U1", "datetime64[s]", "complex64", [("r", "u1"), ("g", "u1")]])
@pytest.mark.parametrize("asked", [None, (0, 9)])
def test_images_that_are_no_numbers(tmp_path: Path, kind: object, asked: tuple[float, float] | None) -> None:
    path = _save(tmp_path, images=np.zeros((3, 8, 8), kind))
    with pytest.raises(UserError, match="no numbers: save images as uint8"):
        load_arrays(path, value_range=asked)
    with pytest.raises(UserError, match="no numbers"):
        to_bytes(np.zeros((3, 8, 8), kind), NAME)


def test_what_is_not_finite_in_a_range_that_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="1 values that are NaN"):
        load_arrays(_save(tmp_path, images=np.array([np.nan, 1.0, 2.0]).reshape(3, 1, 1)), value_range=(0, 9))


@pytest.mark.parametrize("kind", [np.float32, np.uint8])
def test_splits_of_two_ranges(tmp_path: Path, kind: type) -> None:
    path = _own_splits(tmp_path, IMAGES[:3].astype(kind) // 128, IMAGES[3:6].astype(kind))
    with pytest.raises(UserError, match="train of values up to 1 and test up to 255"):
        load_arrays(path)
    with pytest.raises(UserError, match="save both in one range"):
        read_arrays(path)
    assert load_arrays(path, value_range=(0, 255)).values.unique().tolist() == [0, 1]
