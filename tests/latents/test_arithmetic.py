"""Arithmetic on a linear generator, where A - B + C is exact, and with judges that are known."""

import pytest
import torch
from linear import linear_space
from torch import nn

from zerosum.errors import UserError
from zerosum.latents.arithmetic import attribute_direction, check, contrast, equation, picked, slide
from zerosum.latents.attributes import Judge


class Eyes(nn.Module):
    """Reads two attributes off an image [N, 1, 8, 8] by two fixed directions of its pixels."""

    def __init__(self, space, bright, tall):
        super().__init__()
        self.maps = (torch.linalg.pinv(space.generator.game.first.weight.detach()).T @ torch.stack([bright, tall]).T).T

    def features(self, images):
        return images.float().flatten(1) / 127.5 - 1

    def head(self, features):
        bright, tall = (features @ self.maps.T).T
        zero = torch.zeros_like(bright)
        return torch.stack([zero, bright, zero, tall], 1)


@pytest.fixture
def space():
    return linear_space(classes=())


@pytest.fixture
def judge(space):
    """`light` is whether the first coordinate of the vector is above 0, `form` whether the second one is."""
    bright, tall = torch.eye(space.size)[:2]
    return Judge(Eyes(space, bright, tall), {"light": ("dark", "bright"), "form": ("short", "tall")}, {"light": 1.0})


def test_the_equation_adds_up(space):
    found = equation(space, [1, 2, 3], [4, 5], [6], strength=0.5, seed=7)
    drawn = space.draw(7, seed=7).vectors
    a, b, c = drawn[[1, 2, 3]].mean(0), drawn[[4, 5]].mean(0), drawn[6]
    wanted = torch.stack([a, b, c, c + 0.5 * (a - b)])
    assert torch.allclose(found.arrays["latents"], wanted, atol=1e-6)
    assert torch.allclose(found.arrays["direction"], a - b, atol=1e-6)
    result = space.generator.sample(1, given=space.inputs(space.draw(1).at(wanted[3:])))
    assert torch.equal(found.arrays["result"], result)
    assert torch.equal(found.arrays["way"][0], space.generator.sample(7, seed=7)[6])


def test_a_direction_by_hand_is_the_difference_of_means(space):
    drawn = space.draw(10, seed=2).vectors
    found = picked(space, [1, 3], [9], seed=2)
    assert torch.allclose(found.vector, drawn[[1, 3]].mean(0) - drawn[9])
    assert found.groups == (2, 1)


def test_a_strip_moves_samples_by_its_strengths(space):
    direction = picked(space, [1], [2])
    found = slide(space, direction, [5, 6], strengths=[-1, 0, 2], seed=0)
    vectors = space.numbered([5, 6]).vectors
    for row in range(2):
        for column, strength in enumerate([-1, 0, 2]):
            point = space.draw(1).at((vectors[row] + strength * direction.vector)[None])
            assert torch.equal(found.arrays["samples"][row, column], space.render(point)[0])


def test_contrast_is_the_difference_of_means_and_leaves_out_what_comes_along():
    random = torch.Generator().manual_seed(0)
    glasses = torch.rand(4000, generator=random) < 0.5
    # Who wears glasses is mostly a man, and men differ along another axis.
    man = torch.where(glasses, 0.9, 0.1) > torch.rand(4000, generator=random)
    vectors = torch.randn(4000, 3, generator=random) * 0.1
    vectors[:, 0] += glasses.float()
    vectors[:, 1] += 2 * man
    plain = contrast(vectors, glasses, ~glasses)
    assert torch.allclose(plain, vectors[glasses].mean(0) - vectors[~glasses].mean(0), atol=1e-5)
    assert plain[1] > 1.4
    assert torch.allclose(contrast(vectors, glasses, ~glasses, [man.long()]), torch.tensor([1.0, 0, 0]), atol=0.03)
    constant = torch.full((4000,), 2)
    assert torch.allclose(contrast(vectors, glasses, ~glasses, [constant]), plain, atol=1e-5)


def test_the_direction_of_an_attribute_is_found_and_checked(space, judge):
    found = attribute_direction(space, "light", "bright", "dark", judge=judge, n=3000)
    unit = found.vector / found.vector.norm()
    assert unit[0] > 0.97
    assert sum(found.groups) == 3000
    outcome = check(space, found.vector, "light", "bright", "dark", judge=judge, strength=2.0, n=1000)
    assert outcome["step"]["changed"] > 0.95
    assert outcome["step"]["kept"]["form"] > 0.9
    assert outcome["random_step"]["changed"] < 0.7
    assert 400 < outcome["samples"] < 600


def test_a_step_of_no_length_changes_nothing_and_the_wrong_one_the_wrong_thing(space, judge):
    outcome = check(space, torch.zeros(space.size), "light", "bright", judge=judge, n=200)
    assert outcome["step"] == {"changed": 0.0, "kept": {"form": 1.0}}
    wrong = check(space, 4 * torch.eye(space.size)[1], "light", "bright", judge=judge, n=400)
    assert wrong["step"]["changed"] < 0.05
    assert wrong["step"]["kept"]["form"] < 0.7


def test_only_samples_count_that_show_what_is_asked_within(space, judge):
    found = attribute_direction(space, "light", "bright", "dark", judge=judge, within={"form": "tall"}, n=1000)
    points = space.draw(1000)
    read = judge.read(space.render(points))
    tall, bright = read["form"] == 1, read["light"] == 1
    assert found.groups == (int((tall & bright).sum()), int((tall & ~bright).sum()))
    wanted = points.vectors[tall & bright].mean(0) - points.vectors[tall & ~bright].mean(0)
    assert torch.allclose(found.vector, wanted, atol=1e-5)
    outcome = check(space, found.vector, "light", "bright", judge=judge, within={"form": "short"}, n=500, seed=5)
    again = judge.read(space.render(space.draw(500, seed=5)))
    assert outcome["samples"] == int(((again["form"] == 0) & (again["light"] == 0)).sum())
    with pytest.raises(UserError, match="'form' is never 'round'"):
        attribute_direction(space, "light", "bright", judge=judge, within={"form": "round"}, n=100)


def test_a_measured_direction_needs_no_judge(space):
    found = attribute_direction(space, "stroke-width", n=500)
    assert found.groups == (100, 100)
    images = space.render(space.draw(500))
    from zerosum.latents.measures import stroke_width

    order = stroke_width(images).argsort()
    vectors = space.draw(500).vectors
    assert torch.allclose(found.vector, vectors[order[-100:]].mean(0) - vectors[order[:100]].mean(0), atol=1e-6)


@pytest.mark.parametrize(
    "wanted, message",
    [
        (("colour", "red"), "no attribute 'colour'; known: form, light, slant, stroke-width"),
        (("light", "brigt"), "'light' is never 'brigt'; did you mean 'bright'?"),
        (("light", "bright", "drk"), "'light' is never 'drk'"),
    ],
)
def test_unknown_attributes_and_values_are_named(space, judge, wanted, message):
    with pytest.raises(UserError, match=message.replace("?", r"\?")):
        attribute_direction(space, *wanted, judge=judge, n=100)


def test_too_few_samples_are_no_direction(space, judge):
    with pytest.raises(UserError, match=r"only \d of 12 samples show light (bright|dark): 10 are needed"):
        attribute_direction(space, "light", "bright", "dark", judge=judge, n=12)
