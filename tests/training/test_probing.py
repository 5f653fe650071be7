"""How a run is spread over the cores: what is chosen of measured times, and that measuring changes nothing."""

import pytest
import torch

from tiny import of_material, recipe
from zerosum.recipe.build import build_game
from zerosum.recipe.table import SYSTEMS
from zerosum.recipe.training_data import Material
from zerosum.training import probing
from zerosum.training.probing import Way, chosen, explained, messages, most_processes

ONE = Way(1, 1, 1.0)


def data(made):
    return of_material(Material.of(made.data))


@pytest.mark.parametrize(
    "others, expected",
    [
        ([Way(1, 2, 0.9), Way(2, 1, 0.6)], Way(2, 1, 0.6)),
        ([Way(1, 2, 0.62), Way(2, 1, 0.6)], Way(1, 2, 0.62)),
        ([Way(1, 2, 0.64), Way(2, 1, 0.6)], Way(2, 1, 0.6)),
        ([Way(1, 2, 1.5), Way(2, 1, 0.97)], ONE),
        ([Way(1, 2, 0.97), Way(2, 1, 1.2)], ONE),
        ([Way(1, 4, 0.5)], Way(1, 4, 0.5)),
    ],
)
def test_the_fastest_is_chosen_and_among_equals_the_simplest(others, expected):
    assert chosen([ONE, *others]) == expected


def test_it_says_what_was_chosen_and_what_else_there_was():
    ways, made = (
        [Way(1, 1, 32 / 18), Way(1, 2, 32 / 22.04), Way(2, 1, 32 / 31)],
        recipe("r1gan", "digits", "batch_size=32"),
    )
    assert str(ways[2]) == "2 processes of 1 thread"
    assert explained(ways[2], ways, made) == "31 images/s (one core: 18; one process of 2 threads: 22)"
    assert explained(ways[1], ways, made) == "22 images/s (one core: 18; 2 processes of 1 thread: 31)"


@pytest.mark.parametrize(
    "settings, cores, expected",
    [
        (["batch_size=64"], 2, 2),
        (["batch_size=64"], 3, 2),
        (["batch_size=64"], 64, 32),
        (["batch_size=64", "accumulate=8"], 4, 4),
        (["batch_size=64", "accumulate=32"], 4, 1),
        (["batch_size=64", "generator.batch_norm=true"], 64, 8),
        (["batch_size=16", "generator.batch_norm=true"], 4, 2),
        (["batch_size=27"], 2, 1),
        (["batch_size=24", "pack=4"], 8, 6),
    ],
)
def test_micro_batches_stay_large_enough(settings, cores, expected):
    made = recipe("gan", "digits", "network=mlp", "width=4", *settings)
    assert most_processes(made, build_game(made), cores) == expected


def test_messages_cost_what_the_formula_says():
    made = recipe("wgan-gp", "8-ring", "n_critic=3")
    game = build_game(made)
    sizes = [4 * sum(p.numel() for p in player.parameters()) for player in (game.discriminator, game.generator)]
    bytes_ = 3 * sizes[0] + sizes[1] + 8
    assert messages(game, 2) == pytest.approx(2 * (5 * 0.25e-3 + bytes_ / (2 * 1.1e9)))
    assert messages(game, 4) == pytest.approx(6 * (5 * 0.25e-3 + bytes_ / (4 * 1.1e9)))
    normalised = build_game(recipe("wgan-gp", "8-ring", "n_critic=3", "generator.batch_norm=true"))
    assert messages(normalised, 2) > messages(game, 2) + 2 * 0.25e-3


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_system_can_be_timed(system, monkeypatch):
    monkeypatch.setattr(probing, "SECONDS", 0.01)
    made = recipe(system)
    assert messages(build_game(made), 2) > 0
    assert 0 < probing.seconds_a_round(made, data(made), share=2) < 10


def test_timing_leaves_no_trace(monkeypatch):
    monkeypatch.setattr(probing, "SECONDS", 0.01)
    made = recipe("r1gan", "digits", "processes=2", "compile=true")
    torch.manual_seed(3)
    expected, threads = torch.rand(5), torch.get_num_threads()
    torch.manual_seed(3)
    found = probing.ways(made, data(made), 2)
    assert torch.equal(torch.rand(5), expected)
    assert torch.get_num_threads() == threads
    assert [(way.processes, way.threads) for way in found] == [(1, 1), (1, 2), (2, 1)]
    assert all(way.seconds > 0 for way in found)


def test_a_batch_that_no_process_can_share_is_not_shared(monkeypatch):
    monkeypatch.setattr(probing, "seconds_a_round", lambda recipe, dataset, threads=1, share=1: 1.0 / threads)
    made = recipe("r1gan", "digits", "batch_size=3")
    way, why, share = probing.best_way(made, data(made), 4)
    assert way == Way(1, 4, 0.25)
    assert share == 0.25
    assert str(why) == "why: one process of 4 threads, 12 images/s (one core: 3)"


def test_cores_that_work_at_once_are_not_faster():
    assert 1.0 <= probing.slowdown(2, products=2) < 100


def test_rounds_of_other_players_are_other_sorts():
    assert probing.sorts_of_rounds(build_game(recipe("r1gan"))) == [list(range(probing.CYCLE))]
    pyramid = probing.sorts_of_rounds(build_game(recipe("lapgan", "digits", "slower=2")))
    assert pyramid == [list(range(0, probing.CYCLE, 2)), list(range(1, probing.CYCLE, 2))]


def test_each_sort_of_round_counts_as_often_as_it_comes(monkeypatch):
    """A pyramid of two levels, the finer in every fourth round: 8 seconds with it, 2 without."""
    times = iter([[8.0], [2.0]])
    monkeypatch.setattr(probing, "timed", lambda *_: next(times))
    made = recipe("lapgan", "digits", "slower=4")
    assert probing.seconds_a_round(made, data(made)) == pytest.approx(8 / 4 + 2 * 3 / 4)
