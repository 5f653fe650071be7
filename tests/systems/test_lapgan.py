"""LAPGAN: the pyramid's arithmetic, who plays when on what, slices of the one latent, pictures of every level."""

import math

import numpy as np
import pytest
import torch

from tiny import CPU, dataset, recipe, trainer
from zerosum.core.control import Control
from zerosum.core.forms import Latent
from zerosum.errors import UserError
from zerosum.recipe.build import build_game, build_trainer
from zerosum.recipe.resolve import resolve
from zerosum.sampling import sampler
from zerosum.sampling.snapshot import snapshot
from zerosum.systems.lapgan import LAPGAN, doubled, halved, shapes


@pytest.fixture
def made():
    return build_game(recipe("lapgan", "digits", "octaves=3", "latent=5", "detail=3"))


def images(n=4):
    return torch.rand(n, 1, 8, 8) * 2 - 1


def test_the_pyramid_puts_every_image_together_again(made):
    real = images()
    coarsest, none = made.octave(real, 0)
    assert none is None
    assert coarsest.shape == (4, 1, 2, 2)
    image = coarsest
    for number in (1, 2):
        residual, coarse = made.octave(real, number)
        assert torch.allclose(coarse, doubled(image))
        image = coarse + residual
    assert torch.allclose(image, real, atol=1e-6)


def test_halving_is_the_mean_of_four_pixels_and_doubling_keeps_a_flat_image():
    assert halved(torch.tensor([[[[1.0, 2], [3, 6]]]])).tolist() == [[[[3.0]]]]
    assert torch.allclose(doubled(torch.full((1, 2, 3, 5), 0.3)), torch.full((1, 2, 6, 10), 0.3))


def test_all_levels_play_in_every_round_side_by_side(made):
    paths = {module: path for path, module in made.named_modules()}
    names = [f"levels.{n}.{player}" for n in range(3) for player in ("discriminator", "generator")]
    assert [paths[turn.player] for turn in made.turns(7)] == names
    assert set(made.players) == set(names)
    assert {made.players[name] for name in names[2:]} == {"refiner", "inspector"}


def test_one_by_one_the_coarsest_level_begins():
    made = build_game(recipe("lapgan", "digits", "octaves=3", "rounds=10"))
    paths = {module: path for path, module in made.named_modules()}
    played = [paths[next(iter(made.turns(step))).player].split(".")[1] for step in (0, 9, 10, 19, 20, 29, 30)]
    assert played == ["0", "0", "1", "1", "2", "2", "0"]


def test_slower_levels_play_in_fewer_rounds_and_count_their_own():
    made = build_game(recipe("lapgan", "digits", "octaves=3", "slower=3", "penalties={r1: {every: 2}}"))
    paths = {module: path for path, module in made.named_modules()}
    played = ["".join(dict.fromkeys(paths[turn.player].split(".")[1] for turn in made.turns(n))) for n in range(10)]
    assert played == ["012", "0", "0", "01", "0", "0", "01", "0", "0", "012"]
    batch = {"real": images()}
    due = [[("r1" in turn.loss(batch)) for turn in made.turns(step)][::2] for step in (0, 3, 9, 18)]
    assert due == [[True] * 3, [False, False], [False, False, False], [True, True, True]]


def test_levels_one_by_one_cannot_be_slower():
    with pytest.raises(UserError, match="use rounds=0 or slower=1"):
        build_game(recipe("lapgan", "digits", "rounds=10", "slower=2"))


def test_noise_is_in_the_coarse_image_in_training_only_and_the_residual_takes_it_out():
    made, real = build_game(recipe("lapgan", "digits", "octaves=3", "noise=0.5")), images(64)
    clean = made.eval().octave(real, 2)[1]
    residual, noisy = made.train().octave(real, 2)
    assert torch.equal(clean, doubled(halved(real)))
    assert torch.allclose(noisy + residual, real, atol=1e-6)
    deviations = (noisy - clean).flatten(1).std(1)
    assert deviations.min() < 0.1 < 0.2 < deviations.max() < 0.5
    assert noisy.abs().max() <= 1


def test_one_latent_is_cut_into_a_slice_for_each_level(made):
    (latent,) = made.controls
    assert latent == Control("latent", Latent(5 + 3 + 3, made.prior))
    z = torch.randn(1, 11)
    plain = made.stages({"latent": z})
    for changed, first in ((10, 2), (7, 1), (4, 0)):
        other = z.clone()
        other[0, changed] += 1
        same = [torch.equal(a, b) for a, b in zip(plain, made.stages({"latent": other}), strict=True)]
        assert same == [number < first for number in range(3)]


def test_a_sample_is_its_levels_residuals_on_its_coarsest_image(made):
    z = torch.randn(2, 11)
    parts = z.split([5, 3, 3], 1)
    image = made.levels[0].generator(parts[0])
    for number in (1, 2):
        coarse = doubled(image)
        image = (coarse + made.levels[number].generator(parts[number], coarse)).clamp(-1, 1)
    assert torch.equal(made.sample({"latent": z}), image)
    assert [stage.shape[2] for stage in made.stages({"latent": z})] == [2, 4, 8]


