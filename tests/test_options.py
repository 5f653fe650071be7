"""Options: keyword-only parameters as checked fields, and errors in one line."""

from typing import Literal

import pytest

from zerosum.errors import UserError, suggest
from zerosum.options import Chance, Count, complete


class Network:
    def __init__(
        self,
        shape: tuple[int, ...],
        positional: int = 3,
        *,
        width: Count = 64,
        dropout: Chance = 0.0,
        kind: Literal["a", "b"] = "a",
        sides: tuple[int, int] = (1, 2),
        extra: dict[str, int] = {},  # noqa: B006
        bound: float | None = None,
    ):
        """Only the keyword-only parameters are options."""


def test_defaults_are_filled_in_as_plain_values():
    assert complete(Network, {}, "p") == {
        "width": 64,
        "dropout": 0.0,
        "kind": "a",
        "sides": [1, 2],
        "extra": {},
        "bound": None,
    }


def test_given_values_win_and_are_converted():
    full = complete(Network, {"width": 8.0, "sides": [3, 4], "bound": 1}, "p")
    assert (full["width"], full["sides"], full["bound"]) == (8, [3, 4], 1.0)


def test_completing_twice_changes_nothing():
    full = complete(Network, {"width": 8}, "p")
    assert complete(Network, full, "p") == full


def test_a_mutable_default_is_not_shared():
    complete(Network, {}, "p")["extra"]["x"] = 1
    assert complete(Network, {}, "p")["extra"] == {}


@pytest.mark.parametrize(
    "given, message",
    [
        ({"widht": 3}, "'players.g.widht' is no option; did you mean 'width'?"),
        ({"positional": 3}, "'players.g.positional' is no option"),
        ({"zzzz": 3}, "known: bound, dropout, extra, kind, sides, width"),
        ({"width": "wide"}, "'players.g.width': input should be a valid integer.*'wide'"),
        ({"width": 0}, "'players.g.width': input should be greater than or equal to 1 .it is 0."),
        ({"width": 1.5}, "'players.g.width': .*integer"),
        ({"dropout": 1.0}, "'players.g.dropout': input should be less than 1"),
        ({"kind": "c"}, "'players.g.kind': input should be 'a' or 'b'"),
        ({"sides": [1]}, "'players.g.sides"),
        ({"bound": float("nan")}, "'players.g.bound': input should be a finite number"),
        ({"extra": 3}, "'players.g.extra': input should be a valid dictionary"),
    ],
)
def test_errors_are_one_line_that_names_the_option(given, message):
    with pytest.raises(UserError, match=message) as caught:
        complete(Network, given, "players.g")
    assert "\n" not in str(caught.value)


def test_a_required_option_that_is_missing_is_named():
    def needs(*, size: int): ...

    with pytest.raises(UserError, match=r"'game\.size': field required$"):
        complete(needs, {}, "game")


def test_suggestions():
    assert suggest("wgan-pg", ["wgan", "wgan-gp", "gan"]) == "; did you mean 'wgan-gp'?"
    assert suggest("xyz", ["b", "a"]) == "; known: a, b"
