from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from zerosum.data.check_pairs import check_pairs
from zerosum.errors import UserError


def write(folder: Path, names: list[str], size: tuple[int, int] = (16, 16)) -> str:
    folder.mkdir()
    for number, name in enumerate(names):
        Image.new("RGB", size, (number, 2 * number, 3)).save(folder / name)
    return str(folder)


def test_names_without_a_counterpart_are_listed(tmp_path: Path) -> None:
    common = [f"{number}.png" for number in range(10)]
    source = write(tmp_path / "a", [*common, "mine.png"])
    target = write(tmp_path / "b", [*common, "yours.png"])
    (tmp_path / "a" / "bad.png").write_bytes(b"nothing")
    report = check_pairs(source, target=target)
    assert sum(report.pairs.values()) == 10
    assert dict(report.unmatched) == {
        "mine.png": f"no image of this name in {target}",
        "yours.png": f"no image of this name in {source}",
    }
    assert report.source.problems[0][0] == "bad.png"
    text = "\n".join(report.lines())
    assert "in no pair: 2 files\n  mine.png: no image of this name" in text
    assert "to train without pairs: sources 10, targets 10" in text
    assert report.to_dict()["target"]["total"] == 11


def test_two_sets_without_common_names_can_be_trained_without_pairs(tmp_path: Path) -> None:
    source, target = write(tmp_path / "a", ["1.png", "2.png"]), write(tmp_path / "b", ["3.png", "4.png"])
    report = check_pairs(source, target=target)
    assert (report.pairs, report.unmatched, report.unpaired) == ({}, [], {"sources": 1, "targets": 1})
    assert f"pairs: none: {source} and {target} hold no pair, as no file name is in both" in "\n".join(report.lines())


def test_why_there_are_no_pairs_is_told_and_the_rest_is_checked(tmp_path: Path) -> None:
    names = [f"{number}.png" for number in range(3)]
    source, target = write(tmp_path / "a", names, (16, 32)), write(tmp_path / "b", names, (32, 16))
    report = check_pairs(source, target=target)
    assert "hold no pair, as the images of equal names differ in proportions" in report.obstacle
    assert [name for name, why in report.unmatched if "different proportions" in why] == names


def test_pairs_out_of_one_set_are_counted(tmp_path: Path) -> None:
    folder = write(tmp_path / "a", [f"{number}.png" for number in range(20)], (32, 16))
    report = check_pairs(folder, pairs="side-by-side")
    assert (report.pairs, report.plan["size"]) == ({"train": 18, "test": 2}, "16x16")
    assert report.unpaired == {"sources": 9, "targets": 9}
    asked = check_pairs(folder, pairs="side-by-side:right", size=16)
    assert asked.source.plan["size"] == "of halves: 16x16 (as asked)"
    assert asked.source.plan["fit"] == "of halves: crop: nothing is lost"
    assert asked.source.plan["pairs"] == "the right halves are the sources"
    made = check_pairs(folder, pairs="edges")
    assert made.plan["training sees"] == report.plan["training sees"] == "images as they are"
    write(tmp_path / "a" / "more", ["larger.png"], (64, 64))
    assert check_pairs(folder, pairs="edges").plan["training sees"] == "random crops and mirror images"
    assert made.plan["channels"] == "1 of sources, 3 of targets"
    with pytest.raises(UserError, match="no pair maker 'edge'"):
        check_pairs(folder, pairs="edge")


def test_two_folders_in_one_are_checked(tmp_path: Path) -> None:
    (tmp_path / "both").mkdir()
    write(tmp_path / "both" / "A", ["1.png", "2.png", "3.png"])
    write(tmp_path / "both" / "B", ["1.png", "2.png", "4.png", "5.png"])
    report = check_pairs(str(tmp_path / "both"), pairs="folders")
    assert (report.pairs, report.unpaired) == ({"train": 1, "test": 1}, {"sources": 2, "targets": 3})
    where = tmp_path / "both"
    assert report.unmatched == [
        ("A/3.png", f"no image of this name in B in {where}"),
        ("B/4.png", f"no image of this name in A in {where}"),
        ("B/5.png", f"no image of this name in A in {where}"),
    ]
    write(tmp_path / "both" / "B" / "more", ["1.png"])
    Image.new("RGB", (16, 16)).save(tmp_path / "both" / "B" / "1.bmp")
    assert "B/1.bmp and B/1.png have the same name" in check_pairs(str(where), pairs="folders").obstacle


def test_the_command_checks_pairs(tmp_path: Path, command: Callable[..., tuple[int, str, str]]) -> None:
    names = [f"{number}.png" for number in range(12)]
    source, target = write(tmp_path / "a", names), write(tmp_path / "b", names)
    code, told, _ = command("data", "check", source, "--target", target)
    assert code == 0
    assert "pairs: train 11, test 1" in told
    assert command("data", "check", source, "--pairs", "edges", "--json")[0] == 0
    assert command("data", "check", source, "--pairs", "edges", "--target", target)[0] == 2


def test_the_first_pairs_are_drawn(tmp_path: Path, command: Callable[..., tuple[int, str, str]]) -> None:
    (tmp_path / "double").mkdir()
    for number in range(20):
        image = Image.new("RGB", (32, 16), (250, 0, 0))
        image.paste((0, 0, 250), (16, 0, 32, 16))
        image.save(tmp_path / "double" / f"{number}.png")
    words = ["data", "check", tmp_path / "double", "--pairs"]
    firsts = []
    for option in ("side-by-side", "side-by-side:right"):
        code, _, where = command(*words, option, "--sheet", tmp_path / "sheet.png")
        assert (code, where) == (0, f"sheet: {tmp_path / 'sheet.png'}\n")
        with Image.open(tmp_path / "sheet.png") as sheet:
            pixels = np.asarray(sheet.convert("RGB")).reshape(-1, 3)
        red, blue = ((pixels == colour).all(1) for colour in ((250, 0, 0), (0, 0, 250)))
        firsts.append("red" if red.argmax() < blue.argmax() else "blue")
        assert red.sum() == blue.sum() == 12 * 208 * 208
    assert firsts == ["red", "blue"], "sources stand on the left"
    nowhere = tmp_path / "double/0.png/sheet.png"
    remedy = "(File exists): write to another place, and run the same command again"
    assert command(*words, "side-by-side", "--sheet", nowhere)[2] == f"zerosum: cannot write {nowhere} {remedy}\n"
    (tmp_path / "own.png").write_bytes((tmp_path / "double/0.png").read_bytes())
    assert command(*words, "side-by-side", "--sheet", tmp_path / "own.png")[0] == 2
    assert "--sheet shows sources and targets" in command(*words[:3], "--sheet", tmp_path / "new.png")[2]
