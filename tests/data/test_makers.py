import numpy as np
import pytest
import torch
from PIL import Image, ImageFilter

from zerosum.data import holes
from zerosum.data.channels import grey
from zerosum.data.dataset import images_inside, images_outside
from zerosum.data.edges import outlines
from zerosum.data.keyed_random import keys_for
from zerosum.data.makers import HOLES, maker
from zerosum.data.names import MAKERS
from zerosum.errors import UserError

KEYS = keys_for(0, torch.arange(500))


def smooth_images(count: int = 3, side: int = 32) -> torch.Tensor:
    """Colour images without sharp borders, uint8."""
    random = np.random.default_rng(0)
    coarse = [Image.fromarray(random.integers(0, 256, (5, 5, 3), dtype=np.uint8)) for _ in range(count)]
    pixels = [np.array(image.resize((side, side), Image.Resampling.BICUBIC)) for image in coarse]
    return torch.from_numpy(np.stack(pixels)).permute(0, 3, 1, 2)


REAL = images_inside(smooth_images())


@pytest.mark.parametrize("name", [*MAKERS, "small:2", "masked:centre", "masked:box", "masked:free", "noisy:0.3"])
def test_sources_are_images_of_the_size_of_their_targets(name: str) -> None:
    made = maker(name)
    found = made.make(REAL, KEYS[:3])
    assert found["x"].shape == (3, made.channels(3), 32, 32)
    assert found["x"].dtype == torch.float32
    assert found["x"].abs().max() <= 1
    assert ("mask" in found) == name.startswith("masked")
    again = made.make(REAL, KEYS[:3])
    assert all(torch.equal(found[key], again[key]) for key in found)
    one = made.make(REAL[1:2], KEYS[1:2])
    torch.testing.assert_close(one["x"], found["x"][1:2], atol=2 / 255, rtol=0)


@pytest.mark.parametrize("name", ["grey", "small", "noisy:0.1", "blurred:2", "masked:box"])
def test_grey_images_can_be_targets_too(name: str) -> None:
    assert maker(name).make(REAL[:, :1], KEYS[:3])["x"].shape == (3, 1, 32, 32)


@pytest.mark.parametrize("name", [*MAKERS])
def test_alpha_of_targets_is_in_their_sources_or_on_white(name: str) -> None:
    clear = torch.cat([REAL, torch.full_like(REAL[:, :1], -1.0)], 1)
    clear[:, 3:, :, 16:] = 1
    clear[:, :3, :, :16] = -1
    made = maker(name)
    x = made.make(clear, KEYS[:3])["x"]
    assert x.shape == (3, made.channels(4), 32, 32)
    if name in ("grey", "edges"):
        assert (x[:, :, :, :14] == 1).all(), "nothing is white"
    if name in ("small", "blurred"):
        colour, alpha = x[:, :3, 8:-8, 8:24], x[:, 3:, 8:-8, 8:24]
        half = ((alpha > -0.8) & (alpha < 0)).expand_as(colour)
        assert half.any()
        assert colour[half].mean() > -0.6, "no dark fringes"


def test_grey_is_pillows_luma() -> None:
    pixels = smooth_images()
    found = images_outside(maker("grey").make(images_inside(pixels), KEYS[:3])["x"])[:, 0]
    expected = [np.array(Image.fromarray(image.permute(1, 2, 0).numpy()).convert("L")) for image in pixels]
    assert (found.int() - torch.from_numpy(np.stack(expected)).int()).abs().max() <= 1
    assert torch.equal(grey(REAL[:, :1]), REAL[:, :1])


def test_small_images_are_pillows_and_keep_the_mean_but_not_the_detail() -> None:
    pixels = smooth_images()
    found = images_outside(maker("small:4").make(images_inside(pixels), KEYS[:3])["x"])
    for image, ours in zip(pixels, found, strict=True):
        pillow = Image.fromarray(image.permute(1, 2, 0).numpy())
        back = pillow.resize((8, 8), Image.Resampling.BICUBIC).resize((32, 32), Image.Resampling.BICUBIC)
        # Pillow's bicubic has a = -0.5 and torch's a = -0.75 on the way up: near, not equal.
        assert (ours.float() - torch.from_numpy(np.array(back)).permute(2, 0, 1).float()).abs().mean() < 3
    noise = images_inside(torch.randint(0, 256, (1, 3, 32, 32), generator=torch.Generator().manual_seed(0)))
    blurred = maker("small:4").make(noise, KEYS[:1])["x"]
    assert blurred.mean() == pytest.approx(float(noise.mean()), abs=0.02)
    assert blurred.std() < 0.35 * noise.std()


