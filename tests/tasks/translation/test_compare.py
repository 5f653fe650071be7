"""Sheets and pages: every pair is on them, they need nothing else, and names cannot break them."""

import re

import numpy as np
import pytest
from PIL import Image

from zerosum.errors import UserError
from zerosum.tasks.translation import compare

GREY = Image.fromarray(np.full((10, 20), 80, dtype=np.uint8))
LARGE = Image.fromarray(np.random.default_rng(0).integers(0, 256, (900, 1200, 3), dtype=np.uint8))


def test_a_page_is_complete_in_itself():
    page = compare.render([("in/a.png", GREY, GREY), ("b.jpg", LARGE, LARGE.convert("L"))], "run")
    assert page.count('type="range"') == 3
    assert page.count("data:image/png;base64,") == 2
    assert page.count("data:image/jpeg;base64,") == 2
    assert not re.search(r"(src|href)=\"(?!data:)", page)
    assert "$" not in page
    assert 'aria-label="a.png: how far before reaches"' in page


def test_names_are_text():
    page = compare.render([('<script>"x".png', GREY, GREY)], "<b>run</b>")
    assert "<script>&" not in page
    assert '<script>"x"' not in page
    assert "&lt;b&gt;run&lt;/b&gt;" in page


def test_a_sheet_shows_each_pair_at_one_size():
    dark, light = (Image.new("RGB", (50, 40), (level, 0, 0)) for level in (30, 220))
    sheet = compare.draw([("a.png", dark, light), ("b.png", light, dark)])
    levels = np.asarray(sheet)[..., 0][np.asarray(sheet)[..., 1] == 0]
    assert (levels == 30).sum() == (levels == 220).sum() == 2 * 200 * 160


def test_a_small_picture_before_is_as_large_as_the_one_after():
    small, large = Image.new("L", (10, 10), 30), Image.new("L", (40, 40), 220)
    assert compare.fitted(small, large.size).size == compare.fitted(large, large.size).size == (200, 200)


def test_long_names_are_cut():
    assert compare._short("x" * 200 + ".png", 100).endswith("…")
    assert compare._short("a.png", 100) == "a.png"


def test_nothing_is_overwritten_unasked(tmp_path):
    taken = tmp_path / "page.html"
    taken.touch()
    with pytest.raises(UserError, match=r"page.html is there already: choose another --page"):
        compare.check_out(None, taken)
    compare.check_out(None, taken, force=True)
    with pytest.raises(UserError, match=r"--sheet .*a.jpg: end it in .png"):
        compare.check_out(tmp_path / "a.jpg", None)


def test_its_own_sheet_and_page_are_drawn_anew(tmp_path):
    sheet, page = tmp_path / "a.png", tmp_path / "a.html"
    compare.write([("in/a.png", GREY, GREY)], sheet=sheet, page=page, title="run")
    compare.check_out(sheet, page)
    GREY.save(sheet)
    with pytest.raises(UserError, match=r"a.png is there already"):
        compare.check_out(sheet, page)
    sheet.write_bytes(b"no picture")
    with pytest.raises(UserError, match=r"a.png is there already"):
        compare.check_out(sheet, None)


def test_names_that_are_no_text_can_be_shown(tmp_path):
    written = compare.write(
        [("in/caf\udce9.png", GREY, GREY)], sheet=tmp_path / "a.png", page=tmp_path / "a.html", title="run"
    )
    assert "caf?.png" in written[1].read_text()


def test_how_many_are_shown_of_how_many_is_said():
    pair = ("a.png", GREY, GREY)
    assert compare.count([pair]) == "1 image"
    assert compare.count([pair] * 2, 2) == "2 images"
    assert compare.count([pair], 909) == "1 of 909 images"
    assert "<p>2 of 1,000 images. Left of the line" in compare.render([pair] * 2, "run", total=1000)


def test_nothing_to_show_writes_nothing(tmp_path):
    assert compare.write([], sheet=tmp_path / "a.png", page=tmp_path / "a.html", title="run") == []
    assert list(tmp_path.iterdir()) == []
