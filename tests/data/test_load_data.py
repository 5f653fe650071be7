from pathlib import Path

import numpy as np
import pytest
import torch

from zerosum.data.load import load
from zerosum.data.names import KNOWN, TOYS
from zerosum.errors import UserError


def test_known_toys_and_paths(folder, tmp_path: Path) -> None:
    assert load("digits").shape == (1, 8, 8)
    assert all(load(toy).name == toy for toy in TOYS)
    assert load(str(folder())).classes == ("cat", "dog")
    np.savez(tmp_path / "a.npz", images=np.zeros((4, 8, 8), np.uint8))
    assert load(str(tmp_path / "a.npz")).shape == (1, 8, 8)


def test_known_sets_are_resized_as_asked() -> None:
    digits = load("digits", size=16, channels=3, split="test")
    assert digits.shape == (3, 16, 16)
    assert len(digits) == 500
    assert digits.fingerprint != load("digits", split="test").fingerprint
    assert load("digits", size=8, channels=1).fingerprint == load("digits").fingerprint


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("digit", "did you mean 'digits'"),
        ("8-rings", "did you mean '8-ring'"),
        ("qqqq", "known: .*digits.*mnist"),
        ("/nowhere/pets", "no file or folder '/nowhere/pets': check the path"),
        ("pets.zip", "no file or folder"),
        ("", "neither a known data set"),
    ],
)
def test_unknown_names(source: str, message: str) -> None:
    with pytest.raises(UserError, match=message) as caught:
        load(source)
    assert "\n" not in str(caught.value)


def test_bad_arguments() -> None:
    with pytest.raises(UserError, match=r"no split 'tset'; did you mean 'test'"):
        load("digits", split="tset")
    with pytest.raises(UserError, match="size is 0"):
        load("digits", size=0)
    with pytest.raises(UserError, match=r"channels is 2: use 1 .* 3 .* or 4"):
        load("digits", channels=2)
    with pytest.raises(UserError, match=r"fit is 'corp'; did you mean 'crop'.: use crop, pad, stretch"):
        load("digits", fit="corp")
    with pytest.raises(UserError, match="8-ring has points"):
        load("8-ring", size=32)


def test_known_sets_become_rectangles_too() -> None:
    shapes = {fit: load("digits", size="12x8", fit=fit).values[0, 0] for fit in ("crop", "pad", "stretch")}
    assert [tuple(image.shape) for image in shapes.values()] == [(8, 12)] * 3
    assert (shapes["pad"][:, :2] == 255).all()
    assert torch.equal(shapes["pad"][:, 2:10], load("digits").values[0, 0])
    assert load("digits", channels=4).shape == (4, 8, 8)
    assert load("digits", channels=4).values[:, 3].unique().tolist() == [255]


def test_every_name_has_one_line() -> None:
    assert all(text and "\n" not in text for text in [*KNOWN.values(), *TOYS.values()])
