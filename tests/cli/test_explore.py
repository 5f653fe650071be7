"""`zerosum explore` on a tiny run: every command writes what it says, and wrong use is told in one line."""

import json

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from tiny import command_line
from zerosum.cli.explore import reordered
from zerosum.cli.explore.shared import rounded
from zerosum.cli.main import run as run_command
from zerosum.latents import exploration
from zerosum.latents.attributes import Judge


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    out = tmp_path_factory.mktemp("explore") / "run"
    assert run_command(command_line(out)) == 0
    return out


@pytest.fixture(scope="module")
def ring(tmp_path_factory):
    out = tmp_path_factory.mktemp("explore") / "ring"
    words = ["8-ring" if word == "digits" else word for word in command_line(out)]
    assert run_command(words) == 0
    return out


EXPLORATIONS = {
    "interpolate": ["interpolate", "--samples", "0", "5", "--steps", "4"],
    "corners": ["interpolate", "--corners", "--steps", "3"],
    "truncation": ["truncation", "--samples", "2", "--amounts", "0", "1"],
    "equation": ["arithmetic", "--take", "1", "2", "--minus", "3", "4", "--plus", "5", "6"],
    "picked": ["arithmetic", "--take", "1", "2", "--minus", "3", "--strengths", "-1", "0", "1"],
    "measured": ["arithmetic", "--attribute", "stroke-width", "--number", "100"],
    "factorised": ["directions", "--count", "2", "--steps", "3"],
    "principal": ["directions", "--method", "pca", "--count", "2", "--number", "100"],
    "inverted": ["invert", "--held-out", "2", "--starts", "2", "--steps", "3"],
    "nearest": ["neighbours", "--samples", "1", "3", "--count", "2", "--features", "pixels"],
}


@pytest.mark.parametrize("name", EXPLORATIONS)
def test_each_writes_a_picture_and_arrays(command, trained, tmp_path, name):
    out = tmp_path / f"{name}.png"
    code, stdout, stderr = command("explore", trained, *EXPLORATIONS[name], "--out", out)
    assert (code, stdout.split()) == (0, [str(out), str(out.with_suffix(".npz"))]), stderr
    with Image.open(out) as image:
        assert image.width > 100
    with np.load(out.with_suffix(".npz"), allow_pickle=False) as archive:
        assert json.loads(str(archive["notes"]))
        assert any(archive[key].dtype == np.uint8 for key in archive.files)


class Bright(nn.Module):
    """Reads whether the upper half of an image is brighter than the lower one."""

    def features(self, images):
        rows = images.float().mean((1, 3))
        return (rows[:, :4].sum(1) - rows[:, 4:].sum(1))[:, None]

    def head(self, features):
        return torch.cat([torch.zeros_like(features), features], 1)


def test_an_attribute_is_found_and_checked(command, trained, tmp_path, monkeypatch):
    judge = Judge(Bright(), {"brighter": ("below", "above")}, {"brighter": 1.0})
    monkeypatch.setattr(exploration, "attributes_of", lambda dataset: judge.values)
    monkeypatch.setattr(exploration, "judges_of", lambda dataset: (judge, judge))
    words = ["arithmetic", "--attribute", "brighter=above", "--number", "300", "--strength", "3"]
    code, _, stderr = command("explore", trained, *words, "--out", tmp_path / "a.npz")
    assert code == 0
    with np.load(tmp_path / "a.npz") as archive:
        check = json.loads(str(archive["notes"]))["check"]
    assert check["step"]["changed"] > 0.8
    assert check["random_step"]["changed"] < 0.5
    assert f"check: {json.dumps(rounded(check))}" in stderr
    assert rounded({"a": [1, 0.123456], "b": "c"}) == {"a": [1, 0.1235], "b": "c"}


def test_an_edit_along_a_direction_that_was_written(command, trained, tmp_path):
    command("explore", trained, "directions", "--count", "1", "--out", tmp_path / "d.npz")
    file = tmp_path / "digit.png"
    Image.fromarray(np.full((16, 16), 200, dtype=np.uint8)).save(file)
    words = [
        "invert",
        file,
        "--along",
        tmp_path / "d.npz",
        "--steps",
        "3",
        "--starts",
        "1",
        "--out",
        tmp_path / "i.png",
    ]
    code, _, stderr = command("explore", trained, *words)
    assert code == 0
    assert "median_psnr: " in stderr
    with np.load(tmp_path / "i.npz") as archive:
        assert archive["edited"].shape == (1, 4, 8, 8, 1)
        assert (archive["images"] == 200).all()


