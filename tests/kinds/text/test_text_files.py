"""Sentences are shown as lines of a picture, and written as lines of a file."""

import numpy as np
import torch

from zerosum.core.spec import Spec
from zerosum.core.tokens import packed
from zerosum.drawing.lines import HEIGHT, WIDTH, lines_picture
from zerosum.kinds.table import named
from zerosum.kinds.text.vocabularies import Bytes
from zerosum.sampling.files import write_samples

SPEC = Spec("text", (20,), Bytes().facts())
SAMPLES = packed([Bytes().encode(text) for text in ("a dog", "two\nlines", "")], 20)


def test_a_line_a_sentence(tmp_path):
    path = write_samples(tmp_path / "lines.txt", SAMPLES, None, None, spec=SPEC)
    assert path.read_text(encoding="utf-8") == "a dog\ntwo\u00b6lines\n\n"


def test_an_archive_holds_tokens(tmp_path):
    path = write_samples(tmp_path / "some.npz", SAMPLES, torch.tensor([0, 1, 0]), None, spec=SPEC, classes=("a", "b"))
    with np.load(path) as arrays:
        assert np.array_equal(arrays["samples"], SAMPLES.numpy())
        assert arrays["classes"].tolist() == ["a", "b"]


def test_a_picture_has_a_line_a_sentence():
    picture = named("text").showing.picture(SAMPLES, SPEC)
    assert picture.size == (WIDTH, 3 * HEIGHT)
    dark = np.asarray(picture.convert("L")) < 100
    assert [bool(dark[row * HEIGHT : (row + 1) * HEIGHT].any()) for row in range(3)] == [True, True, False]
    assert lines_picture([]).size == (WIDTH, HEIGHT)
