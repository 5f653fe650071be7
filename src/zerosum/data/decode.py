"""From the bytes of an image file to uint8 pixels, for every mode and depth that files come in.

- The first frame of an animation; turned upright as EXIF says.
- Alpha, also of palettes, is composited on white, or kept where four channels are wanted: straight, and black where
  nothing is seen. It is multiplied in for the resize, so that hidden colours leave no fringes.
- Grey of more than 8 bits is scaled from a range, that of all images of its source (`zerosum.data.ranges`), to 0..255;
  the resize happens before rounding. An image alone: 16 bits from 0..65535; 32 bits, integer or float, from its own
  smallest to its own largest value, since they have no agreed range.
- Grey of 8 bits stays as it is; but where the range is 0 to 1 and it has no value above 1, it is a mask: black and
  white.
- Cropped in the centre to the proportions wanted (or put on white whole, or stretched), then LANCZOS to the size;
  pixels already of that size stay untouched.
"""

import io
import math
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError
from PIL.TiffImagePlugin import TiffImageFile

from zerosum.data.ranges import FULL, MASK, Extremes, Range, scaled
from zerosum.data.size import Fit, Sides, Size, sides

Pixels = NDArray[np.uint8]

Image.init()
FORMATS = [
    kind
    for kind in "PNG JPEG WEBP AVIF GIF BMP DIB TIFF JPEG2000 QOI SGI PPM ICO PCX TGA".split()  # noqa: SIM905
    if kind in Image.OPEN
]
"""Only these are tried, since others (EPS) start programs or are no images (HDF5, PDF); a build may lack some.

The formats that are told by their first bytes with certainty come first.
"""
GREY_MODES = frozenset({"1", "L", "LA", "La", "I", "F"})
ALPHA_MODES = frozenset({"LA", "La", "PA", "RGBA", "RGBa"})
UNSUPPORTED_MODES = frozenset({"LAB"})
WHITE = (255, 255, 255, 255)
GROUNDS: dict[str, float | tuple[int, ...]] = {"L": 255, "F": 255.0, "RGB": WHITE[:3], "RGBA": (0, 0, 0, 0)}
"""What is around a padded image, by mode."""
DRAFT = 4
"""A JPEG is decoded at a fraction, which is up to ten times faster, but not below so many times the size wanted.

So photos differ from those decoded whole by less than one of 255 levels on average; at twice the size by more.
"""
DRAFTED = frozenset({"JPEG", "MPO"})
PHOTOMETRIC, YCBCR = 262, 6
"""TIFF's tag of what channels mean, and its value for luminance and two differences."""
ON_ITS_SIDE = range(5, 9)
"""EXIF orientations of images whose rows are columns as they are stored."""
ENDS_LEFT, ENDS_ABOVE = frozenset({2, 3, 6, 7}), frozenset({3, 4, 7, 8})
"""EXIF orientations of images of which the left border, and the upper one, is where an end is as they are stored."""
Box = tuple[float, float, float, float]
"""Left, top, right and bottom."""


class BadImageError(Exception):
    """An image that cannot be used; the message is the reason."""


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


@dataclass(frozen=True)
class Frame:
    """Where an image lies in its decoded pixels, each of which is `scale` times `scale` of the image's own.

    Sides that do not divide by the scale are decoded with a part of a pixel that is no image: it is left out.
    """

    width: int
    height: int
    scale: int = 1
    left: float = 0
    top: float = 0

    def box(self, left: int, top: int, width: int, height: int) -> Box:
        """Return a part of the image, in its own pixels, as a box of decoded ones."""
        begin, above = self.left + left / self.scale, self.top + top / self.scale
        return begin, above, begin + width / self.scale, above + height / self.scale


