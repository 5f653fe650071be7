import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from zerosum.data.decode import BadImageError, decode, fit, header, native, quiet, see_through
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


@pytest.mark.parametrize(("mode", "grey"), [("1", True), ("L", True), ("LA", True), ("I;16", True), ("RGB", False)])
def test_header_tells_grey(mode: str, grey: bool, encode) -> None:
    assert header(encode(_new(mode, 0))).grey is grey


def test_header_tells_a_grey_palette(encode) -> None:
    image = _new("P", 1)
    image.putpalette([0, 0, 0, 90, 90, 90])
    assert header(encode(image)).grey
    image.putpalette([0, 0, 0, 90, 90, 91])
    assert not header(encode(image)).grey


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


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"", "empty"), (b"hello, world" * 9, "not an image"), (b"%!PS-Adobe-3.0 EPSF", "not an image")],
)
def test_what_is_no_image(content: bytes, reason: str) -> None:
    with pytest.raises(BadImageError, match=reason):
        header(content)


@pytest.mark.parametrize(("side", "reason"), [(10_000, "too large: 10000x10000"), (60_000, "too large: over twice")])
def test_bomb_is_refused_by_its_header(side: int, reason: str) -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
    content = b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    with quiet(), pytest.raises(BadImageError, match=reason):
        header(content)
