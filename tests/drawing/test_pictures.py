"""Pictures: exact pixels where they are promised, marks in the right places where they are drawn."""

import math

import numpy as np
import pytest
import torch
from PIL import Image

from zerosum._version import __version__
from zerosum.drawing.axis import Axis, ticks, widened
from zerosum.drawing.canvas import dashes
from zerosum.drawing.pictures import (
    BETWEEN,
    DARKER,
    LIGHT,
    game_1d,
    grid,
    points_picture,
    read_metadata,
    save,
    scatter,
    shown,
)
from zerosum.drawing.plots import DISCRIMINATOR, GENERATOR
from zerosum.errors import UserError

DOT = tuple(round(0.65 * part + 0.35 * 255) for part in GENERATOR)


def pixels(image):
    return np.asarray(image)


def has(image, colour, tolerance=12):
    return (np.abs(pixels(image.convert("RGB")).astype(int) - colour).max(axis=2) <= tolerance).any()


def near(image, x, y, colour, reach=1):
    part = image.crop((round(x) - reach, round(y) - reach, round(x) + reach + 1, round(y) + reach + 1))
    return has(part, colour, 20)


def test_grid_holds_every_pixel():
    images = torch.arange(3 * 2 * 2, dtype=torch.uint8).reshape(3, 1, 2, 2)
    image = grid(images, columns=2, scale=3, pad=1)
    assert image.mode == "L"
    assert image.size == (2 * 7 + 1, 2 * 7 + 1)
    sheet = pixels(image)
    for index, (top, left) in enumerate([(1, 1), (1, 8), (8, 1)]):
        expected = np.kron(images[index, 0].numpy(), np.ones((3, 3), dtype=np.uint8))
        assert (sheet[top : top + 6, left : left + 6] == expected).all()
        sheet = sheet.copy()
        sheet[top : top + 6, left : left + 6] = BETWEEN
    assert (sheet == BETWEEN).all()


def test_grid_keeps_channels_apart():
    image = grid(torch.tensor([10, 20, 30], dtype=torch.uint8).reshape(1, 3, 1, 1), scale=4, pad=0)
    assert image.size == (4, 4)
    assert image.getpixel((3, 3)) == (10, 20, 30)


def test_see_through_images_are_shown_on_a_checkerboard():
    images = torch.zeros(2, 4, 32, 48, dtype=torch.uint8)
    images[1] = torch.tensor([200, 100, 0, 255], dtype=torch.uint8)[:, None, None]
    images[1, 3, :, 24:] = 51
    picture = grid(images, columns=1, scale=2, pad=2)
    assert (picture.mode, picture.size, picture.getpixel((0, 0))) == ("RGB", (100, 134), (BETWEEN,) * 3)
    tile = np.asarray(picture)[2:66, 2:98]
    squares = tile.reshape(8, 8, 12, 8, 3).swapaxes(1, 2)
    assert (squares == squares[:, :, :1, :1]).all(), "8 squares along the shorter side"
    rows, columns = np.indices((8, 12))
    assert (squares[:, :, 0, 0, 0] == np.where((rows + columns) % 2, DARKER, LIGHT)).all()
    assert picture.getpixel((10, 80)) == (200, 100, 0)
    assert picture.getpixel((2 + 50, 68)) == (round(200 * 0.2 + LIGHT * 0.8), round(100 * 0.2 + LIGHT * 0.8), 204)


def test_shown_is_opaque():
    assert shown(Image.new("L", (8, 8), 9)).getpixel((0, 0)) == (9, 9, 9)
    clear = shown(Image.new("LA", (16, 16), (9, 0)))
    assert (clear.mode, clear.getpixel((0, 0)), clear.getpixel((2, 0))) == ("RGB", (LIGHT,) * 3, (DARKER,) * 3)