def test_a_loop_is_an_animation(command, trained, tmp_path):
    code, _, _ = command("explore", trained, "interpolate", "--samples", "0", "1", "--out", tmp_path / "loop.gif")
    assert code == 0
    with Image.open(tmp_path / "loop.gif") as image:
        assert image.n_frames > 24


def test_points_are_explored_too(command, ring, tmp_path):
    assert command("explore", ring, "interpolate", "--out", tmp_path / "i.png")[0] == 0
    assert command("explore", ring, "directions", "--count", "2", "--out", tmp_path / "d.png")[0] == 0


@pytest.mark.parametrize(
    "words, message",
    [
        (["interpolate", "--samples", "1"], "1 samples to walk between: use 2 or more"),
        (["interpolate", "--out", "x.jpg"], "end it in .png"),
        (["interpolate", "--label", "3"], "no control 'label'"),
        (["directions", "--count", "1000"], "1000 directions: use 1 to"),
        (["directions", "--steps", "1"], "use 2 or more"),
        (["arithmetic"], "name samples with --take and --minus"),
        (["arithmetic", "--take", "1", "--minus", "2", "--attribute", "slant"], "name samples with --take and --minus"),
        (
            ["arithmetic", "--attribute", "smile"],
            "'smile' is no attribute: write NAME=VALUE, or to be measured one of slant, stroke-width",
        ),
        (["arithmetic", "--attribute", "slant=far"], "no attribute 'slant'"),
        (["arithmetic", "--attribute", "label=1", "--within", "pose"], "'pose' is no attribute: write NAME=VALUE"),
        (["arithmetic", "--attribute", "label=1", "--within", "pose=left"], "no attribute 'pose'"),
        (["invert"], "name files, or so many of the test split with --held-out"),
        (["invert", "nothing.png"], "cannot read the image nothing.png"),
        (["invert", "--held-out", "9999"], "the test split has 1 to 500 images"),
        (["invert", "--held-out", "1", "--along", "nothing.npz"], "cannot read nothing.npz"),
        (["invert", "--held-out", "1", "--starts", "99"], "1 to 64 starts"),
        (["neighbours", "--count", "0", "--features", "pixels"], "0 neighbours: use 1 to 100"),
        (["truncation", "--amounts", "5"], "truncation 5: use numbers from 0 to 2"),
        (["polish"], "zerosum --help"),
    ],
)
def test_wrong_use_is_told_in_one_line(command, trained, in_tmp, words, message):
    code, stdout, stderr = command("explore", trained, *words)
    assert (code, stdout) == (2, "")
    assert message in stderr
    assert stderr.count("\n") == 1
    assert list(in_tmp.glob("*")) == []


def test_a_folder_that_is_no_run_is_told(command, in_tmp):
    code, _, stderr = command("explore", in_tmp, "interpolate")
    assert code == 2
    assert "is no run folder" in stderr


def test_nothing_but_an_exploration_is_overwritten_unasked(command, trained, in_tmp):
    (in_tmp / "truncation.png").write_bytes(b"precious")
    code, _, stderr = command("explore", trained, "truncation")
    assert code == 2
    assert "truncation.png is there already" in stderr
    assert [path.name for path in in_tmp.iterdir()] == ["truncation.png"]
    assert command("explore", trained, "truncation", "--force")[0] == 0
    assert command("explore", trained, "truncation")[0] == 0


def test_what_was_explored_before_hides_no_mistake(command, trained, in_tmp):
    assert command("explore", trained, "truncation")[0] == 0
    before = {path.name: path.read_bytes() for path in in_tmp.iterdir()}
    code, _, stderr = command("explore", trained, "truncation", "--amounts", 5)
    assert (code, "truncation 5: use numbers from 0 to 2" in stderr) == (2, True)
    assert {path.name: path.read_bytes() for path in in_tmp.iterdir()} == before


def test_the_run_may_stand_before_or_after_the_verb():
    assert reordered(["explore", "run", "invert", "a.png"]) == ["explore", "invert", "run", "a.png"]
    assert reordered(["explore", "invert", "run"]) == ["explore", "invert", "run"]
    assert reordered(["explore", "invert", "invert"]) == ["explore", "invert", "invert"]
    assert reordered(["sample", "run", "invert"]) == ["sample", "run", "invert"]
    assert reordered(["explore"]) == ["explore"]
