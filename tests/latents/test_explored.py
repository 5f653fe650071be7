"""Outcomes as files: pictures, arrays and animations, and nothing overwritten unasked."""

import json

import numpy as np
import pytest
import torch
from linear import linear_space
from PIL import Image

from zerosum.drawing import pictures
from zerosum.errors import UserError
from zerosum.latents import animation
from zerosum.latents.explored import check_out
from zerosum.latents.paths import interpolate, truncate
from zerosum.latents.sheet import draw


@pytest.fixture(scope="module")
def walk():
    return interpolate(linear_space(), [0, 1], steps=3)


def test_a_picture_brings_its_arrays(walk, tmp_path):
    paths = walk.save(tmp_path / "new" / "walk.png", about={"run": "demo"})
    assert [path.name for path in paths] == ["walk.png", "walk.npz"]
    metadata = pictures.read_metadata(paths[0])
    assert (metadata["run"], metadata["samples"], metadata["way"]) == ("demo", [0, 1], "linear")
    with np.load(paths[1]) as archive:
        assert archive["samples"].shape == (1, 3, 8, 8, 1)
        assert np.array_equal(archive["samples"][..., 0], walk.arrays["samples"][:, :, 0].numpy())
        assert np.array_equal(archive["latents"], walk.arrays["latents"].numpy())
        assert json.loads(str(archive["notes"]))["steps"] == 3


@pytest.mark.parametrize("ending", [".gif", ".apng", ".webp"])
def test_animations_have_every_frame_and_repeat(walk, tmp_path, ending):
    (path, _) = walk.save(tmp_path / f"walk{ending}", fps=10)
    with Image.open(path) as image:
        assert image.n_frames == 6
        assert image.info["loop"] == 0
        for at, frame in enumerate(walk.frames):
            image.seek(at)
            assert np.array_equal(np.asarray(image.convert("L")), np.asarray(frame))
            assert image.info["duration"] == 100


def test_mp4_needs_its_extra_and_says_so(walk, tmp_path, monkeypatch):
    def missing(name):
        raise ImportError(name)

    monkeypatch.setattr(animation.importlib, "import_module", missing)
    with pytest.raises(UserError, match=r"MP4 needs PyAV: pip install 'zerosum\[video\]'"):
        walk.save(tmp_path / "walk.mp4")
    assert list(tmp_path.iterdir()) == []


def test_mp4_holds_every_frame(walk, tmp_path):
    av = pytest.importorskip("av", reason="needs the extra zerosum[video]")
    animation.save(walk.frames, tmp_path / "walk.mp4", fps=10)
    with av.open(str(tmp_path / "walk.mp4")) as film:
        frames = [frame.to_ndarray(format="gray") for frame in film.decode(video=0)]
    assert len(frames) == 6
    wanted = np.asarray(walk.frames[2]).astype(float)
    assert np.abs(frames[2] - wanted).mean() < 12


def test_nothing_is_overwritten_unasked(walk, tmp_path):
    (tmp_path / "walk.npz").write_text("precious")
    with pytest.raises(
        UserError, match=r"walk\.npz is there already: choose another --out, or overwrite it with --force"
    ):
        walk.save(tmp_path / "walk.png")
    assert [path.name for path in tmp_path.iterdir()] == ["walk.npz"]
    walk.save(tmp_path / "walk.png", force=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["walk.npz", "walk.png"]


def test_an_exploration_is_replaced_with_all_that_belongs_to_it(walk, tmp_path):
    walk.save(tmp_path / "walk.png")
    walk.save(tmp_path / "walk.png")
    with pytest.raises(UserError, match=r"walk\.npz is there already"):
        walk.save(tmp_path / "walk.gif")  # the arrays are those of the picture, which would stay
    walk.save(tmp_path / "walk.gif", force=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["walk.gif", "walk.npz"]
    Image.new("L", (3, 3)).save(tmp_path / "walk.png")
    with pytest.raises(UserError, match=r"walk\.png is there already"):
        walk.save(tmp_path / "walk.png")


def test_arrays_alone(walk, tmp_path):
    assert walk.save(tmp_path / "walk.npz") == [tmp_path / "walk.npz"]


@pytest.mark.parametrize("name", ["walk", "walk.jpg", "walk.png.txt"])
def test_other_endings_are_refused(name, tmp_path):
    with pytest.raises(UserError, match=r"end it in \.png, \.npz, \.gif, \.apng, \.webp, \.mp4"):
        check_out(tmp_path / name)


def test_what_does_not_move_is_no_animation(tmp_path):
    with pytest.raises(UserError, match="nothing moves here"):
        truncate(linear_space(), [0]).save(tmp_path / "still.gif")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("fps", [0.5, 51, float("nan")])
def test_rates_that_players_do_not_know_are_refused(walk, tmp_path, fps):
    with pytest.raises(UserError, match="at 1 to 50 a second"):
        walk.save(tmp_path / "walk.gif", fps=fps)


def test_titles_stand_beside_the_tiles_and_leave_them_as_they_are():
    samples = torch.randint(256, (2, 3, 1, 8, 8), dtype=torch.uint8)
    plain, titled = draw(samples), draw(samples, rows=["first", "second row"], columns=["a", "b", "c"])
    assert titled.width > plain.width
    assert titled.height > plain.height
    left, top = titled.width - plain.width, titled.height - plain.height
    corner = titled.crop((left, top, titled.width, titled.height)).convert("L")
    assert np.array_equal(np.asarray(corner), np.asarray(plain))
    assert (np.asarray(titled)[:, :left] < 128).any()
    assert (np.asarray(titled)[:top] < 128).any()
