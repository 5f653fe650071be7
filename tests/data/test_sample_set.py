"""Samples of others take the form and the labels of the reals: all of them, and what was done is said."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from zerosum.data import images as image_files
from zerosum.data.arrays import load_arrays
from zerosum.data.dataset import Resident
from zerosum.data.sample_set import load_samples, numbers_of, set_of
from zerosum.errors import UserError
from zerosum.sampling.files import write_samples

RANDOM = np.random.default_rng(0)
GREY = torch.from_numpy(RANDOM.integers(0, 256, (12, 1, 8, 8), dtype=np.uint8))
CLASSES = ("cat", "dog", "t-shirt/top")
LABELS = torch.arange(12) % 3


def reals(*shape: int, classes=(), name: str = "reals") -> Resident:
    labels = torch.zeros(4, dtype=torch.int64) if classes else None
    return Resident(torch.zeros(4, *shape, dtype=torch.uint8), name=name, labels=labels, classes=classes)


def points(*shape: int) -> Resident:
    return Resident(torch.zeros(4, *shape), name="points")


def rows(dataset) -> list[bytes]:
    """The samples of a set as others see them, sorted."""
    values = dataset.outside(dataset.batch(torch.arange(len(dataset)))["real"])
    return sorted(row.numpy().tobytes() for row in values)


def save(folder: Path, *names: str, size=(8, 8), mode="L") -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        pixels = RANDOM.integers(0, 256, (*reversed(size), len(mode)), dtype=np.uint8)
        Image.fromarray(pixels.squeeze(), mode).save(folder / name)
    return folder


@pytest.mark.parametrize("out", ["folder", "samples.npz"])
@pytest.mark.parametrize(
    "classes",
    [
        CLASSES,
        ("0", "1", "2"),
        ("a/b", "a-b", "a\\b"),
        ("", "-", "x"),
        (".a", "-a", "-a-2"),
        ("x", "X", "x-2"),
        ("", "a", ".."),
    ],
)
def test_what_sample_writes_is_read_back_with_its_labels(tmp_path, out, classes):
    like = reals(1, 8, 8, classes=classes)
    found = load_samples(write_samples(tmp_path / out, GREY, LABELS, None, classes=classes), like)
    assert rows(found) == sorted(row.numpy().tobytes() for row in GREY)
    pairs = {(found.values[i].numpy().tobytes(), int(found.labels[i])) for i in range(12)}
    assert pairs == {(GREY[i].numpy().tobytes(), int(LABELS[i])) for i in range(12)}
    assert found.classes == classes


def test_a_zip_is_the_folder_that_was_packed(tmp_path):
    folder = write_samples(tmp_path / "made", GREY, LABELS, None, classes=CLASSES)
    packed = Path(shutil.make_archive(str(tmp_path / "packed"), "zip", tmp_path, "made"))
    like = reals(1, 8, 8, classes=CLASSES)
    one, other = load_samples(folder, like), load_samples(packed, like)
    assert torch.equal(one.values, other.values)
    assert torch.equal(one.labels, other.labels)
    assert one.fingerprint == other.fingerprint


def test_all_are_taken_whatever_the_folders_say_of_splits(tmp_path):
    assert len(load_samples(save(tmp_path / "flat", *(f"{n}.png" for n in range(20))), reals(1, 8, 8))) == 20
    split = save(tmp_path / "split", "train/a.png", "train/b.png", "test/c.png")
    assert len(load_samples(split, reals(1, 8, 8))) == 3
    assert len(load_samples(save(tmp_path / "one", "a.png"), reals(1, 8, 8))) == 1
    np.savez(tmp_path / "all.npz", samples=GREY.numpy())
    assert len(load_samples(tmp_path / "all.npz", reals(1, 8, 8))) == 12
    np.savez(tmp_path / "two.npz", x_train=GREY[:9].numpy(), x_test=GREY[9:].numpy(), y_train=[0] * 9, y_test=[1] * 3)
    found = load_samples(tmp_path / "two.npz", reals(1, 8, 8, classes=CLASSES))
    assert torch.bincount(found.labels).tolist() == [9, 3]


def test_a_number_is_the_class_of_that_name_also_where_others_are_missing(tmp_path):
    like = reals(1, 8, 8, classes=tuple("0123456789"))
    found = load_samples(save(tmp_path / "made", "3/a.png", "7/b.png"), like)
    assert found.labels.tolist() == [3, 7]
    assert load_samples(save(tmp_path / "only", "3/a.png", "3/b.png"), like).labels.tolist() == [3, 3]
    assert set_of(GREY[:2], like, labels=[7, 3]).labels.tolist() == [7, 3]
    assert set_of(GREY[:2], like, labels=torch.tensor([7.0, 3.0])).labels.tolist() == [7, 3]


def test_numbers_beside_names_do_not_shift():
    assert numbers_of(["2", "0", "dog"], CLASSES, "made") == [2, 0, 1]
    # "10" sorts before "2": these are names, and the number of a class is another.
    classes = ("1", "10", "2")
    assert numbers_of(["2", "10"], classes, "made") == [2, 1]
    with pytest.raises(UserError, match="labels that the reals do not have: 0; they have 1, 10, 2"):
        numbers_of(["0", "1", "2"], classes, "made")


def test_accents_of_one_code_point_and_of_two_are_one_class(tmp_path):
    one, two = "caf\u00e9", "cafe\u0301"
    assert numbers_of([one, two, "tea"], (two, "tea"), "made") == [0, 0, 1]
    found = load_samples(save(tmp_path / "made", f"{two}/a.png", f"{two}/b.png"), reals(1, 8, 8, classes=(one, "tea")))
    assert found.labels.tolist() == [0, 0]
    np.savez(tmp_path / "x.npz", x_train=GREY[:2].numpy(), y_train=[one, "tea"], x_test=GREY[:1].numpy(), y_test=[two])
    assert load_arrays(tmp_path / "x.npz", split="test").classes == (one, "tea")


def test_labels_that_the_reals_lack_are_named_and_those_of_unlabelled_reals_mean_nothing(tmp_path):
    folder = save(tmp_path / "made", "cat/a.png", "cow/b.png", "hen/c.png")
    with pytest.raises(UserError, match="made has labels that the reals do not have: cow, hen; they have cat, dog"):
        load_samples(folder, reals(1, 8, 8, classes=CLASSES))
    assert load_samples(folder, reals(1, 8, 8)).labels is None


def test_another_size_is_cropped_and_resized_as_by_the_loader_and_said(tmp_path, caplog):
    folder = save(tmp_path / "made", "a.png", "b.png", size=(24, 16), mode="RGB")
    found = load_samples(folder, reals(1, 8, 8))
    loaded = image_files.load_images(folder, size=8, channels=1)
    assert loaded.values[0].numpy().tobytes() in rows(found)
    (record,) = caplog.records
    said = "made: 24x16 colour, the reals 8x8 grey: cropped in the centre and resized by LANCZOS, turned grey"
    assert record.getMessage() == said
    caplog.clear()
    array = np.stack([np.asarray(Image.open(folder / name)) for name in ("a.png", "b.png")])
    assert torch.equal(set_of(array, reals(1, 8, 8), name="made").values, found.values)
    assert [record.getMessage() for record in caplog.records] == [said]


def test_sizes_that_differ_are_said_as_a_span(tmp_path, caplog):
    folder = save(tmp_path / "made", "a.png", size=(4, 4))
    save(folder, "b.png", size=(20, 12), mode="RGB")
    assert load_samples(folder, reals(3, 8, 8)).shape == (3, 8, 8)
    assert "4x4 to 20x12 grey and colour, the reals 8x8 colour" in caplog.text
    assert "grey ones repeated in 3 channels" in caplog.text


def test_the_form_of_the_reals_is_taken_without_a_word(tmp_path, caplog):
    load_samples(save(tmp_path / "made", "a.png", "b.png"), reals(1, 8, 8))
    set_of(GREY, reals(1, 8, 8))
    assert caplog.records == []


def test_reals_that_are_no_squares(tmp_path, caplog):
    like = reals(1, 6, 10)
    exact = load_samples(save(tmp_path / "exact", "a.png", "b.png", size=(10, 6)), like)
    pixels = np.asarray(Image.open(tmp_path / "exact" / "a.png"))
    assert np.array_equal(exact.values[0, 0].numpy(), pixels)
    assert caplog.records == []
    found = load_samples(save(tmp_path / "made", "a.png", size=(40, 12)), like)
    middle = Image.open(tmp_path / "made" / "a.png").crop((10, 0, 30, 12)).resize((10, 6), Image.Resampling.LANCZOS)
    assert np.array_equal(found.values[0, 0].numpy(), np.asarray(middle))


def test_an_unreadable_file_is_left_out_and_named(tmp_path, caplog):
    folder = save(tmp_path / "made", "a.png", "b.png")
    (folder / "bad.png").write_bytes(b"no image")
    assert len(load_samples(folder, reals(1, 8, 8))) == 2
    assert "made: left out bad.png (not an image of a known format)" in caplog.text


def test_what_does_not_fit_into_memory_is_read_batch_by_batch(tmp_path, monkeypatch):
    folder = write_samples(tmp_path / "made", GREY, LABELS, None, classes=CLASSES)
    like = reals(1, 8, 8, classes=CLASSES)
    monkeypatch.setattr(image_files, "default_memory_limit", lambda: 100)
    found = load_samples(folder, like)
    assert isinstance(found, image_files.Streamed)
    assert rows(found) == sorted(row.numpy().tobytes() for row in GREY)
    assert torch.bincount(found.labels).tolist() == [4, 4, 4]


@pytest.mark.parametrize(
    "values",
    [
        GREY,
        GREY.numpy(),
        GREY[:, 0].numpy(),
        GREY.permute(0, 2, 3, 1),
        GREY / 255,
        GREY.numpy() / 127.5 - 1,
        GREY.double() / 127.5 - 1,
        GREY.int(),
    ],
    ids=["tensor", "array", "[N, H, W]", "channels last", "0 to 1", "-1 to 1", "float64", "int32"],
)
def test_arrays_and_tensors_of_any_layout_and_range(values):
    assert torch.equal(set_of(values, reals(1, 8, 8)).values, GREY)


def test_channels_first_and_last_are_told_by_the_reals():
    small = torch.from_numpy(RANDOM.integers(0, 256, (5, 3, 4, 4), dtype=np.uint8))
    like = reals(3, 4, 4)
    for values in (small, small.numpy(), small.permute(0, 2, 3, 1).contiguous().numpy()):
        assert torch.equal(set_of(values, like).values, small)


def test_an_array_that_may_not_be_written_is_no_warning():
    assert len(set_of(np.broadcast_to(np.uint8(7), (5, 8, 8)), reals(1, 8, 8))) == 5


def test_points(tmp_path):
    values = torch.randn(9, 2)
    assert torch.equal(set_of(values, points(2)).values, values)
    assert torch.equal(set_of(values.numpy().astype(np.float64), points(2)).values, values)
    assert torch.equal(set_of(values[:, 0], points(1)).values, values[:, :1])
    found = load_samples(write_samples(tmp_path / "p.npz", values, None, None), points(2))
    assert torch.equal(found.values, values)
    with pytest.raises(UserError, match=r"p holds float32 \[9, 2\]: points has points, \[N, 3\]"):
        load_samples(tmp_path / "p.npz", points(3))
    with pytest.raises(UserError, match=r"p\.npz holds no images"):
        load_samples(tmp_path / "p.npz", reals(1, 8, 8))
    with pytest.raises(UserError, match=r"made is compared with points: save an npz with samples=\[N, 2\]"):
        load_samples(save(tmp_path / "made", "a.png"), points(2))


@pytest.mark.parametrize(
    ("values", "like", "message"),
    [
        (torch.full((3, 1, 8, 8), torch.nan), reals(1, 8, 8), "192 values that are NaN or infinite, of 192"),
        (torch.tensor([[0.0, torch.inf], [1, 2]]), points(2), "1 values that are NaN or infinite, of 4"),
        (torch.full((3, 1, 8, 8), 3.5) * torch.tensor(-1), reals(1, 8, 8), "save images as uint8"),
        (torch.zeros(3, 2, 8, 8), reals(1, 8, 8), "images need 1, 3 or 4 channels"),
        (torch.zeros(8, 8), reals(1, 8, 8), "reals has images"),
        (torch.zeros(0, 1, 8, 8), reals(1, 8, 8), "reals has images"),
        (GREY, points(2), "points has points"),
        (np.array([["a", "b"]]), points(2), "points has points"),
    ],
)
def test_what_is_no_set_of_samples_is_refused(values, like, message):
    with pytest.raises(UserError, match=message):
        set_of(values, like)


def test_one_label_for_each():
    with pytest.raises(UserError, match="samples has 3 labels for 12 samples"):
        set_of(GREY, reals(1, 8, 8, classes=CLASSES), labels=[0, 1, 2])
    found = set_of(GREY[:2], reals(1, 8, 8, classes=CLASSES), labels=np.array([b"dog", b"cat"]))
    assert found.labels.tolist() == [1, 0]


def test_the_fingerprint_is_that_of_the_samples():
    like = reals(1, 8, 8, classes=CLASSES)
    one = set_of(GREY, like).fingerprint
    assert one == set_of(GREY.clone(), like, name="other").fingerprint
    assert len({one, set_of(GREY + 1, like).fingerprint, set_of(GREY, like, labels=LABELS).fingerprint}) == 3
