"""TVAE: its bound, by hand, and what it makes of latents."""

import math

import pytest
import torch
from torch import nn

from tiny import recipe, trainer


def game():
    return trainer(recipe("tvae", "people")).game


def test_likelihoods_are_those_of_normal_and_categorical_distributions():
    playing = game()
    rows = playing.columns.encode(playing.columns.decode(torch.zeros(2, playing.columns.width)))
    raw = torch.zeros_like(rows)
    deviations = playing.autoencoder.deviations.detach()
    choices = sum(math.log(block.size) for block in playing.columns.blocks() if block.sort == "choice")
    normal = torch.distributions.Normal(0.0, deviations).log_prob(rows[:, playing.numbers]).sum(1)
    constant = len(playing.numbers) * math.log(2 * math.pi) / 2
    expected = choices - float(normal.mean()) - constant
    assert float(playing.unlikely(raw, rows).detach()) == pytest.approx(expected, rel=1e-5)


def test_the_divergence_is_that_of_normal_distributions():
    playing = game()
    mean, log_deviation = torch.tensor([[0.5, -1.0]]), torch.tensor([[0.3, -0.2]])
    playing.autoencoder.encoded = lambda rows: (mean, log_deviation)
    playing.autoencoder.generator.body = nn.Linear(2, playing.columns.width)
    found = playing.loss({"real": torch.zeros(1, playing.columns.width)})["divergence"]
    own = torch.distributions.Normal(mean, log_deviation.exp())
    expected = torch.distributions.kl_divergence(own, torch.distributions.Normal(0.0, 1.0)).sum()
    assert float(found.detach()) == pytest.approx(float(expected), rel=1e-5)


def test_it_has_one_player_and_learns():
    playing = trainer(recipe("tvae", "people", "lr=0.01"))
    playing.fit(1)
    first = playing.meter.means()["autoencoder/reconstruction"]
    assert set(playing.optimizers) == {"autoencoder"}
    playing.fit(60)
    with torch.no_grad():
        last = playing.game.loss(playing.shards[0].at(99))["reconstruction"]
    assert float(last) < first - 1


def test_numbers_are_drawn_around_what_is_decoded():
    playing = game().eval()
    z = torch.randn(2000, playing.latent)
    rows, plain = playing.sample({"latent": z}), playing.autoencoder.generator(z)
    far = (rows - plain)[:, playing.numbers].detach()
    assert torch.allclose(far.std(0), playing.autoencoder.deviations.detach(), rtol=0.1)
    assert torch.equal(rows, playing.sample({"latent": z}))
    assert playing.encode(rows)["latent"].shape == z.shape
