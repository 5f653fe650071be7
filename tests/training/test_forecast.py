"""The forecast: what it takes for like, how it brings a distance to another length, and where it keeps silent."""

import pytest

from zerosum.recipe.resolve import resolve
from zerosum.training import forecast as module
from zerosum.training.forecast import Experience, expected, fall, forecast, nearest, slope


def run(shown=10_000, fd=100.0, system="r1gan", images=600, shape=(1, 64, 64), name="faces"):
    return Experience(system, name, images, shape, shown, "imagenet", fd)


def made(shape=(1, 64, 64), system="r1gan", batch=10):
    return resolve(system, {}, {"source": "x", "name": "x", "shape": shape}, "image", (f"batch_size={batch}",))


def test_the_distance_falls_as_a_power_of_the_images_shown():
    runs = [run(1_000, 400.0), run(4_000, 200.0)]
    assert slope(runs) == pytest.approx(0.5)
    assert expected(runs, 16_000, 0.5) == pytest.approx(100.0)
    assert expected(runs, 4_000, 0.5) == pytest.approx(200.0)
    assert expected(runs, 250, 0.5) == pytest.approx(800.0)


def test_of_runs_as_long_the_median_is_told():
    runs = [run(1_000, fd) for fd in (100.0, 110.0, 900.0)]
    assert expected(runs, 1_000, 0.5) == pytest.approx(110.0)


def test_runs_of_one_length_fall_as_other_sets_do():
    own, other = [run(1_000, 50.0)], [run(1_000, 80.0, name="emoji"), run(16_000, 20.0, name="emoji")]
    assert fall([*own, *other], own) == pytest.approx(0.5)
    assert fall(own, own) == module.TYPICAL


def test_a_distance_that_grew_is_not_foretold_to_grow():
    assert slope([run(1_000, 50.0), run(10_000, 70.0)]) == 0.0


def test_the_line_says_what_it_speaks_of():
    line = forecast(made(), 700, 1_000, [run(10_000, 123.4), run(2_500, 246.8)])
    assert line == "forecast: Frechet distance about 120 (imagenet), as faces (600 of 64x64); x0.71 in twice the time"


@pytest.mark.parametrize(
    "recipe, images, rounds",
    [
        (made(system="dcgan"), 600, 1_000),
        (made(shape=(1, 8, 8)), 600, 1_000),
        (made(shape=(2,)), 600, 1_000),
        (made(shape=(3, 512, 512)), 600, 1_000),
        (made(), 600_000, 1_000),
        (made(), 600, 10),
        (made(), 600, 100_000),
    ],
    ids=["system", "kind", "points", "pixels", "images", "shorter", "longer"],
)
def test_it_keeps_silent_where_nothing_was_like_it(recipe, images, rounds):
    assert forecast(recipe, images, rounds, [run()]) is None


def test_the_nearest_set_speaks_and_of_equals_the_one_of_as_many_channels():
    known = [run(name="far", shape=(1, 32, 32)), run(name="grey"), run(name="colour", shape=(3, 64, 64))]
    assert [row.set for row in nearest(made((3, 64, 64)), 600, known)] == ["colour"]
    assert [row.set for row in nearest(made((1, 64, 64)), 600, known)] == ["grey"]


def test_the_table_of_the_package_speaks_of_digits():
    recipe = resolve("r1gan", {}, {"source": "digits", "name": "digits", "shape": (1, 8, 8)}, "tiny", ())
    assert "as digits (1,437 of 8x8)" in forecast(recipe, 1437, 8_000)
