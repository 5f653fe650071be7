"""Pictures in and out: turned, deep, see-through, with what their files tell."""

import io
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageCms

from zerosum.data.bad_image import BadImageError
from zerosum.tasks.translation import photo

COLOURS = np.random.default_rng(0).integers(0, 256, (12, 16, 3), dtype=np.uint8)
MAKER, ORIENTATION, DETAILS, TAKEN, PLACE = 271, 274, 34665, 36867, 34853


def content(image, kind="PNG", **options) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def through(data: bytes, name: str, channels: int = 3) -> Image.Image:
    """The file that a picture becomes when nothing is changed."""
    shot, path = photo.read(data, channels), Path(name)
    return Image.open(io.BytesIO(photo.encoded(photo.developed(shot.inside, shot, path), shot, path)))


def exif() -> Image.Exif:
    told = Image.Exif()
    told[MAKER], told[ORIENTATION] = "Maker", 6
    told.get_ifd(DETAILS)[TAKEN] = "2020:01:01 00:00:00"
    told.get_ifd(PLACE)[1] = "N"
    return told


@pytest.mark.parametrize(("kind", "name"), [("PNG", "a.png"), ("TIFF", "a.tif"), ("BMP", "a.png")])
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_pixels_come_back(kind, name, mode):
    image = Image.fromarray(COLOURS).convert(mode)
    assert np.array_equal(np.asarray(through(content(image, kind), name, len(image.getbands()))), np.asarray(image))


@pytest.mark.parametrize(
    ("kind", "name"), [("JPEG", "a.jpg"), ("PNG", "a.png"), ("WEBP", "a.webp"), ("TIFF", "a.tiff")]
)
def test_exif_is_kept_and_the_picture_upright(kind, name):
    back = through(content(Image.fromarray(COLOURS), kind, exif=exif().tobytes()), name)
    told = back.getexif()
    assert back.size == (12, 16)
    assert told[MAKER] == "Maker"
    assert ORIENTATION not in told
    assert told.get_ifd(DETAILS)[TAKEN] == "2020:01:01 00:00:00"
    assert told.get_ifd(PLACE)[1] == "N"


def test_damaged_exif_does_not_cost_the_picture():
    data = content(Image.fromarray(COLOURS), "PNG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff")
    assert photo.read(data, 3).pixels.shape == (3, 12, 16)


@pytest.mark.parametrize("channels", [1, 3])
def test_alpha_is_set_aside_and_put_back(channels):
    image = Image.fromarray(COLOURS).convert("RGBA")
    image.putalpha(Image.fromarray(np.arange(192, dtype=np.uint8).reshape(12, 16)))
    shot = photo.read(content(image), channels)
    assert shot.pixels.shape == (channels, 12, 16)
    assert shot.pixels[:, 0, 0].tolist() == [255] * channels, "what cannot be seen is white, as in training"
    back = through(content(image), "a.png", channels)
    assert back.mode == {1: "LA", 3: "RGBA"}[channels]
    assert np.array_equal(np.asarray(back.getchannel("A")), np.asarray(image.getchannel("A")))


def test_a_generator_that_knows_alpha_gets_it_and_keeps_its_own(tmp_path):
    clear = np.dstack([COLOURS, np.full(COLOURS.shape[:2], 200, np.uint8)])
    clear[:4, :, 3] = 0
    shot = photo.read(content(Image.fromarray(clear)), 4)
    assert (shot.pixels.shape, shot.alpha) == ((4, 12, 16), None)
    assert (shot.pixels[:, :4] == 0).all()
    assert np.array_equal(shot.pixels[:, 4:].permute(1, 2, 0), clear[4:])
    assert photo.read(content(Image.fromarray(COLOURS)), 4).pixels[3].unique().tolist() == [255]
    assert photo.read(content(Image.new("I;16", (4, 4), 65535)), 4).pixels.unique().tolist() == [1]
    back = through(content(Image.fromarray(clear)), "a.png", 4)
    assert (back.mode, np.array_equal(np.asarray(back)[4:], clear[4:])) == ("RGBA", True)
    assert through(content(Image.fromarray(clear)), "a.jpg", 4).mode == "RGB"
    # One that takes no alpha but makes some: what was set aside is not put back over it.
    flat = photo.read(content(Image.fromarray(clear)), 3)
    made, kept = photo.off_white(shot.inside, flat)
    assert (len(made), kept.alpha) == (4, None)


def test_the_white_is_taken_out_of_what_was_made_on_it():
    alpha = np.full((1, 4), 51, dtype=np.uint8)
    alpha[0, 3] = 0
    image = Image.fromarray(np.full((1, 4, 3), 100, dtype=np.uint8)).convert("RGBA")
    image.putalpha(Image.fromarray(alpha))
    shot = photo.read(content(image), 3)
    on_white = torch.tensor([224.0, 204.0, 255.0, 255.0]).expand(3, 1, 4) / 127.5 - 1
    made, with_alpha = photo.off_white(on_white, shot)
    # (224 - .8 x 255) / .2 = 100; what is as dark as can be is black, and what is as bright, white.
    assert ((made[0, 0] + 1) * 127.5).round().tolist() == [100, 0, 255, 255]
    assert np.array_equal(np.asarray(with_alpha.alpha), alpha)
    larger, with_alpha = photo.off_white(torch.zeros(3, 2, 8), shot)
    assert (larger.shape[1:], with_alpha.alpha.size) == ((2, 8), (8, 2))
    opaque = photo.read(content(image.convert("RGB")), 3)
    assert photo.off_white(on_white, opaque) == (on_white, opaque)


