"""Judges learn attributes from the data, and say how often they are right on images they never saw."""

import pytest
import torch

from zerosum.data.dataset import Attribute, Resident
from zerosum.data.load import load
from zerosum.errors import UserError
from zerosum.latents.attributes import attributes_of, judges_of, parted, shifted


@pytest.fixture(scope="module")
def squares():
    """Squares that are left or right, and bright or dark."""
    random = torch.Generator().manual_seed(0)
    side, light = (torch.randint(2, (400,), generator=random) for _ in range(2))
    images = torch.randint(40, (400, 1, 12, 12), generator=random)
    for at in range(400):
        images[at, 0, 4:8, 1 + 6 * int(side[at]) : 5 + 6 * int(side[at])] += 60 + 140 * int(light[at])
    attributes = {"side": Attribute(("left", "right"), side), "light": Attribute(("dim", "bright"), light)}
    return Resident(images.clamp(max=255).to(torch.uint8), name="squares", attributes=attributes)


@pytest.fixture(scope="module")
def judges(squares):
    return judges_of(squares, steps=120)


def test_both_judges_read_all_attributes(squares, judges):
    for judge in judges:
        assert judge.values == {"side": ("left", "right"), "light": ("dim", "bright")}
        read = judge.read(squares.values)
        for name in ("side", "light"):
            right = (read[name] == squares.attributes[name].labels).float().mean()
            assert right > 0.97
            assert judge.accuracy[name] > 0.95


def test_the_judges_are_not_the_same(judges):
    one, other = (judge.network.head.weight for judge in judges)
    assert not torch.allclose(one, other)


def test_they_are_a_function_of_data_and_seed(squares, judges):
    state = torch.get_rng_state()
    again = judges_of(squares, steps=120)[0]
    assert torch.equal(again.network.head.weight, judges[0].network.head.weight)
    assert torch.equal(torch.get_rng_state(), state)
    assert not torch.equal(
        judges_of(squares, steps=2, seed=1)[0].network.head.weight,
        judges_of(squares, steps=2, seed=0)[0].network.head.weight,
    )


def test_accuracy_is_taken_on_images_that_were_not_trained_on(squares):
    random = torch.randint(2, (400,), generator=torch.Generator().manual_seed(1))
    noise = {"noise": Attribute(("a", "b"), random)}
    learned = judges_of(Resident(squares.values, name="noise", attributes=noise), steps=60)
    assert 0.35 < learned[0].accuracy["noise"] < 0.65


def test_labels_are_an_attribute_where_there_are_no_others(squares):
    assert attributes_of(squares).keys() == {"side", "light"}
    digits = load("digits")
    assert attributes_of(digits)["label"].values == tuple("0123456789")
    assert attributes_of(load("8-ring")) == {}


def test_logits_are_parted_in_order():
    logits = torch.arange(10).view(2, 5)
    parts = parted(logits, {"a": ("x", "y"), "b": ("x", "y", "z")})
    assert parts["a"].tolist() == [[0, 1], [5, 6]]
    assert parts["b"].tolist() == [[2, 3, 4], [7, 8, 9]]


def test_shifts_repeat_the_border():
    images = torch.arange(16, dtype=torch.uint8).view(1, 1, 4, 4)
    seen = {tuple(shifted(images, torch.Generator().manual_seed(seed)).flatten().tolist()) for seed in range(300)}
    assert len(seen) == 25
    assert tuple(range(16)) in seen
    assert all(set(values) <= set(range(16)) for values in seen)


def test_data_without_labelled_images_have_no_judge():
    with pytest.raises(UserError, match="8-ring has no labelled images to train a judge with: hand-pick samples"):
        judges_of(load("8-ring"))
    with pytest.raises(UserError, match="'side' is never 'up'"):
        judges_of(
            Resident(
                torch.zeros(4, 1, 8, 8, dtype=torch.uint8),
                name="few",
                attributes={"side": Attribute(("left", "right"), torch.tensor([0, 1, 0, 1]))},
            ),
            steps=1,
        )[0].value("side", "up")
