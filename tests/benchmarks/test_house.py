"""The house's arithmetic: turns, ratios, spreads; rivals that are there and rivals that are not."""

import sys

import house
import pytest
from house import Lap

CHILD = """
import json, sys, time
print("a library talks")
print(json.dumps({"name": sys.argv[1]}), flush=True)
for line in sys.stdin:
    print(json.dumps({"cpu": int(line) * float(sys.argv[2]), "wall": 1.0, "peak": 10.0}), flush=True)
"""


def command(name, cost):
    return [sys.executable, "-c", CHILD, name, str(cost)]


def lap(cpu, units=1):
    return Lap(units=units, cpu=cpu, wall=2 * cpu, peak=cpu * 100)


def test_a_spread_is_median_and_range():
    assert house.spread([3.0, 1.0, 2.0]) == house.Spread(2.0, 1.0, 3.0, 3)
    assert str(house.spread([1.0, 2.0])) == "1.50 (1.00 to 2.00)"


def test_a_ratio_is_of_pairs_and_for_a_unit():
    slower, faster = [lap(2.0, 2), lap(8.0, 2)], [lap(1.0), lap(2.0)]
    assert house.ratio(slower, faster) == house.Spread(1.5, 1.0, 2.0, 2)


def test_unequal_numbers_of_laps_are_no_pairs():
    with pytest.raises(ValueError, match="zip"):
        house.ratio([lap(1.0)], [])


def test_what_slows_both_leaves_the_ratio_alone():
    slow = [1.0, 5.0, 2.0]
    found = house.ratio([lap(1.5 * s) for s in slow], [lap(s) for s in slow])
    assert (found.least, found.most) == pytest.approx((1.5, 1.5))


def test_a_summary_counts_images():
    found = house.summary([lap(2.0, 4), lap(4.0, 4)], 128)
    assert found["images_per_cpu_second"] == house.spread([256.0, 128.0]).__dict__
    assert found["cpu_seconds_per_unit"]["median"] == 0.75
    assert (found["wall_over_cpu"], found["peak_mib"]) == (2.0, 400.0)


def test_rivals_work_in_turn_and_the_first_lap_is_not_counted():
    with house.field({"a": command("a", 0.5), "b": command("b", 0.25)}) as rivals:
        assert [rival.facts["name"] for rival in rivals.values()] == ["a", "b"]
        laps = house.interleave(rivals, 3, repetitions=4)
        assert {name: len(own) for name, own in laps.items()} == {"a": 4, "b": 4}
        assert laps["a"][0] == Lap(units=3, cpu=1.5, wall=1.0, peak=10.0)
        assert house.ratio(laps["a"], laps["b"]).median == 2.0
    assert all(rival.process.poll() == 0 for rival in rivals.values())


def test_every_other_repetition_goes_the_other_way():
    order = []

    class Told:
        def __init__(self, name):
            self.name = name

        def work(self, units):
            order.append(self.name)
            return lap(1.0, units)

    house.interleave({"a": Told("a"), "b": Told("b")}, 1, repetitions=3)
    assert order == ["a", "b", "a", "b", "b", "a", "a", "b"]


def test_a_rival_that_does_not_start_is_listed_or_refused():
    broken, absent = [sys.executable, "-c", "raise SystemExit(3)"], {}
    with house.field({"a": broken, "b": command("b", 1.0)}, absent=absent) as rivals:
        assert list(rivals) == ["b"]
    assert absent == {"a": "it ended without an answer, exit code 3"}
    with pytest.raises(house.AbsentError), house.field({"a": broken}):
        pass
