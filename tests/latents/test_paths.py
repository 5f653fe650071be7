"""Paths on a generator whose images are a linear map of the latent."""

import pytest
import torch
from linear import LATENT, linear_space

from tiny import recipe
from zerosum.errors import UserError
from zerosum.latents.paths import between, corners, interpolate, loop, truncate, way_of
from zerosum.latents.space import Space
from zerosum.recipe.build import build_game
from zerosum.runs.generator import Generator


def test_a_straight_walk_is_even_and_ends_at_the_samples():
    space = linear_space()
    found = interpolate(space, [5, 2, 9], steps=5, seed=1)
    ends = space.numbered([5, 2, 9], seed=1)
    latents = found.arrays["latents"]
    assert latents.shape == (2, 5, LATENT + 1)
    for row, (a, b) in enumerate([(0, 1), (1, 2)]):
        expected = torch.stack([torch.lerp(ends.vectors[a], ends.vectors[b], t / 4) for t in range(5)])
        assert torch.allclose(latents[row], expected, atol=1e-6)
    assert torch.equal(found.arrays["samples"][0, 0], space.generator.sample(6, seed=1)[5])
    assert found.notes["way"] == "linear"


def test_a_great_circle_keeps_its_distance_from_the_middle():
    space = linear_space(code=False, classes=())
    a, b = torch.tensor([3.0, 0, 0, 0, 0]), torch.tensor([0.0, 4, 0, 0, 0])
    walk = between(space, a, b, torch.linspace(0, 1, 4))
    angle = torch.pi / 2 / 3
    assert torch.allclose(walk[1], a * torch.tensor(2 * angle).sin() + b * torch.tensor(angle).sin(), atol=1e-5)
    assert between(space, a, b, torch.tensor([0.5]), "linear").tolist() == [[1.5, 2, 0, 0, 0]]


@pytest.mark.parametrize("options", [{"code": True}, {"code": False, "prior": "uniform"}])
def test_the_prior_says_which_way_suits(options):
    assert way_of(linear_space(**options), "auto") == "linear"
    assert way_of(linear_space(code=False), "auto") == "spherical"
    assert way_of(linear_space(code=False), "linear") == "linear"
    with pytest.raises(UserError, match="no way 'round'"):
        way_of(linear_space(), "round")


def test_a_loop_comes_back_without_a_jump_or_a_stop():
    space = linear_space()
    ends = space.numbered([1, 2, 3])
    walk = loop(space, ends, 6)
    assert len(walk) == 18
    assert torch.allclose(walk.vectors[[0, 6, 12]], ends.vectors)
    steps = torch.cat([walk.vectors, walk.vectors[:1]]).diff(dim=0).norm(dim=1).view(3, 6)
    assert torch.allclose(steps, steps[:, :1].expand(-1, 6), atol=1e-5)
    assert set(walk.held["label"].tolist()) == {int(ends.held["label"][0])}


def test_labels_stay_as_they_are_at_the_first_sample_of_a_row():
    space = linear_space()
    found = interpolate(space, [0, 1, 2, 3, 4, 5], steps=2, seed=3)
    held = space.numbered([0, 1, 2, 3, 4, 5], seed=3).held["label"]
    assert len(set(held.tolist())) > 1
    last = space.generator.sample(6, given={**space.inputs(space.draw(6, seed=3)), "label": held.roll(1)})
    assert torch.equal(found.arrays["samples"][:, 1], last[1:])


def test_the_corners_of_a_square_are_the_samples_and_its_middle_their_mean():
    space = linear_space()
    found = corners(space, [4, 5, 6, 7], steps=3, label="one")
    ends = space.numbered([4, 5, 6, 7])
    grid = found.arrays["latents"]
    assert torch.allclose(grid[[0, 0, 2, 2], [0, 2, 0, 2]], ends.vectors, atol=1e-6)
    assert torch.allclose(grid[1, 1], ends.vectors.mean(0), atol=1e-6)
    assert found.arrays["samples"].shape == (3, 3, 1, 8, 8)
    assert not found.frames


def test_truncation_moves_to_the_middle():
    space = linear_space(classes=())
    found = truncate(space, [0, 1], amounts=[0.0, 0.5, 1.0], seed=2)
    samples = found.arrays["samples"].float()
    assert torch.equal(samples[0, 0], samples[1, 0])
    assert torch.equal(samples[:, 2], space.generator.sample(2, seed=2).float())
    assert ((samples[:, 1] - (samples[:, 0] + samples[:, 2]) / 2).abs() <= 1).all()


def test_frames_are_enlarged_images_one_after_the_other():
    found = interpolate(linear_space(), [0, 1, 2], steps=4)
    assert len(found.frames) == 12
    assert {frame.size for frame in found.frames} == {(256, 256)}


def test_points_have_pictures_but_no_frames():
    made = recipe("r1gan", "8-ring")
    found = interpolate(Space(Generator(build_game(made), made, {"step": 0})), [0, 1], steps=4)
    assert found.arrays["samples"].shape == (1, 4, 2)
    assert not found.frames


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda space: interpolate(space, [1]), "1 samples to walk between: use 2 or more"),
        (lambda space: interpolate(space, [1, 2], steps=1), "1 steps: use 2 or more"),
        (lambda space: corners(space, [1, 2, 3]), "4 corners, not 3"),
        (lambda space: truncate(space, amounts=[3.0]), "truncation 3: use numbers from 0 to 2"),
        (lambda space: truncate(space, amounts=[]), "use numbers from 0 to 2"),
    ],
)
def test_numbers_out_of_range_are_refused(call, message):
    with pytest.raises(UserError, match=message):
        call(linear_space())
