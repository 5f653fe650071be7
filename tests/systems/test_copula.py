"""The copula as a game: one player that moves to where the data are likelier."""

import torch

from tiny import recipe, trainer


def test_it_finds_how_often_each_category_is():
    playing = trainer(recipe("copula", "people", "lr=0.05"))
    playing.fit(150)
    data = playing.shards[0].dataset
    real = data.batch(torch.arange(len(data)))["real"]
    rows = playing.game.sample({"latent": torch.randn(5000, len(playing.game.generator.sizes))}).detach()
    choices = [block for block in data.columns.blocks() if block.sort == "choice"]
    for block in choices:
        assert torch.allclose(rows[:, block.slice].mean(0), real[:, block.slice].mean(0), atol=0.06)
        assert torch.equal(rows[:, block.slice].sum(1), torch.ones(5000))


def test_what_goes_together_is_found():
    playing = trainer(recipe("copula", "people", "lr=0.05"))
    playing.fit(200)
    # In these people income depends on age: the bound is below that of columns by themselves.
    assert playing.meter.means()["generator/correlation"] < -0.1
