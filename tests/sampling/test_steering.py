"""Steering in words: one value, values in turn, sweeps over columns; what is wrong is named with what exists."""

import pytest
import torch

from zerosum.core.control import Control, control_of
from zerosum.core.forms import Category, Code, Label, Latent
from zerosum.errors import UserError
from zerosum.sampling import sampler
from zerosum.sampling.steering import steer

LATENT, LABEL = Control("latent", Latent(4)), Control("label", Label(3, names=("cat", "dog", "2:0")))
C1, C2 = Control("c1", Category(10)), Control("c2", Code())
CONTROLS = (LATENT, LABEL, C1, C2)


def test_one_value_is_that_of_every_sample():
    given = steer(CONTROLS, ["c1=3", "c2=0.5"], 4).given
    assert set(given) == {"c1", "c2"}
    assert given["c1"].tolist() == [3, 3, 3, 3]
    assert given["c2"].tolist() == [[0.5]] * 4
    assert (given["c1"].dtype, given["c2"].dtype) == (torch.int64, torch.float32)


def test_several_values_take_turns_and_classes_have_names():
    given = steer(CONTROLS, ["c1=1,4,7", "label=dog,0"], 5).given
    assert given["c1"].tolist() == [1, 4, 7, 1, 4]
    assert given["label"].tolist() == [1, 0, 1, 0, 1]


def test_a_class_whose_name_looks_like_a_sweep_is_a_class():
    steering = steer(CONTROLS, ["label=2:0"], 2)
    assert steering.given["label"].tolist() == [2, 2]
    assert steering.columns is None


def test_a_sweep_goes_over_the_columns_and_holds_the_rest_of_a_row():
    steering = steer(CONTROLS, ["c2=-1:1"], 9, seed=5)
    assert steering.columns == 3
    assert steering.given["c2"].flatten().tolist() == [-1, 0, 1] * 3
    first = sampler.draw(CONTROLS, 3, seed=5)
    assert torch.equal(steering.given["latent"], first["latent"].repeat_interleave(3, 0))
    assert torch.equal(steering.given["c1"], first["c1"].repeat_interleave(3, 0))


def test_a_sweep_over_categories_has_a_column_for_each_and_its_last_row_may_be_short():
    steering = steer(CONTROLS, ["c1=9:0", "c2=-1:1", "label=0"], 25, truncation=0.5)
    assert steering.columns == 10
    assert steering.given["c1"].tolist() == [*range(9, -1, -1), *range(9, -1, -1), 9, 8, 7, 6, 5]
    assert steering.given["c2"][:10].flatten().tolist() == pytest.approx([-1 + 2 * i / 9 for i in range(10)])
    assert len(steering.given["latent"]) == 25
    assert torch.equal(steering.given["latent"][:1], sampler.draw([LATENT], 1)["latent"] * 0.5)
    assert steering.given["label"].tolist() == [0] * 25


def test_a_latent_of_one_number_can_be_set():
    assert steer([Control("latent", Latent(1))], ["latent=-2.5"], 2).given["latent"].tolist() == [[-2.5], [-2.5]]


@pytest.mark.parametrize(
    "words, message",
    [
        (
            ["c4=1"],
            r"no control 'c4': there are latent \(4 numbers\), label \(0 to 2, or one of cat, dog, 2:0\), c1 \(",
        ),
        (["c1"], r"--control c1: write name=value; there are latent \(4 numbers\)"),
        (["c1="], "--control c1=: write name=value"),
        (["c1=10"], "--control c1=10: it takes 0 to 9"),
        (["c1=1.5"], "--control c1=1.5: it takes 0 to 9"),
        (["c2=1.01"], "--control c2=1.01: it takes -1 to 1"),
        (["c2=-1:2"], "--control c2=2: it takes -1 to 1"),
        (["c2=nan"], "--control c2=nan: it takes -1 to 1"),
        (["label=bird"], "--control label=bird: it takes 0 to 2, or one of cat, dog, 2:0"),
        (["latent=1"], "--control latent: it takes 4 numbers; draw others with --seed"),
        (["c1=0:9", "label=0:2"], "sweeps go over different numbers of categories; sweep one at a time"),
    ],
)
def test_wrong_words_are_one_line(words, message):
    with pytest.raises(UserError, match=message) as caught:
        steer(CONTROLS, words, 8)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "name, values, message",
    [
        ("c4", torch.zeros(5), "no control 'c4': there are latent"),
        ("c1", torch.zeros(5, 1, dtype=torch.int64), "of shape \\[5, 1\\]: give one number a row"),
        ("c1", torch.zeros(5), "are torch.float32: give whole numbers, 0 to 9"),
        ("c1", torch.tensor([10]), "'c1' are out of range: it takes 0 to 9"),
        ("c2", torch.zeros(5), "of shape \\[5\\]: give 1 numbers a row"),
        ("c2", torch.tensor([[1.5]]), "'c2' are out of range: it takes -1 to 1"),
        ("latent", torch.full((1, 4), torch.nan), "'latent' are out of range: it takes 4 numbers, finite"),
    ],
)
def test_wrong_inputs_are_refused(name, values, message):
    with pytest.raises(UserError, match=message):
        control_of(CONTROLS, name).check(values)


def test_draws_are_uniform_over_categories_and_between_minus_one_and_one():
    random = torch.Generator().manual_seed(0)
    assert torch.bincount(C1.draw(10_000, random)).tolist() == pytest.approx([1000] * 10, abs=120)
    values = C2.draw(10_000, random)
    assert values.shape == (10_000, 1)
    assert values.abs().max() <= 1
    assert values.var().item() == pytest.approx(1 / 3, abs=0.01)
