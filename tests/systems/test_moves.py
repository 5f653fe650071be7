"""Moves: each amount alone does what it says, none does nothing, and derivatives get through."""

import math

import pytest
import torch

from zerosum.systems.moves import Moves

STILL = {"turn": 0, "shear": 0, "zoom": 0, "shift": 0}
CORNER = torch.tensor([1.0, 0.0, 1.0])
"""A place in the result, (across, down, 1): the middle of the right side."""


def test_no_amount_changes_nothing():
    images = torch.rand(3, 2, 8, 6)
    torch.testing.assert_close(Moves(**STILL)(images), images)


@pytest.mark.parametrize(
    "amounts, least, most",
    [
        ({"turn": 30}, (math.cos(math.pi / 6), -0.5), (1, 0.5)),
        ({"zoom": 0.5}, (math.exp(-0.5), 0), (math.exp(0.5), 0)),
        ({"shift": 0.1}, (0.8, -0.2), (1.2, 0.2)),
        ({"shear": 0.5}, (1, 0), (1, 0)),
    ],
)
def test_an_amount_is_a_greatest_one_and_is_reached(amounts, least, most):
    torch.manual_seed(0)
    places = Moves(**(STILL | amounts)).maps(4000) @ CORNER
    torch.testing.assert_close(places.amin(0), torch.tensor(least, dtype=torch.float32), atol=0.01, rtol=0)
    torch.testing.assert_close(places.amax(0), torch.tensor(most, dtype=torch.float32), atol=0.01, rtol=0)


def test_a_shear_moves_rows_across_by_their_distance_from_the_middle():
    torch.manual_seed(0)
    bottom = Moves(**(STILL | {"shear": 0.5})).maps(4000) @ torch.tensor([0.0, 1.0, 1.0])
    torch.testing.assert_close(bottom.amax(0), torch.tensor([0.5, 1.0]), atol=0.01, rtol=0)


def test_images_move_each_by_its_own_and_gradients_reach_them():
    image = torch.full((1, 1, 9, 9), -1.0)
    image[:, :, 3:6, 4] = 1
    images = image.expand(8, -1, -1, -1).clone().requires_grad_()
    moved = Moves()(images)
    assert len({tuple(row.flatten().tolist()) for row in moved}) == 8
    assert moved[:, :, 0].max() < 0  # what comes in is as dark as the ground
    moved.sum().backward()
    assert images.grad.abs().sum(1).flatten(1).sum(1).min() > 0
