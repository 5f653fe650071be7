"""`zerosum translate`: files, folders and pipes; wrong use is told in one line."""

import io
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image
from translation.made import picture, run_of

from zerosum.drawing.pictures import read_metadata


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return run_of(tmp_path_factory.mktemp("translate") / "run")


def test_a_folder_a_sheet_and_a_page(command, run, tmp_path):
    for name in ("a.png", "b.png"):
        picture(tmp_path / "in" / name)
    words = ["translate", run, tmp_path / "in", "--out", tmp_path / "out"]
    pictures = ["--sheet", tmp_path / "sheet.png", "--page", tmp_path / "page.html"]
    code, stdout, stderr = command(*words, *pictures)
    written = [tmp_path / name for name in ("out/a.png", "out/b.png", "sheet.png", "page.html")]
    assert (code, stdout.split(), stderr) == (0, [str(path) for path in written], "")
    assert all(path.stat().st_size for path in written)
    about = read_metadata(tmp_path / "out/a.png")
    assert (about["run"], about["direction"], about["input"]) == ("run", "forward", "a.png")
    code, stdout, stderr = command(*words, *pictures, "--force", "--no-metadata", "--direction", "backward")
    assert (code, len(stdout.split())) == (0, 4)
    assert read_metadata(tmp_path / "out/a.png") == {}


def test_what_is_there_is_shown_on_the_page_all_the_same(command, run, tmp_path):
    picture(tmp_path / "in/a.png")
    words = ["translate", run, tmp_path / "in", "--out", tmp_path / "out"]
    command(*words)
    code, stdout, stderr = command(*words, "--page", tmp_path / "page.html")
    assert (code, stdout.strip()) == (0, str(tmp_path / "page.html"))
    assert "1 of 1 are there already" in stderr
    assert "a.png" in (tmp_path / "page.html").read_text()


def test_results_of_two_generators_are_not_mixed(command, run, tmp_path):
    for name in ("a.png", "b.jpg"):
        picture(tmp_path / "in" / name)
    words = ["translate", run, tmp_path / "in", "--out", tmp_path / "out"]
    assert command(*words)[0] == 0
    picture(tmp_path / "in" / "c.png")
    before = {path: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    code, stdout, stderr = command(*words, "--direction", "backward")
    assert (code, stdout) == (2, "")
    assert "a.png is there already, by another direction: choose another --out, or make all anew with --force" in stderr
    other = run_of(tmp_path / "other", "cut")
    (tmp_path / "out" / "a.png").unlink()
    code, stdout, stderr = command("translate", other, tmp_path / "in", "--out", tmp_path / "out")
    assert (code, stdout, "b.jpg is there already, by another generator" in stderr) == (2, "", True)
    assert {path: path.read_bytes() for path in (tmp_path / "out").iterdir()}.items() < before.items()
    assert command(*words)[0] == 0
    assert {path: path.read_bytes() for path in (tmp_path / "out").iterdir()}.items() > before.items()
    assert len(command("translate", other, tmp_path / "in", "--out", tmp_path / "out", "--force")[1].split()) == 3


def test_results_of_another_input_or_form_are_not_mixed_with_new_ones(command, run, tmp_path):
    out = tmp_path / "out"
    words = ["translate", run, tmp_path / "in", "--out", out]
    picture(tmp_path / "in/a.jpg")
    assert command(*words)[0] == 0
    picture(tmp_path / "in/b.png")
    remedy = "choose another --out, or make all anew with --force\n"
    for option in (["--range", "0:100"], ["--half", "left"], ["--shrink"]):
        expected = (2, "", f"zerosum: {out / 'a.jpg'} is there already, with another {option[0]}: {remedy}")
        assert command(*words, *option) == expected
    picture(tmp_path / "in/a.jpg", seed=1)
    expected = (2, "", f"zerosum: {out / 'a.jpg'} is there already, from another input: {remedy}")
    assert command(*words) == expected
    picture(tmp_path / "in/a.jpg")
    assert command(*words)[1].split() == [str(out / "b.png")]
    foreign = picture(out / "b.png", seed=2).read_bytes()
    expected = (2, "", f"zerosum: {out / 'b.png'} is there already, and was not made by this command: {remedy}")
    assert command(*words) == expected
    assert (out / "b.png").read_bytes() == foreign
    assert len(command(*words, "--half", "left", "--force")[1].split()) == 2
    assert "2 of 2 are there already" in command(*words, "--half", "left")[2]


def test_results_of_another_mask_are_not_mixed_with_new_ones(command, tmp_path):
    filler, file = run_of(tmp_path / "filler", "inpainting"), picture(tmp_path / "in/a.png")
    words = ["translate", filler, file, "--out", tmp_path / "out", "--mask", tmp_path / "mask.png"]
    for seed, code in ((3, 0), (4, 2), (3, 0)):
        picture(tmp_path / "mask.png", seed=seed)
        found = command(*words)
        assert (found[0], "a.png is there already, with another --mask: choose" in found[2]) == (code, code == 2)


def test_how_many_are_shown_is_said_where_it_is_not_all(command, run, tmp_path, monkeypatch):
    monkeypatch.setattr("zerosum.tasks.translation.compare.MOST", 2)
    for name in ("a.png", "b.png", "c.png"):
        picture(tmp_path / "in" / name)
    words = ["translate", run, tmp_path / "in", "--out", tmp_path / "out", "--page", tmp_path / "page.html"]
    code, _, stderr = command(*words)
    assert (code, stderr) == (0, f"zerosum: {tmp_path / 'page.html'} shows 2 of 3 images\n")
    assert "2 of 3 images. Left of" in (tmp_path / "page.html").read_text()


def test_a_sheet_that_cannot_be_written_is_said_in_one_line(command, run, tmp_path):
    file = picture(tmp_path / "in/a.png")
    code, _, stderr = command("translate", run, file, "--out", tmp_path / "out", "--sheet", file / "sheet.png")
    assert (code, stderr.count("\n")) == (2, 1)
    assert f"cannot write {file / 'sheet.png'} (File exists): write to another place" in stderr


def test_bad_files_are_named_and_the_exit_code_says_so(command, run, tmp_path):
    picture(tmp_path / "in/a.png")
    (tmp_path / "in/bad.png").write_bytes(b"x")
    code, stdout, stderr = command("translate", run, tmp_path / "in", "--out", tmp_path / "out")
    assert (code, stdout.strip()) == (2, str(tmp_path / "out/a.png"))
    first, last = stderr.splitlines()
    assert first.endswith("bad.png: not an image of a known format")
    assert "1 of 2 images could not be translated" in last


def test_the_same_command_with_a_sheet_goes_on(command, run, tmp_path):
    picture(tmp_path / "in/a.png")
    (tmp_path / "in/b.png").write_bytes(b"x")
    words = ["translate", run, tmp_path / "in", "--out", tmp_path / "out", "--sheet", tmp_path / "in/sheet.png"]
    assert command(*words)[0] == 2
    picture(tmp_path / "in/b.png")
    code, stdout, stderr = command(*words)
    assert (code, stdout.split()) == (0, [str(tmp_path / "out/b.png"), str(tmp_path / "in/sheet.png")])
    assert "1 of 2 are there already" in stderr


def test_names_that_are_no_text_are_printed_as_they_are(run, tmp_path):
    file = picture(tmp_path / "a.png")
    odd = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.png"))
    try:
        file.rename(odd)
    except OSError:
        pytest.skip("the file system takes text only")
    words = [sys.executable, "-m", "zerosum", "translate", str(run), odd, "--out", "out"]
    environment = os.environ | {"PYTHONIOENCODING": "utf-8:strict"}
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, check=True, env=environment)
    assert done.stdout == b"out/caf\xe9.png\n"


