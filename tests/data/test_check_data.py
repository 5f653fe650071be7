import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from zerosum.data.check import check
from zerosum.data.load import load
from zerosum.errors import UserError


@pytest.fixture
def odd(folder) -> Path:
    path: Path = folder()
    shutil.copy(path / "cat/003.png", path / "dog/copy.png")
    pixels = Image.open(path / "cat/004.png")
    pixels.convert("RGBA").save(path / "dog/same.png")  # another file, the same picture
    Image.new("L", (30, 20), 7).save(path / "dog/grey.bmp")
    (path / "dog/bad.png").write_bytes(b"x" * 50)
    (path / "notes.txt").write_text("x")
    (path / "notes.md").write_text("x")
    return path


def test_counts_modes_duplicates_and_problems(odd: Path) -> None:
    report = check(str(odd))
    assert (report.kind, report.total, sum(report.splits.values())) == ("folder", 23, 23)
    assert report.classes == {"cat": 10, "dog": 13}
    assert report.modes == {"L": 1, "RGB": 21, "RGBA": 1}
    assert report.formats == {"BMP": 1, "PNG": 22}
    assert report.sizes == {"min": [16, 16], "median": [16, 16], "max": [30, 20], "most common": [16, 16]}
    assert report.duplicates == [("cat/003.png", "dog/copy.png"), ("cat/004.png", "dog/same.png")]
    assert report.problems == [("dog/bad.png", "not an image of a known format")]
    assert report.ignored == {".md": 1, ".txt": 1}


def test_plan_is_what_load_does(odd: Path) -> None:
    for options in ({}, {"size": 8, "channels": 1}):
        report, dataset = check(str(odd), **options), load(str(odd), **options)
        channels, side, _ = dataset.shape
        assert report.splits["train"] == len(dataset)
        assert report.plan["size"].startswith(f"{side}x{side} ({'as asked' if options else 'their aspect'}")
        assert report.plan["channels"].startswith(f"{channels} (")
        assert report.bytes == len(dataset) * channels * side * side
    assert report.plan["alpha"] == "1 images have alpha, which is put on white"
    assert report.plan["fit"] == "crop: 1 of 23 images are cropped in the centre, which costs up to 33% of the picture"


def test_lines_and_json(odd: Path) -> None:
    report = check(str(odd))
    text = "\n".join(report.lines())
    for part in (
        "23 samples",
        "labels: cat 10, dog 13",
        "dog/copy.png = cat/003.png",
        "dog/bad.png: not an image",
        "in memory",
    ):
        assert part in text
    assert json.loads(json.dumps(report.to_dict()))["total"] == 23


def test_many_problems_are_counted_and_cut(folder) -> None:
    path = folder()
    for number in range(15):
        (path / f"cat/bad{number:02}.png").write_bytes(b"")
    lines = check(str(path)).lines()
    assert "left out: 15 files" in lines
    assert "  and 5 more" in lines


def test_known_sets_toys_and_arrays(tmp_path: Path) -> None:
    digits = check("digits")
    assert (digits.kind, digits.total, digits.splits) == ("known", 1797, {"train": 1297, "test": 500})
    assert digits.classes["3"] == 183
    toy = check("8-ring")
    assert (toy.kind, toy.total, toy.classes, toy.duplicate_count) == ("toy", 110_000, {}, 0)
    np.savez(tmp_path / "a.npz", images=np.zeros((5, 8, 8), np.uint8))
    arrays = check(str(tmp_path / "a.npz"))
    assert (arrays.kind, arrays.total, arrays.duplicate_count) == ("npz", 5, 4)
    assert arrays.lines()


