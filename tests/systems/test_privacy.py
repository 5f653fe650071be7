"""Differential privacy: gradients of single rows, noise on their sum, and what it costs by an accountant of our own."""

import math

import pytest
import torch
from torch import nn
from torch.nn.functional import softplus

import zerosum as zs
from tiny import people, recipe, same, stop_at, trainer
from zerosum.errors import UserError
from zerosum.recipe.build import build_game
from zerosum.storage import checkpoint
from zerosum.systems.privacy import Privacy, secret_generator

pytest.importorskip("opacus", reason="needs zerosum[privacy]")
PROMISE = ("epsilon=3", "rounds=4", "rate=0.2", "loss=non_saturating", "penalties={}", "conditional=false")
PRIVATE = (*PROMISE, "public=true")


def renyi(order: int, rate: float, sigma: float) -> float:
    """The Renyi divergence of one turn: equation 6 of Mironov et al. 2019, arXiv:1908.10530, for whole orders."""
    terms = [
        math.log(math.comb(order, k))
        + (order - k) * math.log(1 - rate)
        + k * math.log(rate)
        + (k * k - k) / (2 * sigma**2)
        for k in range(order + 1)
    ]
    return float(torch.tensor(terms, dtype=torch.float64).logsumexp(0)) / (order - 1)


def epsilon(turns: int, rate: float, sigma: float, delta: float) -> float:
    """The best bound over whole orders: proposition 12 of Canonne et al. 2020, arXiv:2004.00010."""
    bounds = [
        turns * renyi(order, rate, sigma) + math.log1p(-1 / order) - math.log(delta * order) / (order - 1)
        for order in range(2, 64)
    ]
    return min(bounds)


@pytest.mark.parametrize("target, turns, rate", [(3.0, 2000, 0.03), (10.0, 500, 0.1)])
def test_epsilon_is_that_of_another_accountant(target, turns, rate):
    privacy = Privacy(target, 1e-5, turns, rate, 1.0)
    assert privacy.spent(turns) <= target
    assert privacy.spent(turns) == pytest.approx(target, rel=0.01)
    assert epsilon(turns, rate, privacy.sigma, 1e-5) == pytest.approx(privacy.spent(turns), rel=0.02)
    assert 0 == privacy.spent(0) < privacy.spent(1) < privacy.spent(turns // 2) < privacy.spent(turns)


def of_row(discriminator, real, fake):
    return softplus(discriminator(fake)).mean() + softplus(-discriminator(real)).mean()


def test_gradients_of_rows_are_cut_and_summed():
    torch.manual_seed(0)
    network = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1), nn.Flatten(0))
    real, fake, expected = torch.randn(5, 3), torch.randn(5, 3), 0
    for row in range(5):
        network.zero_grad()
        of_row(network, real[row : row + 1], fake[row : row + 1]).backward()
        gradient = torch.cat([p.grad.flatten() for p in network.parameters()])
        expected = expected + gradient * min(1, 0.3 / float(gradient.norm()))
    sums = Privacy(1.0, 1e-5, 10, 0.5, 0.3).clipped(network, of_row, real, fake)
    assert torch.allclose(torch.cat([value.flatten() for value in sums.values()]), expected, atol=1e-6)
    assert list(sums) == [name for name, _ in network.named_parameters()]


def test_one_row_more_or_less_moves_the_sum_by_no_more_than_the_length():
    network = nn.Sequential(nn.Linear(3, 1), nn.Flatten(0))
    real, fake = 100 * torch.randn(6, 3), torch.randn(6, 3)
    privacy = Privacy(1.0, 1e-5, 10, 0.5, 0.3)
    whole, without = (privacy.clipped(network, of_row, real[:n], fake[:n]) for n in (6, 5))
    moved = torch.cat([(whole[name] - without[name]).flatten() for name in whole]).norm()
    assert 0.29 < float(moved) <= 0.3 + 1e-5


def test_rows_are_looked_at_by_chance_and_the_noise_has_its_deviation():
    privacy = Privacy(3.0, 1e-5, 100, 0.25, 0.5)
    generator = torch.Generator().manual_seed(0)
    assert len(privacy.looked_at(torch.zeros(40_000, 2), generator)) == pytest.approx(10_000, abs=400)
    noisy = privacy.noisy({"weight": torch.full((40_000,), 7.0)}, 100, generator)["weight"]
    assert float(noisy.mean()) == pytest.approx(7 / 25, abs=0.01)
    assert float(noisy.std()) == pytest.approx(privacy.sigma * 0.5 / 25, rel=0.02)