@contextmanager
def quiet() -> Iterator[None]:
    """Silence the decoder's warnings; enter it in the thread that waits, since filters are shared by all threads."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def header(content: bytes) -> Header:
    """Return the header of an image.

    Raises:
        BadImageError: it is no image, too large, or visibly truncated.
    """
    with _reasons(), _open(content) as image:
        _check_tail(image.format, content)
        alpha = _has_alpha(image)
        # To look for EXIF behind a PNG's pixels would be to decode them: where it lies there is not known before that.
        known = image.format != "PNG" or "exif" in image.info
        width, height = reversed(image.size) if known and _orientation(image) in ON_ITS_SIDE else image.size
        return Header(image.format or "", image.mode, width, height, _is_grey(image), alpha, _is_deep(image))


def decode(content: bytes, size: Size, channels: int, how: Fit = "crop", within: Range | None = None) -> Pixels:
    """Return uint8 [channels, height, width]; see `fit`.

    Raises:
        BadImageError: it cannot be decoded.
    """
    with _reasons(), _open(content) as image:
        frame = _drafted(image, sides(size)) if image.format in DRAFTED else None
        # Loaded here, since reading EXIF may load too, and damage to the pixels must not pass as damage to EXIF.
        return _fitted(upright(_loaded(image, content)), frame, size, channels, how, within)


def _drafted(image: Image.Image, wanted: Sides) -> Frame:
    """Have an image decoded at a fraction where that does, and return where it will lie in it when upright."""
    orientation, (width, height) = _orientation(image), image.size
    turned = orientation in ON_ITS_SIDE
    down, across = reversed(wanted) if turned else wanted
    draft = image.draft(None, (DRAFT * across, DRAFT * down))
    scale = 1 if draft is None else round(width / draft[1][2])
    right, below = image.width - width / scale, image.height - height / scale
    if turned:
        width, height, right, below = height, width, below, right
    left, top = right if orientation in ENDS_LEFT else 0, below if orientation in ENDS_ABOVE else 0
    return Frame(width, height, scale, left, top)


def extremes(content: bytes) -> Extremes:
    """Return the smallest and the largest value of an image of more than 8 bits.

    Raises:
        BadImageError: it cannot be decoded, or holds NaN or infinity.
    """
    with _reasons(), _open(content) as image:
        # What a PPM says of its range is used when it is decoded, to 16 bits.
        if image.format == "PPM" and image.mode == "I":
            return Extremes(*FULL, whole=True)
        values, whole = np.asarray(image), _is_whole(image)
    check_values(values)
    return Extremes(float(values.min()), float(values.max()), whole)


def brightest(content: bytes) -> int:
    """Return the largest value of an image of 8 bits as grey.

    Raises:
        BadImageError: it cannot be decoded.
    """
    return int(np.asarray(native(content).convert("L")).max())


def native(content: bytes) -> Image.Image:
    """Return the whole image, decoded and upright, as its file has it.

    Raises:
        BadImageError: it cannot be decoded.
    """
    with _reasons(), _open(content) as image:
        return upright(_loaded(image, content))


def _loaded(image: Image.Image, content: bytes) -> Image.Image:
    """Return the image with its pixels read.

    Pillow before 13 looks for four channels in an uncompressed TIFF of YCbCr, which has three, and finds it truncated.
    """
    tiles = image.tile if isinstance(image, TiffImageFile) and image.tag_v2.get(PHOTOMETRIC) == YCBCR else []
    if not tiles or not all(tile[0] == "raw" and "RGBX" in (tile[3] or ()) for tile in tiles):
        image.load()
        return image
    made = Image.new("YCbCr", image.size)
    for _, box, offset, _ in tiles:
        left, top, right, bottom = box or (0, 0, *image.size)
        width, height = right - left, bottom - top
        part = content[offset : offset + 3 * width * height]
        made.paste(Image.frombytes("YCbCr", (width, height), part), (left, top))
    if _orientation(image) != 1:
        made.info["exif"] = image.getexif().tobytes()
    return made


def upright(image: Image.Image) -> Image.Image:
    """Return the image turned as its EXIF orientation says; where EXIF is unreadable, as it is."""
    return image if _orientation(image) == 1 else ImageOps.exif_transpose(image)


def _orientation(image: Image.Image) -> Any:
    try:
        return image.getexif().get(0x0112, 1)
    except Exception:  # the parser of damaged EXIF raises nearly anything, and the pixels are good without it
        return 1


def fit(image: Image.Image, size: Size, channels: int, how: Fit = "crop", within: Range | None = None) -> Pixels:
    """Return uint8 [channels, height, width].

    Args:
        image: of any size and mode.
        size: wanted.
        channels: 1 (grey) or 3 (colour), alpha on white; or 4 (straight RGBA).
        how: "crop" takes the centre, "pad" the whole on white, see-through where there is alpha, "stretch" the whole
            out of proportion.
        within: the range of grey of more than 8 bits; default: that of an image alone.
    """
    return _fitted(image, None, size, channels, how, within)


def _fitted(
    image: Image.Image, frame: Frame | None, size: Size, channels: int, how: Fit, within: Range | None
) -> Pixels:
    wanted = _with_channels(image, channels, within)
    pixels = np.array(_bytes(_sized(wanted, frame or Frame(*image.size), *sides(size), how)))
    if channels == 4:
        pixels[pixels[..., 3] == 0] = 0
    return pixels[None] if channels == 1 else np.ascontiguousarray(pixels.transpose(2, 0, 1))


def see_through(content: bytes) -> bool:
    """Return whether any pixel of an image is not opaque.

    Raises:
        BadImageError: it cannot be decoded.
    """
    image = native(content)
    return _has_alpha(image) and bool(np.asarray(straight(image).getchannel("A")).min() < 255)


def straight(image: Image.Image, within: Range | None = None) -> Image.Image:
    """Return the image in mode "RGBA"; opaque where it has no alpha."""
    if not _has_alpha(image):
        return _bytes(flatten(image, within)).convert("RGBA")
    return image.convert({"La": "LA", "RGBa": "RGBA"}.get(image.mode, image.mode)).convert("RGBA")


def _has_alpha(image: Image.Image) -> bool:
    return image.mode in ALPHA_MODES or "transparency" in image.info


def _with_channels(image: Image.Image, channels: int, within: Range | None) -> Image.Image:
    """Return the image in mode "L" or "F", "RGB" or "RGBA"."""
    if channels == 4:
        return straight(image, within)
    flat = flatten(image, within)
    if channels == 3 or flat.mode not in ("L", "F"):
        flat = _bytes(flat).convert("RGB" if channels == 3 else "L")
    return flat


def _sized(image: Image.Image, frame: Frame, height: int, width: int, how: Fit) -> Image.Image:
    if how == "stretch":
        return _resized(image, frame.box(0, 0, frame.width, frame.height), width, height)
    if how == "pad":
        return _padded(image, frame, height, width)
    scale = min(frame.width / width, frame.height / height)
    across, down = max(round(width * scale), 1), max(round(height * scale), 1)
    left, top = (frame.width - across) // 2, (frame.height - down) // 2
    return _resized(image, frame.box(left, top, across, down), width, height)


def _padded(image: Image.Image, frame: Frame, height: int, width: int) -> Image.Image:
    """Return the whole image, as large as there is room for, in the middle of white; of nothing where it has alpha."""
    scale = max(frame.width / width, frame.height / height)
    across, down = min(max(round(frame.width / scale), 1), width), min(max(round(frame.height / scale), 1), height)
    ground = Image.new(image.mode, (width, height), GROUNDS[image.mode])
    whole = _resized(image, frame.box(0, 0, frame.width, frame.height), across, down)
    ground.paste(whole, ((width - across) // 2, (height - down) // 2))
    return ground


def _resized(image: Image.Image, box: Box, width: int, height: int) -> Image.Image:
    # Cut first, since the filter reaches over the border of a box; to whole pixels, of which the box is then a part.
    left, top = math.floor(box[0]), math.floor(box[1])
    image = image.crop((left, top, math.ceil(box[2]), math.ceil(box[3])))
    if image.size == (width, height):
        return image
    inner = box[0] - left, box[1] - top, box[2] - left, box[3] - top
    if image.mode == "RGBA":
        return image.convert("RGBa").resize((width, height), Image.Resampling.LANCZOS, inner).convert("RGBA")
    return image.resize((width, height), Image.Resampling.LANCZOS, inner)


def flatten(image: Image.Image, within: Range | None = None) -> Image.Image:
    """Return the image without alpha, palette or depth: mode "L", "RGB", or "F" with values in 0..255.

    Grey of more than 8 bits is scaled from the range `within`; default: that of an image alone. So are masks of 8 bits,
    which have no value above 1, where the range is 0 to 1.
    """
    if image.mode in UNSUPPORTED_MODES:
        raise BadImageError(f"mode {image.mode} is not supported: save it as RGB")
    if _is_deep(image):
        return _scaled(image, within)
    if _has_alpha(image):
        return _on_white(image)
    if image.mode not in GREY_MODES and not _is_grey(image):
        return image.convert("RGB")
    grey = image.convert("L")
    return grey.point(lambda value: 255 * value) if within == MASK and np.asarray(grey).max() == 1 else grey


def _scaled(image: Image.Image, within: Range | None) -> Image.Image:
    values = np.asarray(image).astype(np.float64)
    check_values(values)
    if within is None:
        low, high = FULL if _is_whole(image) else (float(values.min()), float(values.max()))
        within = low, high if high > low else low + 1
    return Image.fromarray(scaled(values, within).astype(np.float32))


def check_values(values: NDArray[Any]) -> None:
    """Raise BadImageError where values are not finite."""
    if not np.isfinite(values).all():
        raise BadImageError("holds NaN or infinity")


def _is_deep(image: Image.Image) -> bool:
    return image.mode in ("I", "F") or image.mode.startswith("I;16")


def _is_whole(image: Image.Image) -> bool:
    """Return whether an image has 16 bits; PPM and PNG hold them in a mode of 32."""
    return image.mode.startswith("I;16") or (image.mode == "I" and image.format in ("PPM", "PNG"))


def _on_white(image: Image.Image) -> Image.Image:
    grey = image.mode in GREY_MODES or _is_grey(image)
    layer = straight(image)
    return Image.alpha_composite(Image.new("RGBA", layer.size, WHITE), layer).convert("L" if grey else "RGB")


def _bytes(image: Image.Image) -> Image.Image:
    """Round mode "F" to "L"; Pillow's own conversion would cut the fraction off."""
    if image.mode != "F":
        return image
    return Image.fromarray(np.rint(np.clip(np.asarray(image), 0, 255)).astype(np.uint8))


