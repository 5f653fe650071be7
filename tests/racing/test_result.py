"""The standing of a race, its table, and race.json."""

import json

import pytest
from results import THREE, race_of

from zerosum.errors import UserError
from zerosum.racing.result import Race
from zerosum.racing.standing import Entry, floor_of
from zerosum.racing.table import table, verdict


def test_the_order_is_that_of_medians():
    found = race_of({"a": [3.0, 9.0, 4.0], "b": [5.0, 1.0, 1.5], "c": [None, None], "d": [2.0]}).standing
    assert [(row.name, row.median()) for row in found.rows] == [("b", 1.5), ("d", 2.0), ("a", 4.0), ("c", None)]
    assert [len(row.finished) for row in found.rows] == [3, 1, 3, 0]


def test_who_leads_and_who_is_really_better():
    found = race_of(THREE).standing
    assert found.leaders == ["fast", "near"]
    assert found.beaten_by("fast") == found.beaten_by("near") == ["slow"]
    assert found.beaten_by("slow") == []
    assert not found.pair("fast", "near").real


def test_nobody_leads_untested():
    assert race_of({"a": [1.0, 2.0], "b": [9.0, 9.1]}).standing.leaders == []


def test_an_untested_first_does_not_hide_the_leaders():
    found = race_of({"a": [1.0], "b": [9.0, 9.1, 9.2], "c": [20.0, 21.0, 22.0]}).standing
    assert (found.rows[0].name, found.leaders) == ("a", ["b"])


def test_the_verdict_in_words():
    said = " ".join(verdict(race_of(THREE)))
    assert "fast has the lowest median fd, 5.1." in said
    assert "really better than slow; it is not shown to be better than near" in said
    assert "3 seeds of this spread and 3 pairs" in said
    assert "cannot be said: that takes 3 seeds" in " ".join(verdict(race_of({"a": [1.0], "b": [2.0]})))
    assert verdict(race_of({"a": [None]})) == ["Nobody has come to the end yet."]
    assert "all 3 others" in " ".join(
        verdict(race_of({"a": [1.0, 1.01, 1.02], **{key: [9.0, 9.1, 9.2] for key in "bcd"}}))
    )


def test_the_table_has_a_row_for_each_and_for_real_data():
    lines = table(race_of({**THREE, "broken": [None]})).splitlines()
    assert [line.split()[0] for line in lines[:6]] == ["system", "fast", "near", "slow", "broken", "real"]
    assert lines[1].split() == ["fast", "5.1", "5", "5.2", "100", "3", "of", "3", "slow"]
    assert lines[4].split() == ["broken", "-", "-", "-", "-", "0", "of", "1", "-"]
    assert lines[-1] == "broken-0 failed: it broke"


def test_the_floor():
    assert floor_of(race_of(THREE).entries) == 2.0
    assert floor_of(race_of({"a": [None]}).entries) is None


def test_an_entry_takes_the_place_of_an_older_one():
    race = race_of({"a": [1.0, None], "b": [2.0, 3.0]})
    changed = race.with_entry(Entry("a", 1, status="diverged"))
    assert [(e.name, e.seed) for e in changed.entries] == [("a", 0), ("b", 0), ("a", 1), ("b", 1)]
    assert changed.entry("a", 1).status == "diverged"
    assert (changed.entry("a", 1).final, race.entry("a", 1).final) == (True, False)


def test_a_race_comes_back_from_its_file(tmp_path):
    race = race_of({**THREE, "broken": [None]}, tmp_path)
    (tmp_path / "race.json").write_text(json.dumps(race.to_dict()))
    assert Race.open(tmp_path) == race


@pytest.mark.parametrize("content", ["{", "{}", '{"entries": 3}', "[]"])
def test_a_damaged_file(tmp_path, content):
    (tmp_path / "race.json").write_text(content)
    with pytest.raises(UserError, match="damaged"):
        Race.open(tmp_path)


def test_no_race(tmp_path):
    with pytest.raises(UserError, match="holds no race"):
        Race.open(tmp_path)
