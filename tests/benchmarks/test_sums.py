"""What the benchmarks derive from their measurements, from made-up figures; and that rivals play the same networks."""

import limit
import pytest
import search
import time_to_quality
import torch
from rivals import plain_networks
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from zerosum.networks import tutorial
from zerosum.networks.discriminator import Discriminator
from zerosum.networks.fourier import FourierTransposedConv2d


def run(trial, seed, score):
    return {"trial": trial, "seed": seed, "settings": [], "score": score}


def test_the_verdict_takes_the_rival_s_best_and_our_shortest():
    plain = [{"cpu_seconds": 450.0, "fd": 90.0}, {"cpu_seconds": 900.0, "fd": 100.0}]
    ours = [{"cpu_seconds": s, "fd": fd} for s, fd in ((15.0, 95.0), (30.0, 80.0), (60.0, 20.0))]
    found = time_to_quality.verdict({"plain": plain, "ours": ours})
    assert found == {"plain_best": 90.0, "plain_seconds": 900.0, "our_seconds": 30.0, "times_sooner": 30.0}
    assert time_to_quality.verdict({"plain": plain, "ours": ours[:1]})["times_sooner"] is None
    assert time_to_quality.verdict({"plain": [], "ours": ours}) == {}


def test_trials_are_drawn_by_their_number_and_trial_0_is_the_recipe():
    assert search.draw("mnist", 0) == []
    assert search.draw("mnist", 3) == search.draw("mnist", 3) != search.draw("mnist", 4)
    drawn = dict(setting.split("=", 1) for setting in search.draw("digits", 1))
    assert drawn["generator.width"] in search.DIGITS["generator.width"]
    assert "G" not in drawn["penalties"]
    assert "gamma" not in drawn


def test_finalists_are_the_recipe_and_the_best():
    runs = [run(0, 0, 9.0), run(1, 0, 3.0), run(2, 0, None), run(3, 0, 5.0)]
    assert search.finalists(runs, "mnist", 2) == [0, 1, 3]
    assert search.finalists([run(0, 0, 0.5), run(1, 0, 0.9), run(2, 0, 0.1)], "digits", 1) == [0, 1]


@pytest.mark.parametrize("worst, expected", [(4.9, 1), (5.1, None)])
def test_a_winner_beats_the_recipe_s_best_with_its_worst_seed(worst, expected):
    base = [run(0, seed, score) for seed, score in enumerate((5.0, 6.0, 7.0))]
    rival = [run(1, seed, score) for seed, score in enumerate((2.0, 3.0, worst))]
    lucky = [run(2, 0, 0.1)]
    assert search.winner(base + rival + lucky, "mnist") == expected


def test_operations_of_the_textbook_are_counted_for_layers_that_do_fewer():
    game = nn.Sequential(FourierTransposedConv2d(8, 4, 5, size=(7, 7)))

    class Trainer:
        def __init__(self):
            self.game = game

        def play(self):
            with torch.no_grad():
                game(torch.randn(2, 8, 7, 7))

    assert limit.operations(Trainer(), textbook=True) == 2 * 2 * 8 * 4 * 25 * 49
    bilinear = 2 * 121 * (49 * 2 * 8 + 25 * 8 * 4 + 2 * 8 * 4 + 49 * 2 * 4)
    assert limit.operations(Trainer()) == bilinear
    assert game[0].size == (7, 7)


def test_rivals_and_we_play_the_same_networks():
    torch.manual_seed(0)
    ours, plain = tutorial.Generator(100, (1, 28, 28)), plain_networks.generator()
    trunk, theirs = Discriminator(tutorial.Trunk((1, 28, 28))), plain_networks.discriminator()
    counts = [sum(p.numel() for p in network.parameters()) for network in (ours, plain, trunk, theirs)]
    assert counts[0] == counts[1]
    assert counts[2] == counts[3]
    plain.load_state_dict({key.removeprefix("layers."): value for key, value in ours.state_dict().items()})
    for part in plain.modules():  # the tutorials' PyTorch loops keep the library's own epsilon
        if isinstance(part, (nn.BatchNorm1d, nn.BatchNorm2d)):
            part.eps = 1e-3
    z = torch.randn(8, 100)
    torch.testing.assert_close(ours(z), plain(z), rtol=1e-4, atol=1e-5)


def test_the_counter_counts_products_and_additions():
    with FlopCounterMode(display=False) as counter:
        torch.randn(3, 4) @ torch.randn(4, 5)
    assert counter.get_total_flops() == 2 * 3 * 4 * 5
