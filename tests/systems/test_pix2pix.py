"""pix2pix: equation 4, its ablations, matched features, what is refused."""

import pytest
import torch
from torch.nn.functional import l1_loss, softplus
from translations import batch, game

from zerosum.core.control import Control
from zerosum.core.forms import Given
from zerosum.errors import UserError


def test_the_losses_are_those_of_the_paper():
    made, data = game("pix2pix"), batch()
    with torch.no_grad():
        fake = made.generator(data["x"])
        real_logits = made.discriminator(torch.cat([data["x"], data["real"]], 1))
        fake_logits = made.discriminator(torch.cat([data["x"], fake], 1))
    terms = made.generator_loss(data)
    assert terms.keys() == {"adversarial", "l1"}
    assert terms["adversarial"].item() == pytest.approx(softplus(-fake_logits).mean().item(), rel=1e-5)
    assert terms["l1"].item() == pytest.approx(100 * (fake - data["real"]).abs().mean().item(), rel=1e-5)
    expected = softplus(-real_logits).mean() + softplus(fake_logits).mean()
    assert made.discriminator_loss(data)["adversarial"].item() == pytest.approx(expected.item(), rel=1e-5)


def test_regression_alone_moves_the_generator_alone():
    made, data = game("pix2pix", "adversarial_weight=0"), batch()
    assert [turn.player for turn in made.turns(0)] == [made.generator]
    assert made.generator_loss(data).keys() == {"l1"}
    whole = game("pix2pix")
    assert [turn.player for turn in whole.turns(0)] == [whole.discriminator, whole.generator]


def test_the_adversarial_game_alone_only_logs_the_difference():
    made, data = game("pix2pix", "l1_weight=0"), batch()
    terms = made.generator_loss(data)
    assert not terms["difference"].requires_grad
    assert terms["difference"].item() == pytest.approx(l1_loss(made.generator(data["x"]), data["real"]).item())
    assert terms["adversarial"].requires_grad


def test_features_are_matched_layer_by_layer():
    made, data = game("pix2pix", "feature_weight=10", "discriminator.scales=1"), batch()
    fake = made.generator(data["x"])
    _, ours = made.discriminator.judge(made.seen(data, fake))
    _, theirs = made.discriminator.judge(made.seen(data, data["real"]))
    expected = sum((a - b).abs().mean() for a, b in zip(ours, theirs, strict=True)) / len(ours)
    assert made.generator_loss(data)["features"].item() == pytest.approx(10 * expected.item(), rel=1e-5)
    data["x"], data["real"] = batch(seed=1)["x"], made.generator(batch(seed=1)["x"]).detach()
    assert made.generator_loss(data)["features"].item() == pytest.approx(0, abs=1e-5)


def test_a_relativistic_loss_compares_the_same_patches():
    made, data = game("pix2pix", "loss=relativistic"), batch()
    with torch.no_grad():
        fake_logits = made.discriminator(made.seen(data, made.generator(data["x"])))
        real_logits = made.discriminator(made.seen(data, data["real"]))
    expected = softplus(real_logits - fake_logits).mean().item()
    assert made.generator_loss(data)["adversarial"].item() == pytest.approx(expected, rel=1e-5)


def test_what_d_says_of_a_pair_depends_on_its_source():
    made, data = game("pix2pix"), batch()
    assert not torch.equal(made.logits(data), made.logits(data | {"x": data["x"].flip(0)}))
    assert made.logits(data).shape == (6,)


def test_it_translates_images_of_any_size_and_number_of_channels():
    made = game("pix2pix", source=(1, 8, 8), shape=(3, 8, 8))
    assert made.controls == (Control("x", Given(1)),)
    with torch.no_grad():
        y = made.translate(torch.rand(2, 1, 13, 30) * 2 - 1)
    assert y.shape == (2, 3, 13, 30)
    assert y.abs().max() <= 1


def test_penalties_watch_pairs():
    made, data = game("pix2pix", "penalties={r1: {gamma: 2.0}}", "discriminator.norm=none"), batch()
    pairs = made.seen(data, data["real"]).requires_grad_()
    (gradient,) = torch.autograd.grad(made.discriminator(pairs).flatten(1).mean(1).sum(), pairs)
    expected = gradient.flatten(1).square().sum(1).mean().item()
    assert made.discriminator_loss(data)["r1"].item() == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize(
    "settings, message",
    [
        (("adversarial_weight=0", "l1_weight=0"), "nothing to learn"),
        (("adversarial_weight=0", "feature_weight=1"), "D learns nothing"),
        (("loss=hinges",), "did you mean 'hinge'"),
    ],
)
def test_weights_that_make_no_sense_are_refused(settings, message):
    with pytest.raises(UserError, match=message):
        game("pix2pix", *settings)


def test_data_that_are_no_pairs_are_refused():
    with pytest.raises(UserError, match="pix2pix translates images: give --target or --pairs"):
        game("pix2pix", source=None)
    with pytest.raises(UserError, match="pix2pix learns from pairs: give --pairs, or train cyclegan"):
        game("pix2pix", paired=False)
    with pytest.raises(UserError, match="translates 4x4 images into 8x8 ones"):
        game("pix2pix", source=(1, 4, 4))


def test_there_is_no_way_back_and_no_hole():
    with pytest.raises(UserError, match="no direction 'backward': use forward, or train cyclegan"):
        game("pix2pix").translate(batch()["x"], direction="backward")
    with pytest.raises(UserError, match="fills no holes"):
        game("pix2pix").translate(batch()["x"], mask=batch()["mask"])
