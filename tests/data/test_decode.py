import struct

import numpy as np
import pytest
from PIL import Image

from zerosum.data.bad_image import BadImageError, quiet
from zerosum.data.decode import decode
from zerosum.data.fitting import fit
from zerosum.data.image_file import header, native, see_through
from zerosum.data.size import FITS


def _pixel(content: bytes, channels: int = 3) -> list[int]:
    return decode(content, 8, channels)[:, 4, 4].tolist()


def _new(mode: str, colour: object) -> Image.Image:
    return Image.new(mode, (8, 8), colour)


@pytest.mark.parametrize(
    ("mode", "colour", "kind", "expected"),
    [
        ("1", 1, "PNG", [255, 255, 255]),
        ("L", 77, "PNG", [77, 77, 77]),
        ("LA", (77, 255), "PNG", [77, 77, 77]),
        ("LA", (0, 0), "PNG", [255, 255, 255]),
        ("RGB", (10, 20, 30), "PNG", [10, 20, 30]),
        ("RGBA", (10, 20, 30, 255), "PNG", [10, 20, 30]),
        ("RGBA", (10, 20, 30, 0), "PNG", [255, 255, 255]),
        ("RGBA", (0, 0, 0, 51), "PNG", [204, 204, 204]),
        ("CMYK", (0, 255, 255, 0), "TIFF", [255, 0, 0]),
        ("YCbCr", (128, 128, 128), "TIFF", [128, 128, 128]),
        ("YCbCr", (76, 85, 255), "TIFF", [254, 0, 0]),
        ("I;16", 257 * 77, "PNG", [77, 77, 77]),
        ("I;16", 65535, "TIFF", [255, 255, 255]),
        ("RGB", (10, 20, 30), "WEBP", [10, 20, 30]),
        ("RGB", (10, 20, 30), "BMP", [10, 20, 30]),
        ("RGB", (10, 20, 30), "TGA", [10, 20, 30]),
        ("RGB", (10, 20, 30), "PPM", [10, 20, 30]),
    ],
)
def test_every_mode(mode, colour, kind: str, expected: list[int], encode) -> None:
    options = {"lossless": True} if kind == "WEBP" else {}
    assert _pixel(encode(_new(mode, colour), kind, **options)) == expected


def test_palette_and_its_transparency(encode) -> None:
    image = _new("P", 1)
    image.putpalette([0, 0, 0, 200, 100, 50])
    assert _pixel(encode(image)) == [200, 100, 50]
    assert _pixel(encode(image, transparency=1)) == [255, 255, 255]
    assert _pixel(encode(image, transparency=b"\xff\x33")) == [244, 224, 214]  # 0.2 c + 0.8 * 255


def test_transparent_colour_of_rgb_and_grey(encode) -> None:
    assert _pixel(encode(_new("RGB", (1, 2, 3)), transparency=(1, 2, 3))) == [255, 255, 255]
    assert _pixel(encode(_new("L", 9), transparency=9), channels=1) == [255]


def test_sixteen_bits_are_not_clipped_and_are_rounded_once(encode) -> None:
    values = np.linspace(0, 65535, 64).astype(np.uint16).reshape(8, 8)
    pixels = decode(encode(Image.fromarray(values)), 8, 1)
    assert np.array_equal(pixels[0], np.rint(values / 257).astype(np.uint8))
    half = np.full((16, 16), 257 * 10, np.uint16)
    half[:, ::2] += 257  # mean of 10 and 11: what rounding before the resize would not change, a cut would
    assert set(np.unique(decode(encode(Image.fromarray(half)), 8, 1))) <= {10, 11}


def test_sixteen_bit_pgm() -> None:
    content = b"P5 8 8 65535\n" + struct.pack(">64H", *[1000 * i for i in range(64)])
    assert np.array_equal(decode(content, 8, 1)[0].ravel(), np.rint(np.arange(64) * 1000 / 257))


def test_floats_are_stretched_over_their_range(encode) -> None:
    values = np.linspace(-3, 5, 64, dtype=np.float32).reshape(8, 8)
    pixels = decode(encode(Image.fromarray(values), "TIFF"), 8, 1)[0].ravel()
    assert (pixels[0], pixels[-1]) == (0, 255)
    assert np.abs(pixels - np.linspace(0, 255, 64)).max() <= 0.5 + 1e-4
    assert decode(encode(Image.new("F", (8, 8), 3.5), "TIFF"), 8, 1).max() == 0


def test_floats_that_are_not_finite(encode) -> None:
    values = np.zeros((8, 8), np.float32)
    values[0, 0] = np.nan
    with pytest.raises(BadImageError, match="NaN"):
        decode(encode(Image.fromarray(values), "TIFF"), 8, 1)


def test_first_frame_of_an_animation(encode) -> None:
    frames = [_new("RGB", colour) for colour in ((255, 0, 0), (0, 255, 0))]
    assert _pixel(encode(frames[0], "GIF", save_all=True, append_images=frames[1:])) == [255, 0, 0]


@pytest.mark.parametrize(
    ("orientation", "corner"),
    [(1, (0, 0)), (2, (0, 1)), (3, (1, 1)), (4, (1, 0)), (5, (0, 0)), (6, (0, 1)), (7, (1, 1)), (8, (1, 0))],
)
def test_exif_orientation(orientation: int, corner: tuple[int, int], encode) -> None:
    """The white corner that is stored top left must show where the orientation says."""
    values = np.zeros((16, 16), np.uint8)
    values[:8, :8] = 255
    exif = Image.Exif()
    exif[0x0112] = orientation
    pixels = decode(encode(Image.fromarray(values), "JPEG", exif=exif, quality=95), 16, 1)[0]
    row, column = corner
    assert pixels[row * 8 + 4, column * 8 + 4] > 200
    assert pixels[(1 - row) * 8 + 4, (1 - column) * 8 + 4] < 50


