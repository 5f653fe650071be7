"""Events for TensorBoard: a folder that is made with the first of them, and one line where it is not installed."""

import io
import sys
import types
from typing import ClassVar

import pytest
import torch
from PIL import Image

from zerosum.errors import UserError
from zerosum.progress.tensorboard import TensorBoard


class Writer:
    made: ClassVar[list["Writer"]] = []

    def __init__(self, folder):
        self.folder, self.calls = folder, []
        Writer.made.append(self)

    def __getattr__(self, name):
        return lambda *arguments, **options: self.calls.append((name, *arguments, *options.items()))


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
    board.picture(4, Image.new("L", (4, 5), 7))
    board.close()
    assert [made.folder for made in writer.made] == [str(tmp_path / "events")]
    picture = writer.made[0].calls.pop(2)
    assert writer.made[0].calls == [
        ("add_scalar", "generator/adversarial", 0.5, 3),
        ("add_scalar", "discriminator/r1", 0.25, 3),
        ("close",),
    ]
    name, tag, pixels, *others = picture
    assert (name, tag, pixels.tolist(), others) == (
        *("add_image", "samples", [[[7, 7, 7]] * 4] * 5),
        [4, ("dataformats", "HWC")],
    )


def test_what_is_written_is_what_tensorboard_reads(tmp_path):
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    board = TensorBoard(tmp_path / "events")
    board.terms(3, {"generator/adversarial": 0.5, "discriminator/r1": 0.25})
    board.terms(6, {"generator/adversarial": -1.5})
    board.picture(6, Image.new("L", (4, 5), 7))
    board.close()
    events = accumulator.EventAccumulator(str(tmp_path / "events")).Reload()
    read = {name: [(event.step, event.value) for event in events.Scalars(name)] for name in events.Tags()["scalars"]}
    assert read == {"generator/adversarial": [(3, 0.5), (6, -1.5)], "discriminator/r1": [(3, 0.25)]}
    (image,) = events.Images("samples")
    shown = Image.open(io.BytesIO(image.encoded_image_string))
    assert (image.step, shown.size, shown.getpixel((1, 1))) == (6, (4, 5), (7, 7, 7))


def test_a_missing_installation_is_one_line_with_the_remedy(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    with pytest.raises(UserError, match=r"not installed: pip install 'zerosum\[tensorboard\]'"):
        TensorBoard(tmp_path)
