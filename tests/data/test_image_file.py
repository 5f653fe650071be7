import struct
import zlib

import pytest
from PIL import Image

from zerosum.data.bad_image import BadImageError, quiet
from zerosum.data.image_file import header


@pytest.mark.parametrize(("mode", "grey"), [("1", True), ("L", True), ("LA", True), ("I;16", True), ("RGB", False)])
def test_header_tells_grey(mode: str, grey: bool, encode) -> None:
    assert header(encode(Image.new(mode, (8, 8), 0))).grey is grey


def test_header_tells_a_grey_palette(encode) -> None:
    image = Image.new("P", (8, 8), 1)
    image.putpalette([0, 0, 0, 90, 90, 90])
    assert header(encode(image)).grey
    image.putpalette([0, 0, 0, 90, 90, 91])
    assert not header(encode(image)).grey


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
