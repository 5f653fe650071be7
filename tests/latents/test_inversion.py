"""Inversion of a linear generator finds the latent that made an image."""

import math

import pytest
import torch
from linear import linear_space

from zerosum.errors import UserError
from zerosum.latents.inversion import invert, psnr, show


def test_an_image_of_the_generator_is_found_again():
    space = linear_space(code=False, classes=())
    points = space.draw(6, seed=11)
    images = space.render(points)
    found = invert(space, images, prior_weight=0.0)
    assert (found.psnr > 45).all()
    assert torch.allclose(found.points.vectors, points.vectors, atol=0.15)


def test_labels_are_found_by_the_best_start():
    space = linear_space()
    points = space.draw(8, seed=11)
    found = invert(space, space.render(points), starts=16, steps=200)
    assert (found.points.held["label"] == points.held["label"]).float().mean() > 0.8
    assert set(invert(space, space.render(points), steps=5, label="two").points.held["label"].tolist()) == {2}


def test_the_prior_keeps_latents_near():
    space = linear_space(code=False, classes=())
    images = space.render(space.draw(4, seed=2).moved(torch.full((5,), 3.0)))
    free, kept = (invert(space, images, prior_weight=weight).points.vectors.norm() for weight in (0.0, 0.1))
    assert kept < 0.9 * free


def test_an_encoder_is_where_the_first_start_begins():
    space, blind = (linear_space(encoder=encoder) for encoder in (True, False))
    points = space.draw(5, seed=3, label="zero")
    images = space.render(points)
    found, lost = (invert(which, images, starts=1, steps=1) for which in (space, blind))
    assert found.psnr.min() > 30
    assert found.psnr.min() > lost.psnr.min() + 6
    assert found.points.held["label"].tolist() == [0] * 5


def test_psnr_is_its_formula():
    images = torch.zeros(2, 1, 4, 4, dtype=torch.uint8)
    made = images.clone()
    made[0] += 51
    assert psnr(made, images)[0].item() == pytest.approx(20 * math.log10(5))
    assert psnr(made, images)[1].item() == math.inf


def test_it_is_a_function_of_its_arguments_and_leaves_the_generator_alone():
    space = linear_space()
    images = space.render(space.draw(3, seed=5))
    before = {name: value.clone() for name, value in space.generator.game.state_dict().items()}
    state = torch.get_rng_state()
    one, other = (invert(space, images, steps=20, seed=1).points.vectors for _ in range(2))
    assert torch.equal(one, other)
    assert torch.equal(torch.get_rng_state(), state)
    assert all(torch.equal(before[name], value) for name, value in space.generator.game.state_dict().items())
    assert all(part.grad is None for part in space.generator.game.parameters())


def test_edits_stand_beside_what_was_found():
    space = linear_space()
    images = space.render(space.draw(2, seed=5))
    found = invert(space, images, steps=10)
    direction = torch.eye(space.size)[0]
    shown = show(space, images, found, direction=direction, strengths=[-1, 1], names=["a", "b"])
    assert shown.arrays["edited"].shape == (2, 2, 1, 8, 8)
    assert torch.equal(shown.arrays["edited"][:, 1], space.render(found.points.moved(direction)))
    assert shown.notes["median_psnr"] == round(float(found.psnr.median()), 3)
    with pytest.raises(UserError, match="the direction has 3 numbers, this space 6"):
        show(space, images, found, direction=torch.ones(3))


@pytest.mark.parametrize(
    "images, options",
    [
        (torch.zeros(1, 1, 8, 9, dtype=torch.uint8), {}),
        (torch.zeros(1, 3, 8, 8, dtype=torch.uint8), {}),
        (torch.zeros(1, 1, 8, 8), {}),
        (torch.zeros(0, 1, 8, 8, dtype=torch.uint8), {}),
        (torch.zeros(1, 1, 8, 8, dtype=torch.uint8), {"steps": 0}),
        (torch.zeros(1, 1, 8, 8, dtype=torch.uint8), {"starts": 0}),
        (torch.zeros(1, 1, 8, 8, dtype=torch.uint8), {"starts": 65}),
    ],
)
def test_wrong_use_is_told(images, options):
    with pytest.raises(UserError, match=r"(give uint8 \[N, 1, 8, 8\]|use 1 or more, and 1 to 64 starts)"):
        invert(linear_space(), images, **options)