def test_a_discriminator_sees_residual_and_coarse_image(made):
    seen = []
    made.levels[1].discriminator.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0].detach()))
    real = images(3)
    made.discriminator_loss({"real": real}, number=1)
    residual, coarse = made.octave(real, 1)
    assert torch.equal(seen[0], torch.cat([residual, coarse], 1))
    assert torch.equal(seen[1][:, 1:], coarse)
    assert not torch.equal(seen[1][:, :1], residual)


def test_logits_are_those_of_the_finest_level(made):
    real = images(3)
    residual, coarse = made.octave(real, 2)
    expected = made.levels[2].discriminator(torch.cat([residual, coarse], 1))
    assert torch.equal(made.logits({"real": real}), expected)


@pytest.mark.parametrize("conditioning", ["concatenation", "projection"])
def test_labels_reach_every_level(conditioning):
    made = build_game(recipe("lapgan", "digits", "octaves=2", f"conditioning={conditioning}")).eval()
    assert [control.name for control in made.controls] == ["latent", "label"]
    z = torch.randn(1, made.controls[0].form.size).expand(10, -1)
    for stage in made.stages({"latent": z, "label": torch.arange(10)}):
        assert len({image.detach().numpy().tobytes() for image in stage}) == 10
    for level, channels in zip(made.levels, (1, 2), strict=True):
        x = torch.randn(1, channels, *([4, 4] if channels == 1 else [8, 8])).expand(10, -1, -1, -1)
        assert len(set(level.discriminator(x, torch.arange(10)).tolist())) == 10


def test_every_penalty_and_a_paired_loss_play_at_every_level():
    penalties = "penalties={r1: {}, r2: {}, one_centered: {}, local: {}, fd_r1: {}, fd_r2: {}}"
    playing = trainer(recipe("lapgan", "digits", penalties, "loss=relativistic"))
    playing.play()
    means = playing.meter.means()
    assert all(math.isfinite(mean) for mean in means.values())
    assert {"levels.0.discriminator/r1", "levels.1.discriminator/fd_r2"} <= set(means)


def test_larger_images_have_convolutions_above_the_coarsest_level():
    fields = {"source": "x", "name": "x", "shape": (3, 32, 32), "classes": ()}
    made = build_game(resolve("lapgan", {}, fields, "image", ["width=8"]))
    stages = made.stages({"latent": torch.randn(2, 64 + 32 + 32)})
    assert [tuple(stage.shape) for stage in stages] == [(2, 3, 8, 8), (2, 3, 16, 16), (2, 3, 32, 32)]
    assert type(made.levels[2].generator).__name__ == "Convolutional"
    assert made.logits({"real": torch.zeros(2, 3, 32, 32)}).shape == (2,)


def test_optimisers_of_levels_are_those_of_their_entry():
    made = recipe("lapgan", "digits", "refiner.lr=0.5", "generator.lr=0.25")
    playing = build_trainer(made, build_game(made), dataset("digits"), CPU, ())
    rates = {name: playing.optimizer(name).param_groups[0]["lr"] for name in playing.game.players}
    assert (rates["levels.0.generator"], rates["levels.1.generator"]) == (0.25, 0.5)


def test_the_picture_shows_every_level(made):
    data, real = recipe("lapgan").data, dataset("digits").outside(images(8))
    plain = snapshot(build_game(recipe("gan")), data, real)
    assert snapshot(made, data, real).height > plain.height


def test_stages_are_those_of_the_samples_with_the_same_seed(made):
    samples, _ = sampler.sample(made, 5, seed=3)
    assert torch.allclose(sampler.stages(made, 5, seed=3)[-1], samples, atol=1e-6)


@pytest.mark.parametrize(
    "shape, octaves, message",
    [
        ((2,), 2, "points have no octaves: use --set octaves=1"),
        ((1, 28, 28), 4, "28x28 images have no 4 octaves: use --size 32, or fewer octaves"),
        ((1, 27, 16), 2, "16x27 images have no 2 octaves: use --size 16x28, or fewer octaves"),
    ],
)
def test_what_cannot_be_halved_is_refused(shape, octaves, message):
    with pytest.raises(UserError, match=message):
        shapes(shape, octaves)


def test_a_level_that_no_network_makes_is_told_as_a_part_of_the_size(tmp_path):
    np.savez(tmp_path / "a.npz", images=np.zeros((20, 8, 12), np.uint8))
    with pytest.raises(UserError, match=r"^the level at 1/2 of --size: small cannot make 6x4 images: use"):
        build_game(recipe("lapgan", str(tmp_path / "a.npz"), "generator.network=small"))


@pytest.mark.parametrize("shape", [(1, 28, 28), (1, 60, 64), (4, 72, 72), (3, 20, 40), (3, 100, 36)])
def test_it_is_typed_for_any_sides_that_are_multiples_of_4(shape):
    made = resolve("lapgan", {}, {"source": "x", "name": "x", "shape": shape}, "image", ())
    game = build_game(made)
    assert [sample.shape[1:] for sample in game.stages(sampler.draw(game.controls, 2))] == shapes(shape, 3)


def test_options_complete_to_themselves():
    full = LAPGAN.complete({"penalties": {"r1": {}}})
    assert full["penalties"] == {"r1": {"every": 1, "gamma": 1.0}}
    assert LAPGAN.complete(full) == full
