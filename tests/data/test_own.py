"""`zerosum data check` says of data of somebody's own code what it says of others."""

import json
import sys

import pytest
import torch

from plugins import install
from zerosum.core import registry
from zerosum.data import own
from zerosum.data.check import check
from zerosum.data.dataset import Resident
from zerosum.errors import UserError

CODE = """
import torch
from torch.utils.data import TensorDataset
from zerosum.data.dataset import Resident

def greys(split):
    count = 90 if split == "train" else 30
    values = torch.randint(256, (count, 1, 8, 8), generator=torch.Generator().manual_seed(count))
    values[5] = values[2]
    return TensorDataset(values.to(torch.uint8), torch.arange(count) % 3)

def points(split):
    return torch.randn(300, 3, generator=torch.Generator().manual_seed(int(split == "test")))

def deep(split):
    return torch.linspace(-3, 3, 100 * 64).reshape(100, 1, 8, 8)

def lost(split):
    values = points(split)
    values[7, 1] = float("nan")
    return values

def changing(split):
    return [torch.zeros(1, 8, 8), torch.zeros(1, 8, 9)]

def broken(split):
    raise OSError("no\\nsuch disk")

def ready(split):
    return Resident(points(split), name="ready", split=split)

def ready_lost(split):
    return Resident(lost(split), name="ready", split=split)

class Liar(Resident):
    def batch(self, indices):
        return {"real": torch.zeros(len(indices), 2)}

def lying(split):
    return Liar(points(split), name="liar", split=split)
"""


@pytest.fixture(autouse=True)
def _package(in_tmp, monkeypatch):
    monkeypatch.setattr(registry, "_trusted", {"zerosum"})
    install(in_tmp / "site", monkeypatch, "theirs", {"theirs.py": CODE}, "[zerosum.datasets]\ngreys = theirs:greys\n")
    yield
    sys.modules.pop("theirs", None)


def test_an_installed_data_set_is_looked_at(command):
    code, out, said = command("data", "check", "greys")
    assert (code, said) == (0, "")
    assert out.splitlines() == [
        "greys: 120 samples (own code); train 90, test 30",
        "labels: 0 40, 1 40, 2 40",
        "sizes: min 8x8, median 8x8, max 8x8, most common 8x8",
        "duplicates: 2 with the same pixels as an earlier one",
        "  train[5] = train[2]",
        "  test[5] = test[2]",
        "name: greys",
        "shape: 8x8 grey",
        "memory: in memory, 0.0 MB",
        "range: 0:255 become black and white (the fewest bits that hold all values)",
        "size: 8x8 (its own)",
        "fit: crop: nothing is lost",
    ]
    report = json.loads(command("data", "check", "greys", "--size", "16x8", "--fit", "pad", "--json")[1])
    assert (report["shape"], report["refused"]) == ([1, 8, 16], "")
    assert report["plan"]["size"] == "16x8 (as asked), resized by LANCZOS"
    assert report["plan"]["fit"] == "pad: 120 of 120 images are padded, up to 50% of the result is white"


def test_points_by_a_name_that_is_typed(command):
    code, out, said = command("data", "check", "theirs:points")
    assert (code, said) == (0, "")
    assert out.splitlines()[:3] == [
        "theirs:points: 600 samples (own code); train 300, test 300",
        "name: points",
        "shape: points in 3-D, standardised",
    ]
    assert "ready: 600 samples" in command("data", "check", "theirs:ready")[1]


def test_a_range_is_asked_for_and_used(command):
    code, out, said = command("data", "check", "theirs:deep", "--range=-3:3")
    assert (code, said) == (0, "")
    assert "range: -3:3 become black and white (as asked)" in out


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("theirs:lost", "lost (train) holds 1 values that are NaN or infinite"),
        ("theirs:changing", "item 1 of changing (train) is [1, 8, 9] float32, and those before are [1, 8, 8]"),
        ("theirs:broken", "the data set theirs:broken cannot be read: no such disk"),
        ("theirs:deep", "values from -3 to 3"),
        ("theirs:ready_lost", "samples 0 to 299 of ready (train) hold values that are NaN or infinite"),
        ("theirs:lying", "samples 0 to 299 of liar (train) are [2], and the data set says [3]: make them alike"),
        ("theirs:missing", "cannot load the data set theirs:missing"),
    ],
)
def test_what_is_wrong_is_one_line(command, name, said):
    code, out, error = command("data", "check", name)
    assert (code, out, error.count("\n")) == (2, "", 1)
    assert said in error


def test_data_sets_of_zerosums_form_take_no_other(command):
    code, _, error = command("data", "check", "theirs:ready", "--size", "16")
    assert (code, error.count("\n")) == (2, 1)
    assert "theirs:ready brings its samples to a form itself: leave out size, channels and range" in error


def test_data_passed_in_python_are_looked_at_too():
    report = check(own.hand_over(torch.arange(100 * 16).reshape(100, 4, 4).to(torch.uint8)))
    assert (report.kind, report.total, report.shape) == ("own code", 100, [1, 4, 4])


def test_what_cannot_be_read_is_unsound():
    dots = Resident(torch.zeros(3, 2), name="dots")
    own.check_sound(dots)
    dots.batch = lambda indices: {}
    with pytest.raises(UserError, match=r"samples 0 to 2 of dots \(train\) cannot be read: 'real'"):
        own.check_sound(dots)
