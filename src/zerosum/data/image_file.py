"""An image file: its header, its pixels as the file has them, and what only these tell."""

import io
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image, ImageOps
from PIL.TiffImagePlugin import TiffImageFile

from zerosum.data.bad_image import BadImageError, check_values, reasons
from zerosum.data.pixel_modes import has_alpha, is_deep, is_grey, is_whole, straight
from zerosum.data.ranges import FULL, Extremes

Image.init()
FORMATS = [
    kind
    for kind in "PNG JPEG WEBP AVIF GIF BMP DIB TIFF JPEG2000 QOI SGI PPM ICO PCX TGA".split()  # noqa: SIM905
    if kind in Image.OPEN
]
"""Only these are tried, since others (EPS) start programs or are no images (HDF5, PDF); a build may lack some.

The formats that are told by their first bytes with certainty come first.
"""
PHOTOMETRIC, YCBCR = 262, 6
"""TIFF's tag of what channels mean, and its value for luminance and two differences."""
ON_ITS_SIDE = range(5, 9)
"""EXIF orientations of images whose rows are columns as they are stored."""


@dataclass(frozen=True)
class Header:
    """What a file says of its image before its pixels are decoded; width and height are those of the upright image."""

    format: str
    mode: str
    width: int
    height: int
    grey: bool
    alpha: bool
    deep: bool = False
    """Whether it is grey of more than 8 bits."""

    @property
    def byte(self) -> bool:
        """Whether it is opaque grey of 8 bits."""
        return self.grey and not self.deep and not self.alpha and self.mode != "1"


def header(content: bytes) -> Header:
    """Return the header of an image.

    Raises:
        BadImageError: it is no image, too large, or visibly truncated.
    """
    with reasons(), open_image(content) as image:
        _check_tail(image.format, content)
        alpha = has_alpha(image)
        # To look for EXIF behind a PNG's pixels would be to decode them: where it lies there is not known before that.
        tagged = image.format != "PNG" or "exif" in image.info
        width, height = reversed(image.size) if tagged and orientation_of(image) in ON_ITS_SIDE else image.size
        return Header(image.format or "", image.mode, width, height, is_grey(image), alpha, is_deep(image))


def native(content: bytes) -> Image.Image:
    """Return the whole image, decoded and upright, as its file has it.

    Raises:
        BadImageError: it cannot be decoded.
    """
    with reasons(), open_image(content) as image:
        return upright(loaded(image, content))


def extremes(content: bytes) -> Extremes:
    """Return the smallest and the largest value of an image of more than 8 bits.

    Raises:
        BadImageError: it cannot be decoded, or holds NaN or infinity.
    """
    with reasons(), open_image(content) as image:
        # What a PPM says of its range is used when it is decoded, to 16 bits.
        if image.format == "PPM" and image.mode == "I":
            return Extremes(*FULL, whole=True)
        values, whole = np.asarray(image), is_whole(image)
    check_values(values)
    return Extremes(float(values.min()), float(values.max()), whole)


def brightest(content: bytes) -> int:
    """Return the largest value of an image of 8 bits as grey.

    Raises:
        BadImageError: it cannot be decoded.
    """
    return int(np.asarray(native(content).convert("L")).max())


def see_through(content: bytes) -> bool:
    """Return whether any pixel of an image is not opaque.

    Raises:
        BadImageError: it cannot be decoded.
    """
    image = native(content)
    return has_alpha(image) and bool(np.asarray(straight(image).getchannel("A")).min() < 255)


def open_image(content: bytes) -> Image.Image:
    """Return an image whose pixels are not decoded yet.

    Raises:
        BadImageError: it is empty or too large.
    """
    if not content:
        raise BadImageError("empty file")
    image = Image.open(io.BytesIO(content), formats=FORMATS)
    limit = Image.MAX_IMAGE_PIXELS
    if limit is not None and image.width * image.height > limit:
        raise BadImageError(f"too large: {image.width}x{image.height} pixels, the limit is {limit:,}")
    return image


def _check_tail(kind: str | None, content: bytes) -> None:
    """Find the usual truncation, a download cut short, without decoding."""
    if kind == "PNG" and b"IEND" not in content:
        raise BadImageError("truncated")
    if kind == "JPEG" and b"\xff\xd9" not in content:
        raise BadImageError("truncated")


def loaded(image: Image.Image, content: bytes) -> Image.Image:
    """Return the image with its pixels read.

    Pillow before 13 looks for four channels in an uncompressed TIFF of YCbCr, which has three, and finds it truncated.
    """
    tiles = image.tile if isinstance(image, TiffImageFile) and image.tag_v2.get(PHOTOMETRIC) == YCBCR else []
    if not tiles or not all(tile[0] == "raw" and "RGBX" in (tile[3] or ()) for tile in tiles):
        image.load()
        return image
    copy = Image.new("YCbCr", image.size)
    for _, box, offset, _ in tiles:
        left, top, right, bottom = box or (0, 0, *image.size)
        width, height = right - left, bottom - top
        part = content[offset : offset + 3 * width * height]
        copy.paste(Image.frombytes("YCbCr", (width, height), part), (left, top))
    if orientation_of(image) != 1:
        copy.info["exif"] = image.getexif().tobytes()
    return copy


def upright(image: Image.Image) -> Image.Image:
    """Return the image turned as its EXIF orientation says; where EXIF is unreadable, as it is."""
    return image if orientation_of(image) == 1 else ImageOps.exif_transpose(image)


def orientation_of(image: Image.Image) -> Any:
    """Return the EXIF orientation, 1 (upright) to 8; 1 where there is none."""
    try:
        return image.getexif().get(0x0112, 1)
    except Exception:  # the parser of damaged EXIF raises nearly anything, and the pixels are good without it
        return 1
