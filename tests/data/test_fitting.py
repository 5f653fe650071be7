import numpy as np
import pytest
from PIL import Image

from zerosum.data.fitting import fit


def test_centre_crop_and_untouched_pixels() -> None:
    values = np.random.default_rng(0).integers(0, 256, (8, 14), dtype=np.uint8)
    assert np.array_equal(fit(Image.fromarray(values[:, 3:11]), 8, 1)[0], values[:, 3:11])
    wide = np.zeros((8, 24), np.uint8)
    wide[:, 8:16] = 200
    assert (fit(Image.fromarray(wide), 4, 1) == 200).all()
    assert (fit(Image.fromarray(wide.T), 4, 1) == 200).all()


@pytest.mark.parametrize(("mode", "white"), [("L", [255]), ("RGB", [255, 255, 255]), ("RGBA", [0, 0, 0, 0])])
def test_padding_keeps_the_whole_on_white_or_nothing(mode, white) -> None:
    image = Image.new("RGB", (24, 12), (90, 90, 90)).convert(mode)
    pixels = fit(image, (16, 16), len(white), "pad")
    assert pixels.shape == (len(white), 16, 16)
    assert (pixels[:, 4:12].max(), pixels[:, 4:12][0].min()) == (90 if mode != "RGBA" else 255, 90)
    for rows in (pixels[:, :4], pixels[:, 12:]):
        assert rows.reshape(len(white), -1).T.tolist() == [white] * 64
    upright = fit(image.rotate(90, expand=True), (16, 16), len(white), "pad")
    assert np.array_equal(upright, pixels.transpose(0, 2, 1))
    assert fit(Image.new("I;16", (24, 12), 257 * 9), (16, 16), 1, "pad")[0, [0, 8], 0].tolist() == [255, 9]


def test_stretching_takes_every_column_out_of_proportion() -> None:
    halves = np.zeros((8, 32), np.uint8)
    halves[:, 16:] = 200
    pixels = fit(Image.fromarray(halves), (8, 16), 1, "stretch")[0]
    assert (pixels[:, :5].max(), pixels[:, 11:].min(), pixels.shape) == (0, 200, (8, 16))


def test_a_rectangle_is_cropped_to_its_proportions() -> None:
    bands = np.repeat(np.arange(12, dtype=np.uint8)[:, None], 12, axis=1)
    assert fit(Image.fromarray(bands), (8, 12), 1)[0, :, 0].tolist() == list(range(2, 10))


def test_hidden_colours_leave_no_fringes() -> None:
    image = np.zeros((32, 32, 4), np.uint8)
    image[:, 16:] = 250, 0, 0, 255
    image[:, :16] = 0, 250, 0, 0  # green that nobody sees
    pixels = fit(Image.fromarray(image), 8, 4).astype(int)
    # Of an alpha of a few 255ths colours are as coarse.
    seen = pixels[:, pixels[3] > 9]
    assert (abs(seen[0] - 250) <= 10).all()
    assert (pixels[1] == 0).all(), "not even where next to nothing is seen"
    assert (pixels[:3, pixels[3] == 0] == 0).all()
    assert ((pixels[3] > 9) & (pixels[3] < 240)).any(), "the border is half see-through"


def test_resizing_does_not_alias() -> None:
    stripes = np.zeros((64, 64), np.uint8)
    stripes[:, ::2] = 254
    assert (
        np.abs(fit(Image.fromarray(stripes), 8, 1).astype(int) - 127).max() <= 8
    )  # at the border; every second pixel would be 127 away