def test_the_rule_and_what_is_lost_are_said(tmp_path: Path) -> None:
    for number in range(8):
        Image.new("RGBA", (120, 80), (9, 9, 9, 9)).save(tmp_path / f"{number}.png")
    assert check(str(tmp_path)).plan["size"] == "120x80 (their own)"
    assert check(str(tmp_path)).plan["fit"] == "crop: nothing is lost"
    assert check(str(tmp_path)).plan["channels"] == "4 (some images are see-through)"
    assert check(str(tmp_path)).plan["alpha"] == "8 images have alpha, which is kept"
    Image.new("RGB", (100, 100)).save(tmp_path / "8.png")
    plan = check(str(tmp_path)).plan
    assert plan["size"] == "96x64 (their aspect, the short side a power of two), resized by LANCZOS"
    assert plan["fit"] == "crop: 1 of 9 images are cropped in the centre, which costs up to 33% of the picture"
    square = {"size": 64, "channels": 3}
    assert (
        check(str(tmp_path), **square, fit="pad").plan["fit"].startswith("pad: 8 of 9 images are padded, up to 33% of")
    )
    assert check(str(tmp_path), **square, fit="stretch").plan["fit"].endswith("stretched by a factor of up to 1.50")
    assert check("digits", size="12x8").plan["size"] == "12x8 (as asked), resized by LANCZOS"
    np.savez(tmp_path / "a.npz", images=np.zeros((20, 30, 50), np.uint8))
    assert check(str(tmp_path / "a.npz")).plan["size"].startswith("28x16 (their aspect")
    assert check(str(tmp_path / "a.npz")).sizes["max"] == [50, 30]


def test_all_counts_are_of_the_images_whose_pixels_can_be_read(folder) -> None:
    path = folder(count=20)
    Image.new("RGB", (16, 32)).save(path / "cat/tall.png")
    content = (path / "cat/000.png").read_bytes()
    at = content.index(b"IDAT") + 4
    (path / "cat/broken.png").write_bytes(content[:at] + b"\xff" * 40 + content[at + 40 :])  # only decoding can tell
    (path / "cat/empty.png").write_bytes(b"")
    report = check(str(path), size=16)
    test = report.splits["test"]
    assert (report.total, sum(report.splits.values()), len(report.problems)) == (41, 41, 2)
    assert report.plan["split"] == f"{test} of 41 held out by the hash of their names"
    assert report.plan["fit"].startswith("crop: 1 of 41 images are cropped")
    assert report.shape == [3, 16, 16]


def test_the_layout_is_said(folder, tmp_path: Path) -> None:
    path = folder(count=4)
    assert check(str(path)).plan["layout"] == "class folders cat, dog"
    Image.new("RGB", (16, 16)).save(path / "cover.png")
    report = check(str(path))
    assert (report.total, report.problems) == (8, [("cover.png", "lies beside the class folders")])
    assert "left out: 1 files" in report.lines()
    for number in range(3):
        Image.new("RGB", (32, 16), (number, 0, 0)).save(tmp_path / f"{number}.png")
    assert "layout: no labels: 3 images lie beside the folders that hold the other 9" in check(str(tmp_path)).lines()
    for file in path.rglob("*.png"):
        file.unlink()
    assert "pairs: all images are twice as wide as high" in "\n".join(check(str(tmp_path)).lines())


def test_nothing_there() -> None:
    with pytest.raises(UserError, match="no file or folder"):
        check("/nowhere/at-all")


def test_labels_that_cannot_be_asked_for_are_said(folder, tmp_path: Path) -> None:
    path = folder("both/train", ("cat", "eel")).parent
    folder("both/test", ("ant", "cat"), count=3)
    said = "labels that are not trained: ant in the test split alone: not trained, cannot be asked for"
    assert said in check(str(path)).lines()
    images = np.zeros((4, 8, 8), np.uint8)
    np.savez(tmp_path / "a.npz", x_train=images, x_test=images, y_train=list("bbcc"), y_test=list("abbc"))
    assert said.replace("ant", "a", 1) in check(str(tmp_path / "a.npz")).lines()
    assert check(str(tmp_path / "a.npz")).classes == {"a": 1, "b": 4, "c": 3}
