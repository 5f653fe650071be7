"""Directions of a linear generator are the singular vectors of its map."""

import pytest
import torch
from linear import linear_space

from zerosum.errors import UserError
from zerosum.latents.directions import activations, directions, factorised, oriented, principal


def same_axes(found, wanted):
    assert torch.allclose(found, oriented(wanted), atol=1e-3)


def test_factorised_directions_are_the_right_singular_vectors_of_the_first_layer():
    space = linear_space()
    found, shares = factorised(space)
    game = space.generator.game
    same_axes(found, game.axes)
    squares = game.scales.square()
    assert torch.allclose(shares, squares / squares.sum(), atol=1e-5)


def test_principal_directions_are_those_of_the_variance_of_a_layer():
    space = linear_space(code=False)
    found, shares = principal(space, layer=1, n=4000)
    game = space.generator.game
    assert (found * oriented(game.axes)).sum(1).abs().min() > 0.98
    squares = game.scales.square()
    assert torch.allclose(shares, squares / squares.sum(), atol=0.02)


def test_a_layer_is_called_in_order_and_left_without_hooks():
    space = linear_space(classes=())
    points = space.draw(3)
    game = space.generator.game
    assert torch.allclose(activations(space, points, 0), points.vectors @ game.first.weight.T, atol=1e-6)
    assert not game.first._forward_hooks
    with pytest.raises(UserError, match="layer 2: this generator has 2 weighted layers, use 0 to 1"):
        activations(space, points, 2)
    assert not game.first._forward_hooks


@pytest.mark.parametrize("method", ["factorise", "pca"])
def test_strips_move_samples_along_each_direction(method):
    space = linear_space()
    found = directions(space, method=method, count=2, numbers=[3, 4], reaches=[-1, 0, 1], n=300)
    assert found.arrays["samples"].shape == (4, 3, 1, 8, 8)
    vectors = found.arrays["directions"]
    assert torch.allclose(vectors.norm(dim=1), torch.ones(2), atol=1e-5)
    assert torch.equal(found.arrays["samples"][[0, 2], 1], space.render(space.numbered([3, 3])))
    moved = space.numbered([4]).moved(-vectors[1])
    assert torch.equal(found.arrays["samples"][3, 0], space.render(moved)[0])
    assert found.notes["strengths"] == sorted(found.notes["strengths"], reverse=True)


def test_it_is_a_function_of_its_arguments():
    space = linear_space()
    torch.manual_seed(1)
    state = torch.get_rng_state()
    one, other = (directions(space, method="pca", n=200).arrays["directions"] for _ in range(2))
    assert torch.equal(one, other)
    assert torch.equal(torch.get_rng_state(), state)


@pytest.mark.parametrize(
    "options, message",
    [
        ({"method": "magic"}, "no method 'magic': use factorise or pca"),
        ({"count": 0}, "0 directions: use 1 to 6"),
        ({"count": 7}, "7 directions: use 1 to 6"),
        ({"method": "pca", "layer": 5, "n": 100}, "layer 5: this generator has 2"),
        ({"method": "pca", "layer": -1, "n": 100}, "layer -1"),
    ],
)
def test_wrong_use_is_told(options, message):
    with pytest.raises(UserError, match=message):
        directions(linear_space(), **options)
