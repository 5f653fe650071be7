"""Events for TensorBoard: a folder that is made with the first of them, and one line where it is not installed."""

import sys
import types
from typing import ClassVar

import pytest
import torch
from PIL import Image

from zerosum.errors import UserError
from zerosum.tensorboard import TensorBoard


class Writer:
    made: ClassVar[list["Writer"]] = []

    def __init__(self, folder):
        self.folder, self.calls = folder, []
        Writer.made.append(self)

    def __getattr__(self, name):
        return lambda *arguments, **_: self.calls.append((name, *arguments[:1]))


@pytest.fixture
def writer(monkeypatch):
    Writer.made = []
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", types.SimpleNamespace(SummaryWriter=Writer))
    monkeypatch.setattr(torch.utils, "tensorboard", sys.modules["torch.utils.tensorboard"], raising=False)
    return Writer


def test_nothing_is_made_before_the_first_event(writer, tmp_path):
    board = TensorBoard(tmp_path / "events")
    board.close()
    assert writer.made == []
    board.terms(3, {"generator/adversarial": 0.5, "discriminator/r1": 0.25})
    board.picture(3, Image.new("L", (4, 4)))
    board.close()
    assert [made.folder for made in writer.made] == [str(tmp_path / "events")]
    assert writer.made[0].calls == [
        ("add_scalar", "generator/adversarial"),
        ("add_scalar", "discriminator/r1"),
        ("add_image", "samples"),
        ("close",),
    ]


def test_a_missing_installation_is_one_line_with_the_remedy(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    with pytest.raises(UserError, match=r"not installed: pip install 'zerosum\[tensorboard\]'"):
        TensorBoard(tmp_path)
