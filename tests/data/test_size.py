import pytest

from zerosum.data.size import choose_size, power_of_two, sides, written
from zerosum.errors import UserError


@pytest.mark.parametrize(
    ("asked", "size"),
    [(64, (64, 64)), ("64", (64, 64)), ("96x64", (64, 96)), (" 96X64 ", (64, 96)), ((64, 96), (64, 96)), (1, (1, 1))],
)
def test_what_users_write(asked, size) -> None:
    assert sides(asked) == size


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ("big", r"^size is 'big': use pixels a side, such as 64, or WIDTHxHEIGHT, such as 96x64$"),
        ("96x", "size is '96x'"),
        ("96*64", "WIDTHxHEIGHT"),
        ("6.5", "WIDTHxHEIGHT"),
        (6.5, "WIDTHxHEIGHT"),
        (True, "WIDTHxHEIGHT"),
        ((1, 2, 3), "WIDTHxHEIGHT"),
        ("-3", r"^size is -3: use 1 to 4096 pixels a side$"),
        (0, "size is 0: use 1"),
        ("5000x64", r"^size is 5000x64: use 1 to 4096 pixels a side$"),
    ],
)
def test_what_is_no_size_is_said_in_one_line(asked, message) -> None:
    with pytest.raises(UserError, match=message):
        sides(asked)


def test_a_recipe_has_one_form_of_it() -> None:
    assert (written((64, 64)), written((64, 96))) == (64, "96x64")
    assert all(sides(written(size)) == size for size in ((64, 64), (64, 96)))


@pytest.mark.parametrize(
    ("short_sides", "size"),
    [([64], 64), ([72], 64), ([127], 64), ([128, 16, 500], 128), ([3], 8), ([1], 8), ([4000], 256), ([100, 31], 64)],
)
def test_power_of_two(short_sides: list[int], size: int) -> None:
    assert power_of_two(short_sides) == size


@pytest.mark.parametrize(
    ("sizes", "size", "rule"),
    [
        ([(64, 60)] * 3, (60, 64), "their own"),
        ([(256, 8)], (8, 256), "their own"),
        ([(62, 60)], (32, 32), "their aspect"),
        ([(260, 260)], (256, 256), "their aspect"),
        ([(4, 4)], (8, 8), "their aspect"),
        # The short side 64 or 256, the long one 4 : 3 of it and a multiple of 4; at most 256, where both shrink.
        ([(1000, 750), (100, 75), (80, 60)], (64, 84), "their aspect"),
        ([(75, 100)] * 2, (84, 64), "their aspect"),
        ([(4000, 3000)], (192, 256), "their aspect"),
        ([(3000, 100)], (8, 256), "their aspect"),
        # Three of four are within a tenth of the median aspect, two of three are not enough.
        ([(96, 64), (96, 64), (100, 64), (64, 96)], (64, 96), "their aspect"),
        ([(96, 64), (96, 64), (64, 96)], (64, 64), "a square"),
    ],
)
def test_the_size_that_images_get_by_themselves(sizes, size, rule) -> None:
    found = choose_size(None, sizes)
    assert (found.size, found.rule[: len(rule)]) == (size, rule)
    assert choose_size("20x10", sizes) == type(found)((10, 20), "as asked")
