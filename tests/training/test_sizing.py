"""What a run can afford: the rule of widths on times that are given, intervals, and what a resumed run keeps."""

import pytest
import torch

from zerosum.recipe.resolve import resolve
from zerosum.training import sizing

NONE = frozenset()


def made(system="r1gan", size=32, *settings, **given):
    data = {"source": "x", "name": "x", "shape": (3, size, size)}
    return resolve(system, {}, data, "image", settings, **given)


def time_of(per_channel, power=1.5):
    """A device on which a round takes so many seconds times a power of the generator's width."""
    return lambda recipe: per_channel * recipe.players["generator"]["width"] ** power


@pytest.mark.parametrize(
    "per_channel, minutes, width",
    [
        # 32x32 images need 1,600 rounds to be judged, 9,600 to be worth more width. 10 minutes hold them at 62 ms.
        (0.0625 / 32**1.5, 10, 32),
        (0.0625 / 31.9**1.5, 10, 24),
        (0.0625 / 48**1.5, 10, 48),
        (0.0625 / 48**1.5, 20, 64),
        (1e-9, 10, 128),
        (1.0, 10, 8),
    ],
)
def test_the_widest_networks_are_taken_that_still_play_enough_rounds(per_channel, minutes, width):
    found, why = sizing.fitted(made(minutes=minutes), NONE, time_of(per_channel))
    assert [fields["width"] for fields in found.players.values()] == [width, width]
    assert str(why[0]).startswith(f"why: width {width}, {width}, ")
    assert "width" in found.chosen


def test_the_reason_says_what_the_minutes_allow():
    _, why = sizing.fitted(made(minutes=10), NONE, time_of(0.0625 / 32**1.5))
    assert str(why[0]) == "why: width 32, 32, which plays about 9,600 rounds in 10 minutes (9,600 are enough)"
    _, why = sizing.fitted(made(minutes=0.5), NONE, time_of(1.0))
    assert str(why[0]) == (
        "why: width 8, 8, the narrowest there is: about 1 rounds in 30 seconds, where 9,600 are enough: "
        "--minutes 3600 plays them"
    )


def test_what_looks_through_a_frozen_network_needs_fewer_rounds_and_keeps_its_heads():
    recipe = made("projected", 64, minutes=10)
    assert sizing.rounds_wanted(recipe) == pytest.approx(2400)
    assert sizing.varied(recipe) == ["generator"]


def test_where_d_sees_wider_networks_must_play_many_more_rounds():
    """64x64 images need 960 there: 2,400 are enough, 19,200 are worth a wider G; 10 minutes hold them at 31 ms."""
    recipe = made("projected", 64, minutes=10)
    for seconds, width in ((0.25, 32), (0.032, 32), (0.0312, 128)):
        network, why = sizing.fitted(recipe, NONE, lambda recipe, seconds=seconds: seconds)
        assert network.players["generator"]["width"] == width
        assert "(2,400 are enough)" in str(why[0])


def test_pairs_need_fewer_rounds_than_two_sets():
    data = {"source": "x", "name": "x", "shape": (3, 64, 64), "pairs": "edges", "source_shape": (1, 64, 64)}
    paired, apart = (
        resolve(name, {}, data | {"paired": name == "pix2pix"}, "image", (), minutes=10)
        for name in ("pix2pix", "cyclegan")
    )
    assert (sizing.rounds_wanted(paired), sizing.rounds_wanted(apart)) == pytest.approx((4000, 9600))


def test_what_looks_through_a_frozen_network_is_never_narrower_than_tuned():
    for seconds in (1.0, 0.25, 0.01):
        found, _ = sizing.fitted(made("projected", 64, minutes=10), NONE, lambda recipe, seconds=seconds: seconds)
        assert found.players["generator"]["width"] >= 32
        assert found.players["discriminator"]["width"] == 64
    assert found.players["generator"]["width"] > 32


def test_a_width_that_was_asked_for_and_a_run_without_minutes_are_left_alone():
    recipe = made("r1gan", 32, "width=20", minutes=10)
    found, why = sizing.fitted(recipe, frozenset({"width"}), time_of(1e-9))
    assert (found.players, why) == (recipe.players, [])
    counted = made(steps=100)
    assert sizing.fitted(counted, NONE, time_of(1e-9)) == (counted, [])


def test_perceptrons_are_not_fitted():
    small = resolve("r1gan", {}, {"source": "x", "name": "x", "shape": (1, 8, 8)}, "tiny", minutes=1)
    assert sizing.fitted(small, NONE, time_of(1.0)) == (small, [])


def test_intervals_are_seconds_and_never_longer_than_usual():
    recipe = made(minutes=10)
    found = sizing.intervals(recipe, NONE, 1.0, 600)
    assert found == {"sample_every": 20, "checkpoint_every": 50, "log_every": 2, "signals_every": 10}
    assert sizing.intervals(recipe, NONE, 1e-3, 600) == {
        "sample_every": 500, "checkpoint_every": 1000, "log_every": 50, "signals_every": 100,
    }  # fmt: skip
    assert sizing.intervals(recipe, NONE, 100.0, 600) == dict.fromkeys(sizing.INTERVALS, 1)
    assert "log_every" not in sizing.intervals(recipe, frozenset({"log_every"}), 1.0, 600)


def test_a_run_that_goes_on_keeps_what_was_chosen_when_it_was_begun():
    begun, _ = sizing.fitted(made(minutes=10), NONE, time_of(0.0625 / 48**1.5))
    again = sizing.taken_over(made(minutes=30), begun, NONE)
    assert again.players == begun.players
    assert (again.minutes, again.sample_every, again.chosen) == (30, begun.sample_every, begun.chosen)
    asked = sizing.taken_over(made("r1gan", 32, "width=20", minutes=30), begun, frozenset({"width"}))
    assert [fields["width"] for fields in asked.players.values()] == [20, 20]


def on_a_card(idle, per_image, fits):
    """A device on which a round takes `idle` seconds at least, and so many an image, up to a batch that fits."""

    def time(recipe):
        if recipe.batch_size > fits:
            raise torch.OutOfMemoryError("no memory")
        return max(idle, per_image * recipe.batch_size)

    return time


@pytest.mark.parametrize(
    "idle, per_image, fits, images, batch",
    [
        (0.01, 1e-6, 10**6, 10**6, 1024),  # it waits for launches whatever it is given
        (0.01, 1e-4, 10**6, 10**6, 64),  # 100 images fill it; 128 take 1.28 times as long
        (0.01, 1e-6, 300, 10**6, 256),
        (0.01, 1e-6, 10**6, 200, 128),
        (0.001, 1e-3, 10**6, 10**6, 32),
    ],
)
def test_an_accelerator_gets_the_largest_batch_that_costs_no_time(idle, per_image, fits, images, batch):
    recipe = made(minutes=10)
    assert recipe.batch_size == 32
    found, why = sizing.filled(recipe, NONE, images, on_a_card(idle, per_image, fits))
    assert found.batch_size == batch
    assert [str(reason) for reason in why] == (
        [f"why: batch {batch}, which takes as long as one of 32 here"] if batch > 32 else []
    )
    assert ("batch_size" in found.chosen) == (batch > 32)
    kept, _ = sizing.filled(recipe, frozenset({"batch_size"}), images, on_a_card(idle, per_image, fits))
    assert kept is recipe
