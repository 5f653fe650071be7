"""Maximum likelihood writes what it has learned, and the same dice write the same."""

import math

import pytest
import torch

from tiny import TEXT, recipe, trainer
from zerosum.cli.main import run as command
from zerosum.errors import UserError
from zerosum.recipe.build import build_game
from zerosum.sampling import sampler


def test_it_learns_a_text_by_heart():
    playing = trainer(recipe("mle", None, "lr=0.02", "hidden=64", "embedding=16", "ema=0"))
    real = playing.shards[0].at(0)
    start = playing.game.loss(real)["cross_entropy"].item()
    assert start == pytest.approx(math.log(playing.game.generator.tokens - 2), rel=0.05)
    playing.fit(150)
    assert playing.game.loss(real)["cross_entropy"].item() < 0.6 * start


def test_likelihood_is_that_of_the_loss():
    game = build_game(recipe("mle")).eval()
    real = trainer(recipe("mle")).shards[0].at(0)["real"]
    found = game.log_probability(real)
    assert found.shape == real.shape
    mean = -found.sum() / (found != 0).sum()
    assert mean.item() == pytest.approx(game.loss({"real": real})["cross_entropy"].item())


def test_a_colder_writer_says_less_that_is_different():
    game = build_game(recipe("mle"))
    cold, _ = sampler.sample(game, 40, given={"temperature": torch.full((40, 1), 0.02)})
    warm, inputs = sampler.sample(game, 40)
    assert inputs["temperature"].unique().tolist() == [1.0]
    assert len(cold.unique(dim=0)) < len(warm.unique(dim=0))


def test_it_is_refused_for_images_and_games_of_images_for_text(tmp_path, capsys):
    assert command(["train", "mle", "--data", "digits", "--out", str(tmp_path / "a")]) == 2
    assert "mle does not make images, which digits holds: train gan, " in capsys.readouterr().err
    assert command(["train", "r1gan", "--data", TEXT, "--out", str(tmp_path / "a")]) == 2
    assert "r1gan does not make sentences, which sentences holds: train mle" in capsys.readouterr().err
    assert not (tmp_path / "a").exists()


def test_a_temperature_out_of_range_is_refused():
    game = build_game(recipe("mle"))
    with pytest.raises(UserError, match=r"inputs of 'temperature' are out of range: it takes 0.01 to 100, usually 1"):
        sampler.sample(game, 2, given={"temperature": torch.zeros(2, 1)})
