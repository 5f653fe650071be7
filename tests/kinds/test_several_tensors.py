"""A game may make several tensors a sample: its kind joins them once, and all that follows takes one."""

import pytest
import torch

import zerosum as zs
from zerosum.cli.main import run as command
from zerosum.data.dataset import images_outside
from zerosum.recipe.build import build_game
from zerosum.runs.run import Run
from zerosum.sampling import sampler
from zerosum.systems.two_player import TwoPlayer

ENDS = 10
SMALL = ("batch_size=32", "generator.width=16", "discriminator.width=16")


class Ending(TwoPlayer):
    """Makes series of any length: values, and a mask that says where they are."""

    def sample(self, inputs):
        values = super().sample(inputs)
        return {"series": values, "mask": (torch.arange(values.shape[-1]) < ENDS).expand_as(values)}

    def fake(self, real, label):
        return super().sample(self.draw(real))


class Twice(TwoPlayer):
    """Makes images, and beside them what nobody else knows of."""

    def sample(self, inputs):
        return {"images": super().sample(inputs), "depth": torch.zeros(len(inputs["latent"]), 1)}

    def fake(self, real, label):
        return super().sample(self.draw(real))


def test_a_kind_joins_tokens_and_mask(installed, waves, tmp_path):
    run = zs.train(Ending, str(waves), steps=20, out=tmp_path / "run", settings=SMALL, mute=True).run
    generator, mean = zs.load(run.path), Run(run.path).recipe().data.facts["mean"]
    samples = generator.sample(5)
    assert samples.shape == (5, 1, 16)
    assert torch.equal(samples[..., ENDS:], torch.full((5, 1, 6), mean))
    assert samples[..., :ENDS].std() > 0
    assert command(["sample", str(run.path), "-n", "5", "--out", str(tmp_path / "some.npz")]) == 0
    assert zs.evaluate(run.path, metrics=["fd"], n=50)[0].value > 0
    latent = torch.zeros(2, *generator.module.inputs["latent"])
    assert torch.equal(generator.module(latent)[..., ENDS:], torch.zeros(2, 1, 6))
    assert (run.path / "report.html").exists()


def test_else_the_first_is_the_sample(tmp_path):
    run = zs.train(Twice, "digits", steps=2, out=tmp_path / "run", settings=SMALL, mute=True).run
    game = build_game(run.recipe())
    inside, _ = sampler.sample(game, 3)
    assert torch.equal(inside, sampler.joined(game, inside))
    assert torch.equal(sampler.outside(inside, run.recipe().data), images_outside(inside))
    assert sampler.stages(game, 3)[-1].shape == zs.load(run.path).sample(3).shape == (3, 1, 8, 8)
    game.spec = None
    with pytest.raises(zs.UserError, match="Twice makes several tensors a sample: set its `spec`"):
        sampler.sample(game, 3)