@pytest.mark.parametrize("side", [8, 28, 32, 43, 64, 128, 256])
@pytest.mark.parametrize("count", [1, 10, 64, 100])
def test_grid_is_seen_well_by_default(side, count):
    image = grid(torch.zeros(count, 1, side, side, dtype=torch.uint8))
    columns = min(count, math.ceil(math.sqrt(count)), (1600 - 2) // (side + 2))
    assert (image.width - 2) / columns - 2 >= 48
    assert image.width <= 1600


@pytest.mark.parametrize(
    "images", [torch.zeros(2, 1, 4, 4), torch.zeros(2, 2, 4, 4).byte(), torch.zeros(0, 1, 4, 4).byte(), torch.zeros(4)]
)
def test_grid_refuses_what_is_no_image(images):
    with pytest.raises(UserError, match="uint8"):
        grid(images)


def test_grid_refuses_a_negative_scale():
    with pytest.raises(UserError, match="scale"):
        grid(torch.zeros(2, 1, 4, 4).byte(), scale=-1)


def test_metadata_survive(tmp_path):
    about = {"run": "runs/ünï", "seed": 3, "controls": {"label": [1, 2]}}
    path = save(Image.new("L", (4, 4)), tmp_path / "new" / "a.png", metadata=about)
    assert read_metadata(path) == {"version": __version__, **about}
    assert [file.name for file in path.parent.iterdir()] == ["a.png"]


def test_no_metadata_are_empty(tmp_path):
    assert read_metadata(save(Image.new("L", (4, 4)), tmp_path / "a.png")) == {}
    (tmp_path / "b.png").write_bytes(b"no picture")
    with pytest.raises(UserError, match=r"b\.png"):
        read_metadata(tmp_path / "b.png")


def test_save_names_the_remedy(tmp_path):
    with pytest.raises(UserError, match=r"name it a\.png"):
        save(Image.new("L", (4, 4)), tmp_path / "a.jpg")


def test_a_failed_save_leaves_the_old_picture(tmp_path, monkeypatch):
    path = save(Image.new("L", (4, 4), 7), tmp_path / "a.png")

    def half(self, target, **options):
        target.write_bytes(b"half")
        raise OSError("disk full")

    monkeypatch.setattr(Image.Image, "save", half)
    with pytest.raises(OSError, match="disk full"):
        save(Image.new("L", (4, 4), 9), path)
    assert [file.name for file in tmp_path.iterdir()] == ["a.png"]
    assert Image.open(path).getpixel((0, 0)) == 7


def test_scatter_puts_points_where_they_are():
    corners = torch.tensor([[-1.0, -1], [1, 1]])
    image = scatter(torch.tensor([[1.0, -1.0]]), corners, size=600)
    half = 600 / 2 / 1.2 * (1 / 0.998)  # the frame is 1.2 times the 0.1 % to 99.9 % range
    x, y = 52 + 300 + half, 44 + 300 + half
    assert near(image, x, y, DOT)
    assert not near(image, x, 44 + 300 - half, DOT)


def test_scatter_frame_is_that_of_the_real_points():
    real = torch.randn(500, 2, generator=torch.Generator().manual_seed(0))
    inside, outside = scatter(real[:1], real), scatter(torch.full((1, 2), 50.0), real)
    assert inside.size == outside.size
    assert has(inside.crop((52, 44, 692, 684)), DOT, 20)
    assert not has(outside.crop((52, 44, 692, 684)), DOT, 20)


def test_scatter_draws_hard_cases():
    for points in (torch.zeros(5, 2), torch.full((3, 2), math.nan), torch.zeros(0, 2)):
        assert scatter(points).size == (708, 724)
    with pytest.raises(UserError, match="N, 2"):
        scatter(torch.zeros(5, 3))


def test_game_1d_draws_each_part():
    x = torch.linspace(-4, 4, 200)
    density = torch.exp(-0.5 * x**2) / math.sqrt(2 * math.pi)
    samples = torch.randn(500, generator=torch.Generator().manual_seed(0))
    z = torch.linspace(-2, 2, 100)
    bare = game_1d(samples, p_data=(x, density))
    full = game_1d(samples, p_data=(x, density), discriminator=(x, density / (density + 0.2)), mapping=(z, z * 1.2))
    assert has(bare, GENERATOR)
    assert not has(bare, DISCRIMINATOR)
    assert has(full, DISCRIMINATOR)
    assert full.height > bare.height


def test_game_1d_draws_hard_cases():
    for samples in (torch.zeros(50), torch.tensor([math.nan]), torch.zeros(0, 1), torch.ones(1)):
        assert game_1d(samples, mapping=(torch.zeros(3), torch.zeros(3))).mode == "RGB"
    assert game_1d(torch.randn(50), real=torch.zeros(50, 1)).mode == "RGB"


@pytest.mark.parametrize("dimensions", [1, 2, 5])
def test_points_picture_of_points(dimensions):
    points = torch.randn(40, dimensions, generator=torch.Generator().manual_seed(0))
    assert has(points_picture(points, points * 2), DOT if dimensions > 1 else GENERATOR, 20)


def test_no_plot_is_made_of_what_are_no_points():
    with pytest.raises(UserError, match="no plot"):
        points_picture(torch.zeros(4, 3, 8))


def test_axis_and_ticks():
    axis = Axis(0, 10, 100, 0)
    assert axis.at([0, 5, 10]).tolist() == [100, 50, 0]
    assert ticks(-1.1, 1.1, 4) == [-1, -0.5, 0, 0.5, 1]
    assert ticks(0, 20000, 4) == [0, 5000, 10000, 15000, 20000]
    assert widened(2, 2) == (1, 3)


def test_dashes_have_their_lengths():
    pieces = dashes(np.array([[0.0, 0], [3, 0], [3, 4]]), 2, 1)
    assert [np.hypot(*np.diff(piece, axis=0).T).sum() for piece in pieces] == pytest.approx([2, 2, 1])
    assert pieces[1].tolist() == [[3, 0], [3, 2]]


def test_points_in_many_dimensions_are_drawn_even_when_few_or_broken():
    for points in (torch.zeros(1, 4), torch.full((3, 4), math.nan), torch.zeros(0, 3)):
        assert points_picture(points).mode == "RGB"