def _is_grey(image: Image.Image) -> bool:
    if image.mode not in ("P", "PA"):
        return image.mode in GREY_MODES or image.mode.startswith("I;16")
    palette = np.array(image.getpalette("RGB") or [0, 0, 1]).reshape(-1, 3)
    return bool((palette == palette[:, :1]).all())


def _open(content: bytes) -> Image.Image:
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


class _reasons:  # noqa: N801 (used like a function)
    """Turn what decoders raise into BadImageError with a reason of one line."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _: Any, error: BaseException | None, __: Any) -> None:
        # Decoders raise nearly anything on hostile bytes: OSError, SyntaxError, ValueError, struct.error, KeyError...
        if error is None or isinstance(error, BadImageError) or not isinstance(error, Exception):
            return
        raise BadImageError(_reason(error)) from error


def _reason(error: Exception) -> str:
    text = " ".join(str(error).split())
    if isinstance(error, UnidentifiedImageError):
        return "not an image of a known format"
    if isinstance(error, Image.DecompressionBombError):
        return f"too large: over twice the limit of {Image.MAX_IMAGE_PIXELS:,} pixels"
    if isinstance(error, (EOFError, struct.error)) or "truncated" in text.lower() or "not enough image" in text:
        return "truncated"
    return f"cannot be decoded ({text[:120] or type(error).__name__})"
