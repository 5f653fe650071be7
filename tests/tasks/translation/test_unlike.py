"""Pictures unlike those of the training are told of, and can be split or shrunk first."""

import io
import sys
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from PIL import Image
from translation.made import picture, run_of

from zerosum.errors import UserError
from zerosum.recipe.schema import Data
from zerosum.runs.generator import load_generator
from zerosum.tasks.translation.files import Translator
from zerosum.tasks.translation.photo import Photo, read
from zerosum.tasks.translation.unlike import halved, shrunk, unlike


def told(width: int, height: int, direction: str = "forward", **data) -> str:
    fields = {"source": "a", "shape": (3, 16, 16)} | data
    return unlike(Photo(torch.zeros(3, height, width, dtype=torch.uint8)), Data(**fields), direction)


def test_a_pair_taken_whole_is_told_of_with_the_half_that_is_meant():
    for pairs, direction, half in (
        ("side-by-side", "forward", "left"),
        ("side-by-side", "backward", "right"),
        ("side-by-side:right", "forward", "right"),
        ("side-by-side:right", "backward", "left"),
    ):
        assert told(32, 16, direction, pairs=pairs) == (
            f"32x16 looks like a pair side by side, as it was trained on: --half {half} translates that half"
        )
    assert told(16, 16, pairs="side-by-side") == told(30, 16, pairs="side-by-side") == told(32, 16) == ""
    assert told(16, 16, pairs="side-by-side", shape=(3, 16, 8)).startswith("16x16 looks like a pair")


def test_a_much_larger_picture_is_told_of():
    assert told(64, 64) == (
        "64x64 is much larger than the 16x16 that it was trained on: if those were shrunk to that, --shrink does so too"
    )
    assert told(300, 32).startswith("300x32 is much larger than")
    assert told(300, 31) == told(16, 16) == told(8, 8) == told(64, 64, pairs="small:4") == ""


def _content(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def test_halves_are_those_of_the_picture():
    image = Image.new("RGBA", (9, 4), (10, 0, 0, 255))
    image.paste((200, 0, 0, 128), (5, 0, 9, 4))
    image.paste((77, 0, 0, 255), (4, 0, 5, 4))
    shot = read(_content(image), 3)
    left, right = halved(shot, "left"), halved(shot, "right")
    assert left.pixels.shape == right.pixels.shape == (3, 4, 4)
    assert left.pixels[0].unique().tolist() == [10]
    assert right.colours[0].unique().tolist() == [200]
    assert (left.alpha.getextrema(), right.alpha.getextrema()) == ((255, 255), (128, 128))
    assert right.alpha.size == (4, 4)


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_pictures_are_shrunk_as_training_does(channels):
    random = np.random.default_rng(0).integers(0, 256, (40, 60, 4), dtype=np.uint8)
    image = Image.fromarray(random)
    image = image if channels == 4 else image.convert({1: "L", 3: "RGB"}[channels])
    small = shrunk(read(_content(image), channels), 20)
    assert small.pixels.shape == (channels, 20, 30)
    expected = image.convert("RGBa") if channels == 4 else image
    expected = expected.resize((30, 20), Image.Resampling.LANCZOS)
    expected = np.asarray(expected.convert("RGBA") if channels == 4 else expected)
    assert np.array_equal(small.pixels.permute(1, 2, 0).numpy().squeeze(), expected)
    assert shrunk(small, 20) is small


def test_deep_and_see_through_pictures_are_shrunk_too():
    deep = Image.fromarray((np.arange(1600, dtype=np.uint16) * 40).reshape(40, 40))
    small = shrunk(read(_content(deep), 1), 10)
    assert (small.deep, small.pixels.shape) == (True, (1, 10, 10))
    assert abs(float(small.pixels.mean()) - (799.5 * 40 / 32767.5 - 1)) < 0.002
    clear = Image.new("RGBA", (40, 40), (9, 9, 9, 100))
    small = shrunk(read(_content(clear), 3), 10)
    assert (small.alpha.size, small.colours.shape) == ((10, 10), (3, 10, 10))


def size_of(path) -> tuple[int, int]:
    with Image.open(path) as image:
        return image.size


def test_it_is_told_once_and_counted(command, tmp_path):
    run = run_of(tmp_path / "run", "pix2pix", pairs="side-by-side")
    for name, size in (("a", (32, 16)), ("b", (40, 40)), ("c", (10, 10))):
        picture(tmp_path / f"in/{name}.png", size)
    words = ["translate", run, tmp_path / "in", "--out", tmp_path / "out"]
    code, _, stderr = command(*words)
    first, last = stderr.splitlines()
    assert code == 0
    assert first.endswith(
        "in/a.png: 32x16 looks like a pair side by side, as it was trained on: --half left translates that half"
    )
    assert last == f"2 images are unlike those of the training, as {tmp_path / 'in'}/a.png"
    assert command(*words)[2] == "3 of 3 are there already: --force makes them again\n"
    code, _, stderr = command(*words, "--force", "--half", "right", "--shrink")
    assert (code, stderr) == (0, "")
    assert [size_of(tmp_path / f"out/{name}.png") for name in "abc"] == [(8, 8), (8, 16), (5, 10)]


def test_a_pipe_tells_too(run_large, tmp_path, monkeypatch, capsys):
    content = picture(tmp_path / "a.png", (40, 40)).read_bytes()
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(content)))
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(buffer=io.BytesIO(), isatty=lambda: False))
    from zerosum.cli.translate import translate

    translate(run_large, tmp_path.__class__("-"))
    assert "40x40 is much larger than the 8x8 that it was trained on" in capsys.readouterr().err


@pytest.fixture
def run_large(tmp_path):
    return run_of(tmp_path / "run")


def test_a_mask_is_of_the_whole_picture(tmp_path):
    picture(tmp_path / "mask.png")
    filler = load_generator(run_of(tmp_path / "run", "inpainting"))
    for options in ({"half": "left"}, {"shrink": True}):
        with pytest.raises(UserError, match="which --half and --shrink change"):
            Translator(filler, mask=tmp_path / "mask.png", **options)
