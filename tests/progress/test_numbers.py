"""Numbers as people read them."""

import pytest

from zerosum.progress.numbers import clock, counted, length, number, one_digit, percent, rounded, short


def test_four_digits_are_enough_and_none_is_a_dash():
    assert (number(None), number(12.3456), number(0.0)) == ("-", "12.35", "0")
    plain = {"a": [1.23456, 7], "b": (True, "0.123456"), "c": 123456}
    assert rounded(plain) == {"a": [1.235, 7], "b": [True, "0.123456"], "c": 123456}


@pytest.mark.parametrize(
    "value, nearest, below", [(0.2, 1, 1), (3, 3, 2), (9600, 9600, 5000), (12345, 12000, 10000), (50, 50, 50)]
)
def test_numbers_are_rounded_as_people_say_them(value, nearest, below):
    assert (one_digit(value), one_digit(value, down=True)) == (nearest, below)


def test_ticks_are_short():
    assert [short(value) for value in (0.5, 5000, 1.5e6, 0, 1e-5)] == ["0.5", "5k", "1.5M", "0", "1e-5"]


def test_units_have_their_plural_and_numbers_their_commas():
    assert counted(1, "round") == counted(1.0, "round") == "1 round"
    assert (counted(0, "round"), counted(2_500_000, "round")) == ("0 rounds", "2,500,000 rounds")
    assert (counted(2.5, "minute"), counted(0.125, "CPU minute")) == ("2.5 minutes", "0.125 CPU minutes")


def test_times_are_said_in_words_or_as_a_clock_does():
    assert [length(seconds) for seconds in (1, 30.5, 60, 90)] == ["1 second", "30.5 seconds", "1 minute", "1.5 minutes"]
    assert (clock(59.6), clock(3725)) == ("0:01:00", "1:02:05")


def test_shares_in_per_cent():
    assert percent(0.12345) == "12.35 %"
