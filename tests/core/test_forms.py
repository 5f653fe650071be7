"""Every form draws what it takes, says so, and reads it off a word and back."""

import math

import pytest
import torch

from zerosum.core.forms import Category, Code, Dial, Dice, Given, Label, Latent

DRAWN = [Latent(3), Latent(2, "uniform"), Label(3, ("cat", "dog", "2:0")), Label(4), Category(10), Code(), Dice(5)]


@pytest.mark.parametrize("form", DRAWN, ids=str)
def test_what_is_drawn_is_taken_and_lies_in_the_support(form):
    inputs = form.draw(500, torch.Generator().manual_seed(0))
    assert tuple(inputs.shape) == (500, *form.shape)
    assert inputs.dtype == form.dtype
    assert form.wrong(inputs) == ""
    low, high = form.support
    assert bool((inputs >= low).all() and (inputs <= high).all())
    assert torch.equal(inputs, form.draw(500, torch.Generator().manual_seed(0)))


@pytest.mark.parametrize("form", DRAWN, ids=str)
def test_a_word_is_read_into_inputs_that_are_taken(form):
    if form.one_word:
        assert form.wrong(form.inputs([form.parse("1"), form.parse("0")])) == ""
    assert form.parse("bird") is None
    assert form.parse("nan") is None


@pytest.mark.parametrize(
    "form, word, number",
    [
        (Category(10), "9", 9),
        (Category(10), "10", None),
        (Category(10), "1.5", None),
        (Code(), "-0.5", -0.5),
        (Code(), "1.01", None),
        (Latent(1), "7", 7),
        (Dial(0.1, 2, 1), "0.5", 0.5),
        (Dial(0.1, 2, 1), "3", None),
        (Label(2, ("cat", "dog")), "dog", 1),
        (Label(2, ("cat", "dog")), "1", 1),
        (Label(2, ("7", "8")), "1", None),
        (Label(2, ("tea", "caf\u00e9")), "cafe\u0301", 1),
    ],
)
def test_the_number_that_a_word_says(form, word, number):
    assert form.parse(word) == number


@pytest.mark.parametrize(
    "form, words",
    [
        (Latent(4), "4 numbers"),
        (Dice(4), "4 numbers, 0 to 1"),
        (Dial(0.1, 2, 1), "0.1 to 2, usually 1"),
        (Code(), "-1 to 1"),
        (Category(10), "0 to 9"),
        (Label(3), "0 to 2"),
        (Label(3, ("0", "1", "2")), "0 to 2"),
        (Label(2, ("7", "8")), "one of 7, 8"),
        (Label(2, ("cat", "dog")), "0 to 1, or one of cat, dog"),
        (Given(1), "images of 1 channel, -1 to 1"),
        (Given(3), "images of 3 channels, -1 to 1"),
    ],
)
def test_what_is_taken_in_words(form, words):
    assert form.takes() == words


def test_only_latents_are_truncated_and_only_normal_ones_are_spherical():
    ones = torch.ones(2, 1)
    assert Latent(1).truncated(ones, 0.5).tolist() == [[0.5], [0.5]]
    assert Code().truncated(ones, 0.5) is ones
    assert [form.spherical for form in DRAWN] == [True, False, False, False, False, False, False]
    assert Latent(2, "uniform").support == (-1, 1)
    assert Latent(2, "uniform").bounds == (-math.inf, math.inf)


def test_images_have_sides_of_their_own():
    form = Given(1)
    assert (form.drawn, form.discrete, form.one_word, form.shape) == (False, False, False, (1, None, None))
    assert form.wrong(torch.zeros(2, 1, 3, 5)) == ""
    assert form.wrong(torch.zeros(2, 3, 3, 5)).startswith("torch.float32 of shape [2, 3, 3, 5]: give [N, C, H, W]")


@pytest.mark.parametrize(
    "form, schema",
    [
        (Category(10), {"type": "integer", "minimum": 0, "maximum": 9}),
        (Latent(4), {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 4}),
        (
            Code(),
            {"type": "array", "items": {"type": "number", "minimum": -1, "maximum": 1}, "minItems": 1, "maxItems": 1},
        ),
        (
            Label(2, ("cat", "dog")),
            {
                "type": "integer",
                "minimum": 0,
                "maximum": 1,
                "oneOf": [{"const": 0, "title": "cat"}, {"const": 1, "title": "dog"}],
            },
        ),
    ],
)
def test_json_schemas(form, schema):
    assert form.schema() == schema


def test_the_json_schema_of_images_leaves_their_sides_open():
    (channels, rows) = (Given(3).schema(), Given(3).schema()["items"])
    assert (channels["minItems"], channels["maxItems"]) == (3, 3)
    assert rows == {
        "type": "array",
        "items": {"type": "array", "items": {"type": "number", "minimum": -1, "maximum": 1}},
    }


def test_a_dial_is_where_it_usually_is_unless_it_is_turned():
    form = Dial(0.1, 2, 0.5)
    assert form.draw(3).tolist() == [[0.5]] * 3
    assert form.inputs([form.parse("1.5")]).tolist() == [[1.5]]
    assert form.wrong(torch.tensor([[3.0]])) == "out of range: it takes 0.1 to 2, usually 0.5, finite"