def test_blur_is_a_gaussian() -> None:
    line = torch.full((1, 1, 21, 21), -1.0)
    line[:, :, :, 10] = 1
    found = (maker("blurred:2").make(line, KEYS[:1])["x"][0, 0, 10] + 1) / 2
    column = torch.arange(21.0) - 10
    assert found.sum() == pytest.approx(1, abs=0.02)
    assert (found * column**2).sum() / found.sum() == pytest.approx(4, abs=0.3)
    sharp = Image.fromarray(smooth_images(1)[0, 0].numpy())
    pillow = torch.from_numpy(np.array(sharp.filter(ImageFilter.GaussianBlur(2)))).float()
    ours = images_outside(maker("blurred:2").make(REAL[:1, :1], KEYS[:1])["x"])[0, 0].float()
    assert (ours - pillow)[6:-6, 6:-6].abs().max() <= 3


def test_noise_has_the_deviation_asked_for_and_differs_from_sample_to_sample() -> None:
    flat = torch.zeros(100, 1, 16, 16)
    noise = maker("noisy:0.1").make(flat, KEYS[:100])["x"]
    assert noise.std() == pytest.approx(2 * 0.1, rel=0.02)
    assert torch.corrcoef(noise.flatten(1))[0, 1:].abs().max() < 0.35


def test_a_hole_is_filled_with_nothing_and_the_rest_untouched() -> None:
    found = maker("masked").make(REAL, KEYS[:3])
    hole = found["mask"].expand_as(REAL) == 1
    assert not found["x"][hole].any()
    assert torch.equal(found["x"][~hole], REAL[~hole])


@pytest.mark.parametrize(("height", "width"), [(32, 32), (28, 28), (24, 40)])
@pytest.mark.parametrize("kind", HOLES)
def test_holes_leave_most_of_the_image_and_take_some(kind: str, height: int, width: int) -> None:
    mask = HOLES[kind](KEYS, height, width)
    assert mask.shape == (500, 1, height, width)
    assert set(mask.unique().tolist()) == {0.0, 1.0}
    share = mask.mean((1, 2, 3))
    assert share.min() > 0.01
    assert share.max() < 0.75
    assert 0.1 < share.mean() < 0.3
    if kind != "centre":
        assert len(mask.flatten(1).unique(dim=0)) > 450
        assert (mask.mean(0)[0, 1:-1, 1:-1] > 0).all()  # no pixel but at the border is always known


def test_the_hole_in_the_middle_is_a_quarter_of_the_image() -> None:
    mask = holes.centre(KEYS[:2], 32, 28)
    assert mask.mean() == 0.25
    assert torch.equal(mask, mask.flip(2).flip(3))


def test_boxes_are_rectangles_inside_the_image() -> None:
    for mask in holes.box(KEYS[:100], 28, 28)[:, 0]:
        rows, columns = mask.amax(1).nonzero()[:, 0], mask.amax(0).nonzero()[:, 0]
        inside = mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        assert inside.all()
        assert all(7 <= side <= 14 for side in inside.shape)


def test_half_of_the_holes_are_boxes() -> None:
    mixed, boxes = holes.either(KEYS, 28, 28), holes.box(KEYS, 28, 28)
    same = (mixed == boxes).flatten(1).all(1)
    assert same.float().mean() == pytest.approx(0.5, abs=0.1)
    assert torch.equal(mixed[~same], holes.free(KEYS, 28, 28)[~same])


def test_outlines_are_thin_lines_where_the_steps_are() -> None:
    image = torch.full((1, 3, 20, 20), -1.0)
    image[:, :, 5:15, 6:16] = 1
    found = outlines(image)[0, 0]
    ink = found < 0
    assert ink.sum() <= 4 * 12  # one pixel wide
    assert ink[9].nonzero()[:, 0].tolist() in ([5, 15], [6, 15], [5, 16], [6, 16])
    assert not ink[:3].any()
    assert found.max() == 1
    assert torch.equal(outlines(torch.zeros(1, 3, 9, 9)), torch.ones(1, 1, 9, 9))


def test_outlines_see_a_step_between_colours_of_equal_luma() -> None:
    image = torch.zeros(1, 3, 12, 12)
    image[:, 0, :, 6:], image[:, 1, :, 6:] = 0.8, -0.8 * 0.299 / 0.587
    assert grey(image).abs().max() < 1e-6
    assert (outlines(image) < 0).any()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("gray", "no pair maker 'gray'.*grey"),
        ("small:1", "a number from 2 to 16, such as small:4"),
        ("small:2.5", "a whole number"),
        ("noisy:lots", "a number from 0.01 to 1"),
        ("noisy:nan", "a number from 0.01 to 1"),
        ("masked:center", "no holes 'center'.*centre"),
        ("edges:3", "edges takes no option"),
    ],
)
def test_wrong_words_are_explained(words: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        maker(words)