def test_damaged_exif_does_not_cost_the_image(encode) -> None:
    content = encode(_new("L", 50), "JPEG", exif=b"Exif\x00\x00MM\x00*\x00\x00\xff\xff\xff\xff")
    with quiet():
        assert abs(_pixel(content, 1)[0] - 50) <= 1


@pytest.mark.parametrize(
    ("mode", "colour", "expected"),
    [
        ("1", 1, [255, 255, 255, 255]),
        ("L", 77, [77, 77, 77, 255]),
        ("LA", (77, 100), [77, 77, 77, 100]),
        ("RGB", (1, 2, 3), [1, 2, 3, 255]),
        ("RGBA", (10, 20, 30, 40), [10, 20, 30, 40]),
        ("RGBA", (10, 20, 30, 0), [0, 0, 0, 0]),
        ("I;16", 257 * 77, [77, 77, 77, 255]),
    ],
)
def test_alpha_is_kept_straight(mode, colour, expected, encode) -> None:
    content = encode(_new(mode, colour))
    assert _pixel(content, 4) == expected
    assert see_through(content) == (expected[3] < 255)


def test_alpha_of_palettes_and_of_one_colour_is_kept(encode) -> None:
    image = _new("P", 1)
    image.putpalette([0, 0, 0, 200, 100, 50])
    assert _pixel(encode(image, transparency=b"\xff\x33"), 4) == [200, 100, 50, 51]
    assert _pixel(encode(_new("RGB", (1, 2, 3)), transparency=(1, 2, 3)), 4) == [0, 0, 0, 0]
    assert not see_through(encode(_new("RGB", (9, 9, 9)), transparency=(1, 2, 3))), "a colour that no pixel has"


def test_draft_mode_of_large_jpeg_is_close_to_the_full_decode(encode) -> None:
    ramp = np.add.outer(np.arange(512), np.arange(512)) / 1022 * 255
    content = encode(Image.fromarray(ramp.astype(np.uint8)), "JPEG", quality=95)
    full = fit(native(content), 32, 1).astype(int)
    assert np.abs(decode(content, 32, 1).astype(int) - full).max() <= 2


def _photo(width: int, height: int) -> Image.Image:
    """Noise of the spectrum of photos, amplitudes as 1 / frequency."""
    random = np.random.default_rng(0)
    frequency = np.hypot(np.fft.fftfreq(width), np.fft.fftfreq(height)[:, None])
    frequency[0, 0] = 1
    planes = [np.fft.ifft2(np.fft.fft2(random.normal(size=(height, width))) / frequency).real for _ in range(4)]
    values = np.stack([planes[0] + 0.3 * plane for plane in planes[1:]], 2)
    scaled = (values - values.mean()) / values.std() * 55 + 128
    return Image.fromarray(np.clip(scaled, 0, 255).astype(np.uint8))


@pytest.mark.parametrize("size", [128, 64, 32, (48, 96)])
@pytest.mark.parametrize("turned", [False, True])
def test_a_jpeg_is_loaded_as_a_png_of_its_pixels(size, turned: bool, encode) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6 if turned else 1
    content = encode(_photo(640, 512), "JPEG", quality=92, exif=exif)
    png = encode(native(content), "PNG")
    gap = np.abs(decode(content, size, 3).astype(int) - decode(png, size, 3))
    assert gap.mean() <= 0.6
    assert gap.max() <= 4


@pytest.mark.parametrize(
    ("width", "height", "size"),
    [(800, 533, 32), (405, 301, 16), (533, 800, 32), (1021, 767, 32), (257, 513, 16), (1001, 601, (24, 48))],
)
def test_a_jpeg_whose_sides_do_not_divide_is_loaded_as_a_png_of_its_pixels(width, height, size, encode) -> None:
    exif, photo = Image.Exif(), _photo(width, height)
    for exif[0x0112] in range(1, 9):
        content = encode(photo, "JPEG", quality=92, exif=exif)
        png = encode(native(content), "PNG")
        for how in FITS:
            gap = np.abs(decode(content, size, 3, how).astype(int) - decode(png, size, 3, how))
            assert gap.mean() < 1, (exif[0x0112], how)
            assert gap.max() < 8, (exif[0x0112], how)


def test_colour_to_grey_is_luma_and_grey_to_colour_repeats(encode) -> None:
    assert _pixel(encode(_new("RGB", (255, 0, 0))), 1) == [76]
    assert _pixel(encode(_new("L", 12)), 3) == [12, 12, 12]


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_truncation_is_seen_without_decoding(kind: str, encode) -> None:
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8))
    content = encode(noise, kind)
    with pytest.raises(BadImageError, match="truncated"):
        header(content[: len(content) // 2])
    with pytest.raises(BadImageError):
        decode(content[: len(content) // 2], 8, 3)


def test_broken_pixels_are_an_error_and_not_black(encode) -> None:
    """Reading EXIF loads a PNG: its error once was taken for damaged EXIF, and the image came out black."""
    content = encode(Image.fromarray(np.random.default_rng(0).integers(0, 256, (8, 8, 3), dtype=np.uint8)))
    start = content.index(b"IDAT") + 4
    with pytest.raises(BadImageError, match="cannot be decoded"):
        decode(content[:start] + b"\xff" * 9 + content[start + 9 :], 8, 3)