def test_what_is_drawn_needs_the_secret():
    torch.manual_seed(0)
    secret, other = torch.zeros(1, dtype=torch.int64), torch.zeros(1, dtype=torch.int64)
    drawn = []
    for own in (secret, other, secret):
        torch.manual_seed(1)
        drawn.append(torch.rand(3, generator=secret_generator(own)))
    assert int(secret) != int(other)
    assert torch.equal(drawn[0], drawn[2])
    assert not torch.equal(drawn[0], drawn[1])


def test_a_private_game_learns_counts_and_ends():
    playing = trainer(recipe("tablegan-modern", "people", *PRIVATE, steps=9))
    before = [p.detach().clone() for p in playing.game.discriminator.parameters()]
    playing.fit(2)
    assert not any(
        torch.equal(one, two) for one, two in zip(before, playing.game.discriminator.parameters(), strict=True)
    )
    means = playing.meter.means()
    assert means["discriminator/private"] == 0
    assert {name for name in means if name.startswith("discriminator/")} == {
        "discriminator/private",
        "discriminator/epsilon",
    }
    half = playing.game.promise
    assert 0 < half["epsilon"] < 3
    with pytest.raises(UserError, match=r"epsilon 3 is spent: its game\.rounds are played"):
        playing.fit(9)
    assert playing.step == 4
    assert half["epsilon"] < playing.game.promise["epsilon"] <= 3


def test_a_private_run_goes_on_as_it_would_have(tmp_path):
    made = recipe("tablegan-modern", "people", *PRIVATE)
    first, second = trainer(made, (stop_at(2),)), trainer(made)
    first.fit(4)
    checkpoint.save(tmp_path, first.step, first.state_dict())
    second.load_state_dict(checkpoint.load_latest(tmp_path, torch.device("cpu"), print))
    first.hooks = ()
    first.fit(4), second.fit(4)
    same(first.state_dict(), second.state_dict())


@pytest.mark.parametrize(
    "settings, said",
    [
        ((*PROMISE,), r"game.epsilon: the encoding was fitted to the rows: .* use --set game.public=true"),
        ((*PRIVATE, "pack=10"), "a pack judges rows together; use --set game.pack=1"),
        ((*PRIVATE, "conditional=true"), r"conditions are drawn .* use --set game.conditional=false"),
        ((*PRIVATE, "penalties={r1: {}}"), "gradient penalties mix real rows with others; use --set game.penalties"),
        ((*PRIVATE, "loss=relativistic"), "a relativistic loss shows G what D says of reals"),
        ((*PRIVATE, "rounds=null"), "say for how many rounds it is to last, --set game.rounds=2000"),
        ((*PRIVATE, "discriminator.batch_norm=true"), "batch normalisation mixes rows"),
    ],
)
def test_what_cannot_be_promised_is_refused(settings, said):
    with pytest.raises(UserError, match=said):
        build_game(recipe("tablegan-modern", "people", *settings))


def test_without_epsilon_nothing_is_promised():
    game = build_game(recipe("tablegan-modern", "people"))
    assert game.promise == {}
    assert not any(name in ("secret", "played") for name, _ in game.named_buffers())


def test_what_was_spent_goes_where_the_generator_goes(tmp_path, command):
    settings = ("batch_size=40", "width=16", "sample_every=1000", *PRIVATE)
    zs.train("tablegan-modern", people(), out=tmp_path / "run", steps=4, settings=settings, device="cpu")
    promise = zs.load(tmp_path / "run").promise
    assert promise == {"epsilon": pytest.approx(3, abs=0.01), "delta": 1e-5}
    assert f"<dt>epsilon</dt><dd>{promise['epsilon']}</dd>" in (tmp_path / "run" / "report.html").read_text()
    code, _, said = command("sample", str(tmp_path / "run"), "-n", "4", "--out", str(tmp_path / "rows.csv"))
    assert code == 0
    assert f"epsilon {promise['epsilon']:g}, delta 1e-05" in said
