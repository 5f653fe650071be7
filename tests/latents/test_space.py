"""The space is made from declared controls, and its points are those of `zerosum sample`."""

import pytest
import torch
from linear import LATENT, linear_space

from tiny import CASES, recipe, translates, writes
from zerosum.core.control import Control
from zerosum.core.forms import Given, Label
from zerosum.errors import UserError
from zerosum.latents.directions import directions
from zerosum.latents.paths import corners, interpolate, truncate
from zerosum.latents.space import Space, open_space
from zerosum.recipe.build import build_game
from zerosum.runs.generator import Generator


def test_numbers_are_steered_and_choices_are_held():
    space = linear_space()
    assert [control.name for control in space.steered] == ["latent", "c1"]
    assert space.size == LATENT + 1
    points = space.draw(7)
    assert points.vectors.shape == (7, LATENT + 1)
    assert points.held.keys() == {"label"}
    assert not space.spherical
    assert linear_space(code=False).spherical
    assert not linear_space(code=False, prior="uniform").spherical


def test_a_numbered_point_is_the_sample_of_that_number():
    space = linear_space()
    samples = space.generator.sample(100, seed=4)
    points = space.numbered([70, 3, 3], seed=4)
    assert torch.equal(space.render(points), samples[[70, 3, 3]])
    assert torch.equal(space.render(space.draw(5, seed=4)), samples[:5])
    labelled = space.generator.sample(10, seed=4, label="two")
    assert torch.equal(space.render(space.draw(10, seed=4, label="two")), labelled)


def test_vectors_and_inputs_are_one_another():
    space = linear_space()
    points = space.draw(9, seed=1)
    inputs = space.inputs(points)
    assert torch.equal(space.vectors(inputs), points.vectors)
    assert inputs["latent"].shape == (9, LATENT)
    assert inputs["c1"].shape == (9, 1)
    assert torch.equal(inputs["label"], points.held["label"])


@pytest.mark.parametrize("prior", ["normal", "uniform"])
def test_what_is_bounded_stays_in_its_bounds(prior):
    space = linear_space(prior=prior)
    inputs = space.inputs(space.draw(3).moved(torch.full((LATENT + 1,), 9.0)))
    assert (inputs["c1"] == 1).all()
    assert bool((inputs["latent"] <= 1).all()) == (prior == "uniform")


def test_chosen_points_keep_what_is_held():
    points = linear_space().draw(20, seed=2)
    other = points[[4, 9]]
    assert torch.equal(other.held["label"], points.held["label"][[4, 9]])
    assert torch.equal(points[4].vectors, points.vectors[4:5])
    spread = points[9:11].at(torch.zeros(5, LATENT + 1))
    assert spread.held["label"].tolist() == [int(points.held["label"][9])] * 5


def test_gradients_reach_the_vectors_and_no_weights():
    space = linear_space()
    points = space.draw(2)
    points.vectors.requires_grad_()
    images = space.differentiable(points)
    (gradient,) = torch.autograd.grad(images.sum(), points.vectors)
    weights = space.generator.game.first.weight
    assert torch.allclose(gradient, weights.sum(0).expand(2, -1), atol=1e-6)
    assert weights.grad is None


@pytest.mark.parametrize("numbers", [[], [-1], [10_000], [0, 123_456_789]])
def test_numbers_out_of_range_are_refused(numbers):
    with pytest.raises(UserError, match=r"(sample number -?\d+ is out of range|no sample is named)"):
        linear_space().numbered(numbers)


def test_an_unknown_label_and_a_label_of_none_are_refused():
    with pytest.raises(UserError, match="no label 'five'"):
        linear_space().draw(2, label="five")
    with pytest.raises(UserError, match="no control 'label'"):
        linear_space(classes=()).draw(2, label="1")


def test_a_generator_without_numbers_has_no_space():
    space = linear_space()
    space.generator.controls = (Control("label", Label(3)),)
    with pytest.raises(UserError, match="no latent and no code to move in"):
        Space(space.generator)


def test_a_generator_of_given_images_has_no_space():
    space = linear_space()
    space.generator.controls = (Control("x", Given(3)),)
    with pytest.raises(UserError, match="is steered by images: use `zerosum translate`"):
        Space(space.generator)


def test_what_throws_dice_has_no_space():
    made = recipe("mle")
    with pytest.raises(UserError, match="a mle generator throws dice, so nothing lies between two samples: use"):
        open_space(Generator(build_game(made), made, {"step": 0}))


@pytest.mark.parametrize("name, data", [case for case in CASES if not translates(case[0]) and not writes(case[0])])
def test_every_system_can_be_explored(name, data):
    made = recipe(name, data)
    space = open_space(Generator(build_game(made), made, {"step": 0}))
    for found in (
        interpolate(space, [0, 1, 2], steps=3),
        corners(space, steps=2),
        truncate(space, [0], amounts=[0, 1]),
    ):
        assert found.arrays["samples"].shape[2:] == made.data.shape
        assert found.picture.width > 0
    wanted = directions(space, count=2, n=200)
    assert wanted.arrays["directions"].shape == (2, space.size)
    assert wanted.arrays["samples"].shape[-1] in (8, 2)
