"""Tiles: they cover, they fade, and they make what the whole image makes."""

import itertools

import pytest
import torch

from systems.translations import game
from zerosum.errors import UserError
from zerosum.networks.norms import frozen, normalisations
from zerosum.tasks.translation import tiles


@pytest.fixture
def picture():
    """A picture whose parts differ: dark on one side, bright and noisy on the other."""
    random = torch.Generator().manual_seed(1)
    down, across = torch.meshgrid(torch.linspace(0, 1, 150), torch.linspace(0, 1, 203), indexing="ij")
    noise = torch.rand(150, 203, generator=random) * across
    return ((across * 0.6 + 0.3 * noise + 0.1 * (9 * down).sin()) * 200).to(torch.uint8)[None, None]


@pytest.fixture
def small(monkeypatch):
    """Images are large here, so that tests need no large ones."""
    monkeypatch.setattr(tiles, "WHOLE", 2000)
    monkeypatch.setattr(tiles, "UNIT", 16)


@pytest.mark.parametrize("length", [1, 64, 65, 96, 97, 200, 1500, 2000])
@pytest.mark.parametrize(("side", "overlap", "unit"), [(64, 32, 32), (96, 40, 8), (512, 128, 64)])
def test_tiles_cover_and_each_pixel_is_one_tiles_own(length, side, overlap, unit):
    found = tiles.spans(length, side=side, overlap=overlap, unit=unit)
    owned = [pixel for span in found for pixel in range(span.first, span.last)]
    assert owned == list(range(length))
    for span, after in itertools.pairwise(found):
        assert span.stop - after.start == overlap
        assert after.start % unit == 0
    assert max(span.stop - span.start for span in found) < side + unit


@pytest.mark.parametrize("ramp", [1, 8, 16])
def test_what_tiles_count_sums_to_one(ramp):
    found = tiles.spans(300, side=96, overlap=32, unit=8)
    total = torch.zeros(300)
    for number, span in enumerate(found):
        weight = tiles.fade(found, number, ramp)
        assert ((weight >= 0) & (weight <= 1)).all()
        total[span.start : span.stop] += weight
    assert torch.allclose(total, torch.ones(300))


@pytest.mark.parametrize("settings", [(), ("generator.levels=0", "generator.fold=2"), ("generator.padding=reflect",)])
def test_tiles_make_what_the_whole_image_makes(small, picture, settings):
    made = game("cyclegan", *settings).eval()
    whole = tiles.translate(made, picture, side=0)
    shares = []
    tiled = tiles.translate(made, picture, side=96, told=shares.append)
    assert whole.shape == tiled.shape == (1, 1, 150, 203)
    # Exact but for the last bits of sums.
    assert (tiled - whole).abs().max() < 1e-4
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1)
    assert whole.std() > 0.05


def test_without_the_statistics_of_the_whole_there_would_be_seams(small, picture, monkeypatch):
    made = game("cyclegan").eval()
    whole = tiles.translate(made, picture, side=0)
    monkeypatch.setattr(tiles.Tiled, "passed", lambda self, game: [])
    assert (tiles.translate(made, picture, side=96) - whole).abs().max() > 10 / 255


def test_statistics_are_forgotten_afterwards(small, picture):
    made = game("cyclegan").eval()
    before = made.translate(torch.zeros(1, 1, 8, 8) + 0.3)
    tiles.translate(made, picture, side=96)
    assert all(norm.frozen is None and norm.measurement is None for norm in normalisations(made).values())
    assert torch.equal(before, made.translate(torch.zeros(1, 1, 8, 8) + 0.3))
    with frozen(made, {}):
        pass


def test_the_way_back_is_tiled_too(small, picture):
    made = game("cyclegan", "identity_weight=0", source=(1, 8, 8), shape=(3, 8, 8)).eval()
    colour = picture.expand(-1, 3, -1, -1)
    tiled = tiles.translate(made, colour, direction="backward", side=96)
    assert tiled.shape == (1, 1, 150, 203)
    assert (tiled - tiles.translate(made, colour, direction="backward", side=0)).abs().max() < 1e-4


def test_what_is_known_is_not_touched_by_tiles(small, picture):
    made = game("inpainting").eval()
    mask = torch.zeros_like(picture)
    mask[:, :, 60:90, 80:140] = 1
    filled = tiles.translate(made, picture, mask=mask, side=96)
    outside = ((filled + 1) * 127.5).round().to(torch.uint8)
    assert torch.equal(outside[mask == 0], picture[mask == 0])
    blacked = tiles.translate(made, picture * (1 - mask), mask=mask, side=96)
    assert torch.equal(filled, blacked), "what lies in the hole must not be seen"


def test_a_hole_wider_than_a_tile_is_guessed_from_the_whole_image(small, picture):
    made = game("inpainting").eval()
    mask = torch.zeros_like(picture)
    mask[:, :, 20:130, 30:170] = 1
    whole = tiles.translate(made, picture, mask=mask, side=0)
    assert (tiles.translate(made, picture, mask=mask, side=96) - whole).abs().max() < 1e-4
    unguessed = tiles.translate(game("inpainting", "guess=grey").eval(), picture, mask=mask, side=0)
    assert (whole - unguessed)[:, :, 20:130, 30:170].abs().mean() > 0.1


@pytest.mark.parametrize("side", [1, 7])
def test_tiles_that_are_too_small_are_refused(small, picture, side):
    with pytest.raises(UserError, match=f"tiles of {side} pixels are too small: use 32 or more"):
        tiles.translate(game("cyclegan"), picture, side=side)