def test_a_pipe(command, run, tmp_path, monkeypatch):
    content = picture(tmp_path / "a.png").read_bytes()
    sink = io.BytesIO()
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(content)))
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(buffer=sink, isatty=lambda: False))
    from zerosum.cli.translate import translate

    translate(run, tmp_path.__class__("-"))
    with Image.open(io.BytesIO(sink.getvalue())) as image:
        assert (image.format, image.size) == ("PNG", (20, 14))


def test_a_pipe_of_processes(run, tmp_path):
    file = picture(tmp_path / "a.png")
    words = [sys.executable, "-m", "zerosum", "translate", str(run), "-"]
    with file.open("rb") as source:
        done = subprocess.run(words, stdin=source, capture_output=True, check=True)
    with Image.open(io.BytesIO(done.stdout)) as image:
        assert np.asarray(image).shape == (14, 20)
    assert done.stderr == b""


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["a.png"], "where to: name a folder with --out"),
        (["--out", "out"], "no image is named"),
        (["missing.png", "--out", "out"], "missing.png is not there"),
        (["a.png", "--fource", "--out", "out"], "no option --fource"),
        (["-", "--out", "out"], "- is one image from stdin to stdout"),
        (["-", "a.png"], "- is one image from stdin to stdout"),
        (["-", "--mask", "."], "--mask . is a folder, and - is one image: name its mask"),
        (["a.png", "--out", "out", "--page", "page.pdf"], "--page page.pdf: end it in .html"),
        (["a.png", "--out", "out", "--direction", "sideways"], "zerosum --help"),
        (["a.png", "--out", "out", "--mask", "a.png"], "fills no holes"),
        (["a.png", "--out", "out", "--tile", "5"], "tiles of 5 pixels are too small"),
    ],
)
def test_wrong_use_is_told_in_one_line(command, run, in_tmp, words, message):
    picture(in_tmp / "a.png")
    code, stdout, stderr = command("translate", run, *words)
    assert (code, stdout) == (2, "")
    assert message in stderr
    assert stderr.count("\n") == 1
    assert [path.name for path in in_tmp.iterdir()] == ["a.png"]


def test_a_run_that_makes_images_of_its_own(command, in_tmp):
    picture(in_tmp / "a.png")
    code, _, stderr = command("translate", run_of(in_tmp / "run", "r1gan"), "a.png", "--out", "out")
    assert code == 2
    assert "this r1gan generator makes images of its own" in stderr
