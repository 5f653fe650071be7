"""`zerosum data check` refuses what `zerosum train` refuses, and nothing else."""

from pathlib import Path

import pytest
from PIL import Image

from zerosum.data.check import check
from zerosum.data.check_pairs import check_pairs
from zerosum.training.readiness import obstacle


def _images(folder: Path, count: int, size: tuple[int, int] = (8, 8)) -> str:
    folder.mkdir()
    for number in range(count):
        Image.new("L", size, number).save(folder / f"{number:03}.png")
    return str(folder)


@pytest.mark.parametrize(
    ("count", "pixels", "options"),
    [
        (1, (8, 8), ()),
        (5, (8, 8), ()),
        (40, (1, 1), ()),
        (80, (8, 8), ()),
        (80, (1, 1), ()),
        (80, (1, 1), ("--size", "1")),
    ],
)
def test_the_check_and_the_training_agree(tmp_path, command, count, pixels, options):
    folder = _images(tmp_path / "few", count, pixels)
    checked, told, reason = command("data", "check", folder, *options)
    trained, _, refused = command("train", folder, "--steps", "1", "--out", tmp_path / "run", "-q", *options)
    assert (checked, trained) in ((0, 0), (2, 2))
    assert f"{count} sample{'s' * (count > 1)} (" in told
    if checked:
        line = reason.splitlines()[-1].removeprefix(f"zerosum: zerosum train {folder} would be refused: ")
        assert line == refused.splitlines()[-1].removeprefix("zerosum: ")


def test_what_is_wrong_is_told_with_the_remedy(tmp_path):
    folder = _images(tmp_path / "few", 5)
    alone = _images(tmp_path / "alone", 1)
    assert obstacle(check(alone)) == "alone has 1 image, batch_size is 64: use --set batch_size=1 or add more images"
    report = check(alone)
    assert report.plan["split"] == "the only image is in both splits"
    assert report.lines()[0] == f"{alone}: 1 sample (folder); train 1, test 1"
    assert obstacle(check(folder)) == "few has 4 images, batch_size is 64: use --set batch_size=4 or add more images"
    assert obstacle(check("digits")) == ""
    assert obstacle(check("8-ring")) == ""
    edges = "few-edges has 4 images, batch_size is 8: use --set batch_size=4 or add more images"
    assert obstacle(check_pairs(folder, pairs="edges")) == edges
    more = _images(tmp_path / "more", 9, (16, 16))
    assert obstacle(check_pairs(more, pairs="edges")) == ""
    assert obstacle(check_pairs(more, pairs="masked:box")) == ""
    larger = _images(tmp_path / "larger", 14, (24, 24))
    assert obstacle(check_pairs(larger, pairs="edges")) == ""
    assert "batch_size is 16: use --set batch_size=" in obstacle(check_pairs(larger, pairs="small:4"))
    for number in range(9):
        (Path(folder) / f"{number:03}.png").unlink(missing_ok=True)
        Image.new("L", (16, 16), number).save(Path(folder) / f"other{number}.png")
    assert obstacle(check_pairs(more, target=folder)) == ""


def test_a_split_without_a_readable_image_is_told(tmp_path):
    folder = Path(_images(tmp_path / "train", 70))
    (tmp_path / "all").mkdir()
    folder.rename(tmp_path / "all/train")
    (tmp_path / "all/test").mkdir()
    whole = (tmp_path / "all/train/007.png").read_bytes()
    at = whole.index(b"IDAT") + 4
    (tmp_path / "all/test/0.png").write_bytes(whole[:at] + b"\xff" * 8 + whole[at + 8 :])
    assert "all holds no readable image in split test" in obstacle(check(str(tmp_path / "all")))
