"""Signals: against closed forms, and what they must leave alone."""

import math

import pytest
import torch
from torch import nn

from tiny import Regression, dataset, recipe, same, trainer
from zerosum.core.control import Control
from zerosum.core.forms import Latent
from zerosum.core.game import Game
from zerosum.data.dataset import Resident
from zerosum.judge.signals import FEWEST, PROBE, largest_singular_value, measure, probe_of
from zerosum.recipe.build import build_game

SLOPE = torch.tensor([3.0, 4.0])


def points(n: int = 2000, seed: int = 0, split: str = "train") -> Resident:
    values = torch.randn(n, 2, generator=torch.Generator().manual_seed(seed))
    return Resident(values, name="normal", split=split)


class Linear(Game):
    """D(x) = 3 x_1 + 4 x_2 + 5, and a generator that is any function of z [N, 2]."""

    roles = {"generator": "generator", "discriminator": "discriminator"}  # noqa: RUF012

    def __init__(self, made=lambda z: z):
        super().__init__()
        self.generator, self.discriminator, self.made = nn.Linear(2, 2), nn.Linear(2, 1), made
        with torch.no_grad():
            self.discriminator.weight.copy_(SLOPE[None])
            self.discriminator.bias.fill_(5.0)

    @classmethod
    def build(cls, facts, networks, options):
        return cls()

    @property
    def controls(self):
        return (Control("latent", Latent(2)),)

    def turns(self, step):
        return iter(())

    def sample(self, inputs):
        return self.made(inputs["latent"])

    def logits(self, batch):
        return self.discriminator(batch["real"]).squeeze(1)

    def averaged(self):
        return {"generator": self.generator}


def test_a_linear_discriminator_in_closed_form():
    train, test = points(), points(400, seed=1, split="test")
    probe = probe_of(train, test)
    found = measure(Linear(lambda z: 0 * z - 2), probe)
    answers = probe.real["real"] @ SLOPE + 5
    assert found["real_logit"] == pytest.approx(float(answers.mean()), rel=1e-5)
    assert found["real_sign"] == pytest.approx(float(answers.sign().mean()))
    assert (found["fake_logit"], found["fake_sign"]) == (pytest.approx(-9.0), -1.0)
    assert found["held_out_logit"] == pytest.approx(float((probe.held_out["real"] @ SLOPE).mean()) + 5, rel=1e-5)
    assert found["real_gradient"] == pytest.approx(25.0)
    assert found["fake_gradient"] == pytest.approx(25.0)
    assert found["spectral_max"] == found["spectral_mean"] == pytest.approx(5.0)
    every = torch.cat([answers, torch.full((PROBE,), -9.0), probe.held_out["real"] @ SLOPE + 5])
    assert found["logit_scale"] == pytest.approx(float(every.std(correction=0)), rel=1e-5)


def test_fresh_samples_of_the_data_are_normal():
    found = measure(Linear(), probe_of(points(), points(400, seed=1)))
    assert found["diversity"] == pytest.approx(1.0, abs=0.1)
    assert found["nearest"] == pytest.approx(1.0, abs=0.25)
    assert found["duplicates"] < 0.05


def test_a_collapsed_generator_has_no_diversity_and_only_duplicates():
    found = measure(Linear(lambda z: 0 * z), probe_of(points(), points(400, seed=1)))
    assert (found["diversity"], found["duplicates"]) == (0.0, 1.0)


def test_half_the_spread_is_half_the_diversity():
    probe = probe_of(points(), None)
    whole, half = measure(Linear(), probe), measure(Linear(lambda z: 0.5 * z), probe)
    assert half["diversity"] == pytest.approx(whole["diversity"] / 2, rel=1e-5)


def test_copies_of_the_train_data_are_nearer_than_held_out_data():
    train = points(500)
    game = Linear(lambda z: train.batch(torch.arange(len(z)))["real"])
    assert measure(game, probe_of(train, points(400, seed=1)))["nearest"] == 0.0
    far = Linear(lambda z: z + 100)
    assert measure(far, probe_of(train, points(400, seed=1)))["nearest"] > 100


@pytest.mark.parametrize("test", [None, points(FEWEST - 1, seed=1)])
def test_without_enough_held_out_data_nothing_is_said_of_them(test):
    found = measure(Linear(), probe_of(points(), test))
    assert "nearest" not in found
    assert not any(name.startswith("held_out") for name in found)
    assert {"real_logit", "fake_logit", "diversity", "duplicates"} <= set(found)


def test_a_game_without_a_discriminator_has_signals_of_its_samples_only():
    values = torch.randn(100, 2, generator=torch.Generator().manual_seed(0))
    found = measure(Regression(), probe_of(Resident(values, name="normal"), None))
    assert set(found) == {"diversity", "duplicates"}


@pytest.mark.parametrize("shape", [(7, 3), (5, 2, 3, 3), (64, 1, 4, 4)])
def test_the_largest_singular_value_of_a_weight(shape):
    weight = torch.randn(shape, generator=torch.Generator().manual_seed(0))
    assert largest_singular_value(weight) == pytest.approx(float(torch.linalg.svdvals(weight.flatten(1))[0]), rel=1e-4)
    assert math.isnan(largest_singular_value(weight * math.nan))


def test_spectral_normalisation_shows():
    trained = trainer(recipe("sngan", "digits"))
    trained.fit(60)
    found = measure(trained.game, probe_of(dataset("digits"), None))
    assert found["spectral_max"] == pytest.approx(1.0, abs=0.15)


@pytest.mark.parametrize("system, data", [("dcgan", "digits"), ("cgan", "digits"), ("sngan", "8-ring")])
def test_measuring_leaves_the_training_as_it_was(system, data):
    one, other = trainer(recipe(system, data)), trainer(recipe(system, data))
    probe = probe_of(dataset(data), dataset(data, split="test"))
    one.fit(3), other.fit(3)
    modes = [module.training for module in one.game.modules()]
    assert measure(one.game, probe) == measure(one.game, probe)
    assert [module.training for module in one.game.modules()] == modes
    assert all(parameter.grad is None for parameter in one.game.parameters())
    one.fit(6), other.fit(6)
    same(one.state_dict(), other.state_dict())


def test_what_is_not_finite_is_left_out():
    game = build_game(recipe("r1gan", "digits"))
    probe = probe_of(dataset("digits"), dataset("digits", split="test"))
    whole = measure(game, probe)
    with torch.no_grad():
        next(game.discriminator.parameters()).fill_(math.nan)
    found = measure(game, probe)
    assert set(found) == {"diversity", "duplicates", "nearest"}
    assert set(found) < set(whole)
    with torch.no_grad():
        next(game.generator.parameters()).fill_(math.nan)
    assert all(map(math.isfinite, measure(game, probe).values()))


def test_parts_bound_the_memory_and_change_nothing(monkeypatch):
    probe = probe_of(points(), points(400, seed=1))
    whole = measure(Linear(), probe)
    monkeypatch.setattr("zerosum.judge.signals.AT_ONCE", 64)
    assert measure(Linear(), probe) == pytest.approx(whole, rel=1e-5)
