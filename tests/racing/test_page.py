"""The page of a race: complete in itself, in order, and right where parts are missing."""

import math
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
import torch
from results import THREE, entry, race_of

from zerosum.drawing import pictures
from zerosum.racing import figures
from zerosum.racing.conditions import Budget
from zerosum.racing.page import command, render, tone

VOID = {"meta", "img", "br"}


class Page(HTMLParser):
    """Checks that tags are balanced, and gathers text and attributes."""

    def __init__(self, text):
        super().__init__()
        self.open, self.attributes, self.text = [], [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)

    def values(self, tag, name):
        return [value for found, key, value in self.attributes if (found, key) == (tag, name)]


def drawn(race):
    """The same race with a picture of each entry."""
    picture = pictures.grid(torch.zeros(4, 1, 8, 8, dtype=torch.uint8), scale=1)
    for name in ("real", *(each.folder for each in race.entries if each.status == "done")):
        pictures.save(picture, race.path / "pictures" / f"{name}.png")
    return race


def test_the_page_needs_nothing_else(tmp_path):
    page = Page(render(drawn(race_of(THREE, tmp_path))))
    loaded = [value for _, name, value in page.attributes if name in ("src", "href")]
    assert len(loaded) == 10
    assert all(value.startswith("data:image/png;base64,") for value in loaded)
    assert not re.search(r"https?://|@import|url\(", render(race_of(THREE, tmp_path)))


def test_rows_are_in_order_and_leaders_are_marked(tmp_path):
    text = render(race_of(THREE, tmp_path))
    rows = re.findall(r'<tr class="(\w+)"><th scope="row">([\w ]+)', text)
    assert rows == [("lead", "fast"), ("lead", "near"), ("rest", "slow"), ("real", "real data")]


def test_only_the_first_is_marked_where_nothing_is_tested():
    race = race_of({"a": [1.0], "b": [2.0]})
    assert [tone(race, name) for name in "ab"] == ["lead", "rest"]


def test_samples_of_one_seed_are_shown_at_a_time(tmp_path):
    text = render(drawn(race_of(THREE, tmp_path)))
    assert len(re.findall(r'<div data-of="0"><img', text)) == 3
    assert len(re.findall(r'<div data-of="[12]" hidden><img', text)) == 6
    assert re.findall(r'data-seed="(\d)" aria-pressed="(\w+)"', text) == [("0", "true"), ("1", "false"), ("2", "false")]


def test_differences_say_by_how_much_and_whether_they_are_real(tmp_path):
    text = render(race_of(THREE, tmp_path))
    fields = re.findall(r'<td class="(shown|open)" title="(\w+) against (\w+): [^"]*">([\d.]+)&times;', text)
    assert [field[:3] for field in fields] == [
        ("open", "fast", "near"),
        ("shown", "fast", "slow"),
        ("shown", "near", "slow"),
    ]
    assert float(fields[1][3]) == pytest.approx(10, rel=0.01)


def test_names_are_text_and_not_html(tmp_path):
    race = race_of({"<b>x</b>": [1.0, None]}, tmp_path)
    race = replace(race, terms=replace(race.terms, data="<i>d</i>"))
    assert "<b>x" not in render(race)
    assert "<i>" not in render(race)
    assert any("<b>x</b>" in part for part in Page(render(race)).text)


@pytest.mark.parametrize("values", [{}, {"a": []}, {"a": [None]}, {"a": [1.0]}, {"a": [1.0, 1.0], "b": [None, None]}])
def test_a_page_of_what_there_is(tmp_path, values):
    page = Page(render(race_of(values, tmp_path)))
    assert "Nobody has come to the end yet." in page.text or any(values.get("a", []))


def test_what_went_wrong_is_told(tmp_path):
    page = Page(render(race_of({"a": [1.0, None]}, tmp_path)))
    assert "a-1 failed: it broke" in page.text
    assert "1 of 2" in page.text


def test_the_command_says_all_that_it_takes():
    race = race_of({"a": [1.0, 2.0], "b": [3.0, 4.0]})
    assert command(race) == "zerosum race a b --data mnist --minutes 2 --clock cpu --seeds 2 --samples 1000"
    terms = replace(race.terms, budget=Budget("images", 5000.0), settings=("lr=1", "width=8"), own_networks=True)
    race = replace(race, terms=replace(terms, samples=10_000))
    for seed in (0, 1):
        race = race.with_entry(entry("a", seed, 1.0, own=("gamma=2",)))
    said = command(race)
    assert "--images 5000 --seeds 2 --own-networks --set lr=1 width=8" in said
    assert said.endswith("--set-for a gamma=2")


def test_logarithmic_ticks():
    assert figures.log_ticks(0, 3) == [1, 10, 100, 1000]
    assert figures.log_ticks(0.9, 1.8) == [10, 20, 50]
    assert figures.log_ticks(math.log10(10), math.log10(99)) == [10, 20, 50]
    assert len(figures.log_ticks(0.1, 0.2)) == 1


def test_dots_lie_where_their_logarithms_do():
    (row,) = race_of({"a": [10.0, 1000.0, 100.0]}).standing.rows
    drawing = figures.strip(row, (1.0, 3.0), None, "lead")
    dots = sorted(float(x) for x in re.findall(r'<circle class="seed lead" cx="([\d.]+)"', drawing))
    assert dots == [14, 170, 326]
    assert re.search(r'class="median lead" x1="170.0"', drawing)


def test_a_band_reaches_from_the_lowest_to_the_highest():
    entries = race_of({"a": [1.0, 3.0, 2.0]}).entries
    band = figures.band_of(entries, 80.0)
    assert [at for at, *_ in band] == [10, 20, 30, 40, 50, 60, 70, 80]
    assert band[-1] == (80, 1.0, 2.0, 3.0)


def test_values_that_are_no_numbers_are_not_drawn():
    bad = replace(race_of({"a": [1.0]}).entries[0])
    curve = tuple(replace(moment, fd=math.nan) for moment in bad.curve)
    assert figures.band_of([replace(bad, curve=curve)], 1.0) == []
    low, high = figures.log_range([1.0, math.inf, 10.0, 0.0])
    assert -0.1 < low < 0
    assert 1 < high < 1.1
