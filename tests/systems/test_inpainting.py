"""Inpainting: known pixels are never touched; losses look at the hole and its surroundings."""

import pytest
import torch
from translations import game, holed

from zerosum.core.control import Control
from zerosum.core.forms import Given
from zerosum.errors import UserError
from zerosum.systems.inpainting import filled, widened
from zerosum.systems.spread import spread

DATA = holed()


def test_known_pixels_stay_bit_for_bit():
    made = game("inpainting")
    x, mask = DATA["real"], DATA["mask"]
    with torch.no_grad():
        y = made.translate(x, mask=mask)
    known = (mask == 0).expand_as(x)
    assert torch.equal(y[known], x[known])
    assert not torch.isclose(y[~known], x[~known]).any()


def test_what_was_in_the_hole_is_not_looked_at():
    made = game("inpainting")
    with torch.no_grad():
        prepared = [made.prepared(x, DATA["mask"]) for x in (DATA["real"], DATA["x"])]
        first, other = (made.translate(x, mask=DATA["mask"]) for x in prepared)
        sampled = made.sample({"x": DATA["x"], "mask": DATA["mask"]})
    hole = DATA["mask"] == 1
    assert torch.equal(first[hole], other[hole])
    assert torch.equal(sampled, other)


def test_differences_are_those_in_the_hole_and_its_margin():
    made = game("inpainting", "margin=1", "l2_weight=3")
    off = (made.said(DATA) - DATA["real"])[:, :, 1:7, 1:7]
    terms = made.generator_loss(DATA)
    assert terms["l2"].item() == pytest.approx(3 * off.square().mean().item(), rel=1e-5)
    assert terms["difference"].item() == pytest.approx(off.abs().mean().item(), rel=1e-5)
    assert not terms["difference"].requires_grad
    absolute = game("inpainting", "margin=1", "l2_weight=0", "l1_weight=2").generator_loss(DATA)
    assert absolute["l1"].item() == pytest.approx(2 * off.abs().mean().item(), rel=1e-5)
    assert not absolute.keys() & {"l2", "difference"}


def test_the_first_guess_is_smooth_or_grey():
    hole = (DATA["mask"] == 1).expand_as(DATA["x"])
    smooth = game("inpainting").prepared(DATA["real"], DATA["mask"])
    assert torch.equal(smooth[~hole], DATA["real"][~hole])
    assert torch.equal(smooth, spread(DATA["x"], DATA["mask"]).clamp(-1, 1))
    assert not game("inpainting", "guess=grey").prepared(DATA["real"], DATA["mask"])[hole].any()


def test_a_mask_is_widened_by_its_margin():
    mask = torch.zeros(1, 1, 7, 7)
    mask[..., 3, 3] = 1
    assert widened(mask, 0).sum() == 1
    assert widened(mask, 1).sum() == 9
    assert torch.equal(widened(mask, 2)[0, 0, 1:6, 1:6], torch.ones(5, 5))


def test_only_patches_that_see_the_hole_count():
    made = game("inpainting", "margin=0", "discriminator.depth=0", "discriminator.spectral_norm=false")
    mask = torch.zeros(6, 1, 8, 8)
    mask[:3, :, 1, 2] = 1
    near = made.near(mask, torch.zeros(6, 1, 8, 8))
    assert near.sum() == 3
    assert near[0, 0, 1, 2]
    data = DATA | {"mask": mask, "x": DATA["real"] * (1 - mask)}
    with torch.no_grad():
        real_logits = made.discriminator(made.seen(data, data["real"]))[near]
    assert made.discriminator_loss(data)["real_logit"].item() == pytest.approx(real_logits.mean().item(), rel=1e-5)


def test_images_without_a_hole_are_judged_as_a_whole():
    made, mask = game("inpainting"), torch.zeros(6, 1, 8, 8)
    data = DATA | {"mask": mask, "x": DATA["real"]}
    terms = made.discriminator_loss(data) | made.generator_loss(data)
    assert all(term.isfinite() for term in terms.values())
    assert made.near(mask, torch.zeros(6, 1, 2, 2)).all()


def test_regression_alone_moves_the_generator_alone():
    made = game("inpainting", "adversarial_weight=0")
    assert [turn.player for turn in made.turns(0)] == [made.generator]
    assert made.generator_loss(DATA).keys() == {"l2", "difference"}
    with pytest.raises(UserError, match="nothing to learn"):
        game("inpainting", "adversarial_weight=0", "l2_weight=0")


def test_a_relativistic_loss_and_penalties_go_with_holes():
    settings = ("loss=relativistic", "penalties={r1: {}}", "discriminator.scales=2", "discriminator.depth=0")
    made = game("inpainting", *settings)
    assert made.discriminator_loss(DATA)["r1"].requires_grad
    assert made.generator_loss(DATA)["adversarial"].isfinite()


def test_controls_are_image_and_mask():
    assert game("inpainting").controls == (Control("x", Given(1)), Control("mask", Given(1)))


def test_holes_must_be_known():
    made = game("inpainting")
    with pytest.raises(UserError, match=r"give a mask \(--mask\), white \(1\) where"):
        made.translate(DATA["x"])
    with pytest.raises(UserError, match="no direction 'backward'"):
        made.translate(DATA["x"], direction="backward", mask=DATA["mask"])
    with pytest.raises(UserError, match="have no holes: give --pairs masked"):
        made.generator_loss({"x": DATA["x"], "real": DATA["real"]})
    with pytest.raises(UserError, match="inpainting translates images"):
        game("inpainting", source=None)


def test_filling_takes_what_is_said_in_holes_only():
    x, said, mask = torch.zeros(1, 3, 2, 2), torch.ones(1, 3, 2, 2), torch.tensor([[[[1.0, 0], [0, 0]]]])
    assert filled(x, said, mask)[0, :, 0, 0].tolist() == [1, 1, 1]
    assert filled(x, said, mask).sum() == 3
