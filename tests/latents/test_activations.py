"""Activations are read and moved at the layer that was named, and the generator is left as it was."""

import pytest
import torch
from linear import PIXELS, linear_space

from zerosum.errors import UserError
from zerosum.latents.activations import render, values


@pytest.fixture
def space():
    return linear_space()


def test_activations_are_those_of_the_layer(space):
    points, game = space.draw(70), space.generator.game
    first = points.vectors @ game.first.weight.T
    for layer in (0, 1):
        assert torch.allclose(values(space, points, layer), first, atol=1e-5)


@pytest.mark.parametrize("layer", [0, 1])
def test_a_step_of_the_activations_of_a_linear_layer_is_a_step_of_the_latent(space, layer):
    points, step = space.draw(70, seed=1), torch.full((1, space.size), 0.2)
    points.vectors[:, -1] *= 0.5
    moved = render(space, points, layer, step @ space.generator.game.first.weight.detach().T)
    assert ((moved.int() - space.render(points.moved(step)).int()).abs() <= 1).all()
    assert (moved != space.render(points)).any()


def test_every_sample_may_have_a_step_of_its_own(space):
    points = space.draw(70)
    steps = torch.zeros(70, PIXELS)
    steps[69] = 0.5
    moved, still = render(space, points, 1, steps), space.render(points)
    assert torch.equal(moved[:69], still[:69])
    assert not torch.equal(moved[69], still[69])
    assert torch.equal(render(space, points, 0, torch.zeros(1, PIXELS)), still)


def test_no_hook_stays(space):
    points = space.draw(3)
    render(space, points, 0, torch.ones(1, PIXELS))
    assert not any(part._forward_hooks for part in space.generator.game.modules())


@pytest.mark.parametrize(
    "layer, shape, message",
    [
        (2, (1, PIXELS), "layer 2: this generator has 2 weighted layers"),
        (0, (1, 3), r"a step of \[1, 3\] for 5 samples: layer 0 has 64 activations"),
        (0, (4, PIXELS), r"a step of \[4, 64\] for 5 samples"),
    ],
)
def test_wrong_use_is_told(space, layer, shape, message):
    with pytest.raises(UserError, match=message):
        render(space, space.draw(5), layer, torch.zeros(shape))
