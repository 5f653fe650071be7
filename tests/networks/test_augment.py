"""Differentiable augmentation: each draw is one that its description allows, and gradients pass."""

import pytest
import torch

from zerosum.core.game import Facts
from zerosum.errors import UserError
from zerosum.networks import augment
from zerosum.networks.augment import AUGMENTATIONS, augmented
from zerosum.networks.discriminator import Discriminator
from zerosum.networks.mlp import Trunk
from zerosum.systems.two_player import TwoPlayer


def noise(n=64, channels=3, height=16, width=24):
    return torch.rand(n, channels, height, width, generator=torch.Generator().manual_seed(0)) * 2 - 1


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(0)


def test_images_are_mirrored_or_left_alone():
    x = noise()
    found = augment.mirrored(x)
    same, mirrored = (found == x).flatten(1).all(1), (found == x.flip(3)).flatten(1).all(1)
    assert (same ^ mirrored).all()
    assert 16 < same.sum() < 48


def test_colours_change_as_the_formula_says(monkeypatch):
    drawn = iter([torch.full((64, 1, 1, 1), value) for value in (0.75, 0.25, 1.0)])
    monkeypatch.setattr(augment, "draw", lambda x: next(drawn))
    x = noise()
    bright = x + 0.25
    grey = bright.mean(1, keepdim=True)
    pale = grey + 0.5 * (bright - grey)
    mean = pale.mean((1, 2, 3), keepdim=True)
    assert torch.allclose(augment.coloured(x), mean + 1.5 * (pale - mean), atol=1e-6)


def test_colours_leave_alpha_alone_and_grey_has_no_saturation():
    x = noise(channels=4)
    assert torch.equal(augment.coloured(x)[:, 3], x[:, 3])
    assert not torch.allclose(augment.coloured(x)[:, :3], x[:, :3])
    assert augment.coloured(noise(channels=1)).shape == (64, 1, 16, 24)


def test_images_move_by_up_to_an_eighth_and_black_comes_in():
    x = noise(200)
    places = set()
    for before, after in zip(x, augment.moved(x), strict=True):
        fitting = []
        for down in range(-2, 3):
            for across in range(-3, 4):
                moved = torch.full_like(before, -1.0)
                rows, columns = slice(max(0, -down), 16 - max(0, down)), slice(max(0, -across), 24 - max(0, across))
                moved[:, rows, columns] = before[:, max(0, down) :, max(0, across) :][
                    :, : 16 - abs(down), : 24 - abs(across)
                ]
                fitting += [(down, across)] if torch.equal(moved, after) else []
        assert len(fitting) == 1
        places |= set(fitting)
    assert len(places) > 30, "of 35 there are"


def test_holes_are_half_as_wide_and_high_and_may_cross_the_border():
    x = noise(300)
    hit = (augment.cut(x) == 0).all(1)
    assert torch.equal(augment.cut(x)[~(augment.cut(x) == 0)].isfinite().all(), torch.tensor(True))
    sizes = [(int(h.any(1).sum()), int(h.any(0).sum())) for h in hit]
    assert max(sizes) == (8, 12)
    assert (min(down for down, _ in sizes) >= 4, min(across for _, across in sizes) >= 6) == (True, True)
    assert all(int(h.sum()) == down * across for h, (down, across) in zip(hit, sizes, strict=True))


@pytest.mark.parametrize("name", AUGMENTATIONS)
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_gradients_pass_and_shapes_stay(name, channels):
    x = noise(8, channels).requires_grad_()
    found = augmented(x, [name])
    assert found.shape == x.shape
    found.square().sum().backward()
    assert x.grad.abs().sum() > 0


def test_a_discriminator_augments_in_training_only():
    network = Discriminator(Trunk((1, 8, 8), width=8), augment=["translation"])
    x = noise(4, 1, 8, 8)
    assert not torch.equal(network(x), network(x))
    network.eval()
    assert torch.equal(network(x), network(x))


def test_points_are_not_augmented():
    with pytest.raises(UserError, match="the data are points: leave it out"):
        TwoPlayer.augmentations(Facts((2,)), {"augment": ["mirror"]})