def test_the_first_of_several_pictures_in_a_jpeg_stays_one():
    several = content(Image.fromarray(COLOURS), "MPO", save_all=True, append_images=[Image.fromarray(COLOURS)])
    assert photo.ending(several) == ".jpg"


def test_a_palette_and_its_clear_colour():
    image = Image.fromarray(COLOURS[..., 0] // 128).convert("P")
    back = through(content(image, transparency=0), "a.png")
    assert back.mode == "RGBA"
    assert set(np.unique(np.asarray(back.getchannel("A")))) == {0, 255}


def test_a_format_without_alpha_is_on_white():
    image = Image.new("RGBA", (8, 8), (0, 0, 0, 0))
    back = through(content(image), "a.jpg")
    assert (back.mode, back.getpixel((3, 3))) == ("RGB", (255, 255, 255))


@pytest.mark.parametrize(("kind", "name"), [("PNG", "a.png"), ("TIFF", "a.tif")])
def test_grey_of_16_bits_keeps_every_level(kind, name):
    values = (np.arange(65536).reshape(256, 256)).astype(np.uint16)
    back = through(content(Image.fromarray(values), kind), name, channels=1)
    assert np.array_equal(np.asarray(back), values)
    assert through(content(Image.fromarray(values), kind), name, channels=3).mode == "RGB"
    assert through(content(Image.fromarray(values), kind), "a.jpg", channels=1).mode == "L"


def test_a_range_is_used_on_the_way_in_and_another_on_the_way_out():
    data = content(Image.fromarray(np.array([[0, 1638, 4095, 4100]], np.uint16)))
    shot = photo.read(data, 1, within=(0.0, 4095.0), becomes=(0.0, 1023.0))
    assert np.allclose(shot.pixels.numpy(), [[[-1, -0.2, 1, 1]]])
    assert np.asarray(photo.developed(shot.pixels, shot, Path("a.png"))).tolist() == [[0, 409, 1023, 1023]]
    metres = photo.read(data, 1, within=(0.0, 4095.0), becomes=(-0.5, 2.0))
    assert np.allclose(np.asarray(photo.developed(metres.pixels, metres, Path("a.tiff"))), [[-0.5, 0.5, 2, 2]])
    assert np.asarray(photo.developed(metres.pixels, metres, Path("a.png"))).tolist() == [[0, 26214, 65535, 65535]]


def test_a_colour_profile_is_kept_where_it_fits():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = content(Image.fromarray(COLOURS), icc_profile=profile)
    assert through(data, "a.png").info["icc_profile"] == profile
    assert "icc_profile" not in through(data, "a.png", channels=1).info


def test_how_it_was_made_is_written():
    shot = photo.read(content(Image.fromarray(COLOURS)), 3)
    image = photo.developed(shot.inside, shot, Path("a.png"))
    for name, key in (("a.png", "zerosum"), ("a.jpg", "comment")):
        with Image.open(io.BytesIO(photo.encoded(image, shot, Path(name), "made so"))) as back:
            assert back.info[key] in ("made so", b"made so")


def test_masks_are_white_or_clear():
    white = Image.new("L", (6, 4), 0)
    white.paste(255, (2, 1, 5, 3))
    wanted = torch.zeros(1, 4, 6, dtype=torch.uint8)
    wanted[:, 1:3, 2:5] = 1
    clear = Image.new("RGBA", (6, 4), (255, 255, 255, 255))
    clear.paste((0, 0, 0, 0), (2, 1, 5, 3))
    for image in (white, white.convert("RGB"), white.convert("1"), clear):
        assert torch.equal(photo.read_mask(content(image)), wanted)


@pytest.mark.parametrize(
    ("dtype", "white"),
    [(np.uint8, 1), (np.uint8, 255), (np.uint16, 1), (np.uint16, 255), (np.uint16, 65535), (bool, 1)],
)
def test_masks_of_zeros_and_ones_are_masks(dtype, white):
    mask = np.zeros((3, 4), dtype)
    mask[1] = white
    assert photo.read_mask(content(Image.fromarray(mask)))[0].tolist() == [[0] * 4, [1] * 4, [0] * 4]
    assert photo.read_mask(content(Image.fromarray(np.zeros((3, 4), dtype)))).max() == 0


def test_what_is_no_picture_is_said():
    with pytest.raises(BadImageError, match="not an image"):
        photo.read(b"hello", 3)
    with pytest.raises(BadImageError, match="truncated"):
        photo.read(content(Image.fromarray(COLOURS))[:-30], 3)
