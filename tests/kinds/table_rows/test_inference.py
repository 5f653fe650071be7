"""What columns are taken for."""

import numpy as np
import pytest

from zerosum.kinds.table_rows.cells import MANY, Cells
from zerosum.kinds.table_rows.inference import understood

NUMBERS = [str(number) for number in (5, 3, 8, 5, 1) * 10]


def column(words, name="x", wanted=None):
    cells = Cells(name)
    cells.add(words)
    return understood(cells, wanted)


@pytest.mark.parametrize(
    "words, type_",
    [
        (NUMBERS, "integer"),
        (["1.5", "2.25", "3.0"] * 20, "numeric"),
        (["1e-3", "2e5"] * 20, "numeric"),
        (["a", "b", "a"] * 20, "category"),
        (["yes", "no"] * 20, "boolean"),
        (["True", "FALSE"] * 20, "boolean"),
        (["0", "1"] * 20, "boolean"),
        (["2020-01-31", "1999-12-01"] * 20, "date"),
        (["31.12.2020", "01.02.2021"] * 20, "date"),
        (["2020-01-31 10:20:30"] * 20, "time"),
        (["10:20", "23:59"] * 20, "time"),
    ],
)
def test_types_are_found_out(words, type_):
    assert column(words).column.type == type_


@pytest.mark.parametrize("marker", ["?", "", "NA", "null"])
def test_what_is_missing_is_no_value(marker):
    meaning = column([*NUMBERS, marker])
    assert (meaning.column.type, meaning.column.missing) == ("integer", marker)
    assert np.isnan(meaning.values).nonzero()[0].tolist() == [50]


def test_categories_are_in_the_order_of_their_frequency():
    meaning = column(["b", "a", "c", "a", "b", "a"])
    assert meaning.column.categories == ("a", "b", "c")
    assert meaning.values.tolist() == [1, 0, 2, 0, 1, 0]


def test_decimals_are_those_of_the_text():
    assert column(["1.50", "2.25"]).column.decimals == 2
    assert column(["1", "2.5"]).column.decimals == 1
    assert column(["0.1234567890123", "0.2"]).column.decimals is None


def test_a_date_is_in_days_and_a_time_in_seconds():
    assert column(["1970-01-03", "1970-01-01"]).values.tolist() == [2, 0]
    assert column(["1970-01-01 00:01:00"]).values.tolist() == [60]
    assert column(["01:01"]).values.tolist() == [3660]


@pytest.mark.parametrize(
    "words, name, why",
    [
        ([str(number) for number in range(100, 200)], "x", "an identifier"),
        ([str(7 * number) for number in range(100)], "customer_id", "an identifier"),
        ([f"K{number}" for number in range(100)], "x", "an identifier"),
        ([f"this is note {number}" for number in range(100)], "x", "free text"),
    ],
)
def test_identifiers_and_free_text_are_left_out(words, name, why):
    meaning = column(words, name)
    assert meaning.column is None
    assert meaning.word.startswith(why)


def test_measurements_that_never_repeat_stay():
    assert column([f"{number / 7:.3f}" for number in range(100)]).column.type == "numeric"
    assert column([str(number**2 + 12_000) for number in range(100)]).column.type == "integer"


def test_thousands_separators_are_understood_and_said():
    meaning = column(["1,200", "3,400", "12,000"] * 10)
    assert meaning.values[:3].tolist() == [1200, 3400, 12_000]
    assert meaning.word == "'1,200' is read as 1200"
    assert column(["1,5", "2,25"] * 10).values[:2].tolist() == [1.5, 2.25]


def test_mistakes_are_named_by_row():
    meaning = column([*NUMBERS, "old", "inf"])
    assert meaning.bad == {50: "'old' is no number, as the others of the column are", 51: "'inf' is infinite"}


@pytest.mark.parametrize(
    "wanted, type_", [("category", "category"), ("numeric", "numeric"), ("target", "category"), ("out", None)]
)
def test_the_user_knows_better(wanted, type_):
    meaning = column(NUMBERS, wanted=wanted)
    assert (meaning.column.type if meaning.column else None) == type_


def test_many_numbers_are_kept_as_numbers():
    numbers = np.random.default_rng(0).random(MANY + 5000).round(9)
    cells = Cells("x")
    cells.add([f"{number:.9f}" for number in numbers[:MANY]])
    cells.add([*(f"{number:.9f}" for number in numbers[MANY:]), "?", "old"])
    cells.add(["0.5", "?"])
    assert cells.numbers is not None
    meaning = understood(cells)
    assert np.array_equal(meaning.values[: len(numbers)], numbers)
    assert np.isnan(meaning.values[[len(numbers), len(numbers) + 1, -1]]).all()
    assert meaning.values[-2] == 0.5
    assert meaning.bad == {len(numbers) + 1: "'old' is no number, as the others of the column are"}
