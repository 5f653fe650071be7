"""Games that translate images: what their controls and their defaults promise."""

import pytest
import torch

from tiny import Regression
from zerosum.core.control import Control
from zerosum.core.forms import Given, Latent
from zerosum.core.game import Facts
from zerosum.errors import UserError
from zerosum.sampling import sampler

IMAGE = Control("x", Given(1))


class Inverting(Regression):
    """Makes an image dark where it was bright, and adds what the latent says."""

    @property
    def controls(self):
        return (IMAGE, Control("latent", Latent(1)))

    def sample(self, inputs):
        assert len(inputs["x"]) == len(inputs["latent"])
        return -inputs["x"] + inputs["latent"][:, :, None, None]


def images(n: int, side: int = 4) -> torch.Tensor:
    return torch.rand(n, 1, side, side, generator=torch.Generator().manual_seed(n)) * 2 - 1


def test_an_image_has_no_prior():
    with pytest.raises(UserError, match="'x' is an image and is not drawn: give it"):
        IMAGE.draw(3)
    with pytest.raises(UserError, match="'x' is an image"):
        sampler.sample(Inverting(), 3)
    assert not IMAGE.form.discrete


@pytest.mark.parametrize("side", [4, 300])
def test_images_are_given_and_the_rest_is_drawn(side):
    x = images(5, side)
    samples, inputs = sampler.sample(Inverting(), 5, seed=3, given={"x": x})
    assert torch.equal(inputs["x"], x)
    assert torch.equal(inputs["latent"], sampler.draw([Control("latent", Latent(1))], 5, seed=3)["latent"])
    assert torch.equal(samples, -x + inputs["latent"][:, :, None, None])


@pytest.mark.parametrize("n", [1, 63, 64, 70])
def test_sample_number_i_is_the_same_for_any_number(n):
    x = images(130)
    whole, _ = sampler.sample(Inverting(), 130, given={"x": x})
    some, _ = sampler.sample(Inverting(), n, given={"x": x[:n]})
    assert torch.equal(some, whole[:n])


def test_large_images_are_made_in_smaller_chunks():
    assert sampler.rows_at_once([IMAGE], {"x": torch.zeros(1, 1, 128, 128)}) == 64
    assert sampler.rows_at_once([IMAGE], {"x": torch.zeros(1, 1, 256, 256)}) == 16
    assert sampler.rows_at_once([IMAGE], {"x": torch.zeros(1, 1, 2000, 1500)}) == 1


def test_stages_of_given_images():
    x = images(5)
    (only,) = sampler.stages(Inverting(), 5, given={"x": x})
    assert torch.equal(only, sampler.sample(Inverting(), 5, given={"x": x})[0])


@pytest.mark.parametrize(
    "wrong",
    [
        torch.zeros(3, 4, 4),
        torch.zeros(3, 3, 4, 4),
        torch.zeros(3, 1, 4, 4, dtype=torch.uint8),
        torch.full((3, 1, 4, 4), 2.0),
        torch.full((3, 1, 4, 4), float("nan")),
    ],
)
def test_what_is_no_image_is_refused(wrong):
    with pytest.raises(UserError, match="images of 1 channel, -1 to 1"):
        sampler.sample(Inverting(), 3, given={"x": wrong})


def test_too_few_images_are_refused():
    with pytest.raises(UserError, match="2 images are given as 'x' for 3 samples: give 3"):
        sampler.sample(Inverting(), 3, given={"x": images(2)})


def test_data_without_a_source_say_so():
    assert (Facts((1, 8, 8)).source, Facts((1, 8, 8)).paired) == (None, False)
