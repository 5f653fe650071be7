"""A picture file as a translator wants it, and a translated picture as a file: what is not translated stays.

- Turned upright as EXIF says; all else that EXIF holds is kept, but for the small preview of the picture as it was.
- Alpha is given to a generator that takes it. Else it is set aside and put back: the generator sees the picture on
  white, as training did, and the white is taken out of what it makes; unless it makes alpha of its own.
- Grey and colour become what the generator takes, 16 bits included, in the range of training; grey of more than 8 bits
  stays so where it comes out grey, in the range of the images that training saw as targets.
- The colour profile is kept where it is one of the result's colours.
"""

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from torch import Tensor

from zerosum.data.bad_image import BadImageError
from zerosum.data.channels import with_channels
from zerosum.data.dataset import images_inside, images_outside
from zerosum.data.fitting import fit
from zerosum.data.image_file import extremes, header, native
from zerosum.data.pixel_modes import flatten
from zerosum.data.ranges import BYTE, FULL, Range, of_files
from zerosum.kinds.image.writing import as_image

FORMATS = {
    **dict.fromkeys((".jpg", ".jpeg", ".jpe", ".jfif"), "JPEG"),
    **dict.fromkeys((".tif", ".tiff"), "TIFF"),
    ".png": "PNG",
    ".webp": "WEBP",
}
"""The endings that a result keeps; all others become .png."""
OPTIONS: Mapping[str, Mapping[str, Any]] = {
    "JPEG": {"quality": 95, "subsampling": 0},
    "WEBP": {"quality": 95},
    "PNG": {"compress_level": 4},
}
WITHOUT_ALPHA = frozenset({"JPEG"})
NOTED = frozenset(suffix for suffix, kind in FORMATS.items() if kind in ("PNG", "JPEG"))
"""The endings of files that hold a note on how they were made."""
DEEP = frozenset({"PNG", "TIFF"})
TOLD_BY_TIFF = (270, 271, 272, 282, 283, 296, 305, 306, 315, 33432, 34665, 34853)
"""Tags of a TIFF that tell of the photograph; all others tell how its pixels lie in the file."""
ORIENTATION = 274


@dataclass(frozen=True)
class Photo:
    """A picture that was read.

    Attributes:
        pixels: uint8 [C, H, W], or float32 inside, in [-1, 1], where the file has more than 8 bits.
        alpha: mode L, or None.
        colours: the pixels without the white that they are seen on; None where there is no alpha.
        kept: what is written with the result: `exif`, `icc_profile`, `dpi`.
        becomes: which values are black and white in a result of more than 8 bits.
    """

    pixels: Tensor
    alpha: Image.Image | None = None
    colours: Tensor | None = None
    kept: Mapping[str, Any] = field(default_factory=dict)
    becomes: Range = FULL

    @property
    def deep(self) -> bool:
        """Whether the file has more than 8 bits."""
        return self.pixels.dtype != torch.uint8

    @property
    def inside(self) -> Tensor:
        """The pixels as floats in [-1, 1]."""
        return self.pixels if self.deep else images_inside(self.pixels)

    def picture(self) -> Image.Image:
        """Return the pixels, with alpha, as a picture of 8 bits."""
        return picture_with_alpha(self.inside if self.colours is None else images_inside(self.colours), self)


def read(content: bytes, channels: int, *, within: Range | None = None, becomes: Range | None = None) -> Photo:
    """Return the picture in a file with 1, 3 or 4 channels; with 4 there is no alpha beside them.

    Args:
        content: of the file.
        channels: wanted.
        within: which values of more than 8 bits are black and white; default: 0 and 65535, or the picture's own.
        becomes: the same of the result; default: 0 and 65535.

    Raises:
        BadImageError: it cannot be decoded.
    """
    kind, image = header(content).format, native(content)
    flat = flatten(image, within)
    if flat.mode == "F":
        values = torch.from_numpy(np.array(flat)).clamp(0, 255) / 127.5 - 1
        pixels = with_channels(values[None, None], channels)[0]
        return Photo(pixels, kept=_kept(image, kind), becomes=becomes or FULL)
    if channels == 4:
        return Photo(torch.from_numpy(fit(image, (image.height, image.width), 4)), kept=_kept(image, kind))
    clear = _clear(image)
    alpha = None if clear is None else clear.getchannel("A")
    colours = None if clear is None else _pixels(clear, channels)
    return Photo(_pixels(flat, channels), alpha, colours, _kept(image, kind))


def _pixels(image: Image.Image, channels: int) -> Tensor:
    array = np.array(image.convert("RGB" if channels == 3 else "L"))
    return torch.from_numpy(array[None] if channels == 1 else np.ascontiguousarray(array.transpose(2, 0, 1)))


def ending(content: bytes) -> str:
    """Return the ending of a result's file, from that of the picture."""
    kind = header(content).format
    # What phones call a JPEG may hold several pictures; the first one is translated.
    kind = "JPEG" if kind == "MPO" else kind
    return next((suffix for suffix, name in FORMATS.items() if name == kind), ".png")


def read_mask(content: bytes) -> Tensor:
    """Return the mask in a picture, uint8 [1, H, W]: 1 where it is see-through or, if nowhere, where it is white.

    Whole numbers 0 and 1 are black and white, of whatever depth.

    Raises:
        BadImageError: it cannot be decoded.
    """
    levels = of_files([extremes(content)]) if header(content).deep else None
    photo = read(content, 1, within=None if levels is None else levels.range)
    clear = np.array(photo.alpha or 255) < 128
    if clear.any():
        return torch.from_numpy(clear)[None].to(torch.uint8)
    return photo.pixels if not photo.deep and int(photo.pixels.max()) == 1 else (photo.inside > 0).to(torch.uint8)


def _clear(image: Image.Image) -> Image.Image | None:
    """Return an image that is see-through somewhere as RGBA, else None."""
    if "transparency" not in image.info and image.mode not in ("LA", "La", "PA", "RGBA", "RGBa"):
        return None
    straight = image.convert({"La": "LA", "RGBa": "RGBA"}.get(image.mode, image.mode))
    return straight.convert("RGBA")


def off_white(result: Tensor, photo: Photo, hole: Tensor | None = None) -> tuple[Tensor, Photo]:
    """Return a result that was made on white as the colours of a picture with alpha, and the photo with that alpha.

    A result that has alpha of its own keeps it. Else, with y the result and a the alpha, in [0, 1], the colour is
    (y - (1 - a)) / a: on white it looks like y, and elsewhere there is no white around it. A hole that was filled is
    opaque; outside of it the photo's colours stay.

    Args:
        result: floats inside, [C, H, W]; of another size than the photo, its alpha is resized.
        photo: what it was made of.
        hole: [1, H, W], 1 where pixels were missing.
    """
    if len(result) == 4:
        return result, replace(photo, alpha=None)
    if photo.alpha is None or photo.colours is None:
        return result, photo
    size = (result.shape[2], result.shape[1])
    resized = photo.alpha if photo.alpha.size == size else photo.alpha.resize(size, Image.Resampling.BICUBIC)
    alpha = torch.from_numpy(np.array(resized)).float() / 255
    if hole is not None:
        alpha = torch.where(hole[0] > 0, 1.0, alpha)
    shares = (result + 1) / 2
    colours = torch.where(alpha > 0, (shares - (1 - alpha)) / alpha.clamp(min=1 / 255), shares).clamp(0, 1) * 2 - 1
    if hole is not None:
        colours = torch.where(hole > 0, colours, images_inside(photo.colours))
    return colours, replace(photo, alpha=Image.fromarray((alpha * 255).round().to(torch.uint8).numpy()))


def _kept(image: Image.Image, kind: str) -> dict[str, Any]:
    fields = {name: image.info[name] for name in ("icc_profile", "dpi") if image.info.get(name)}
    exif = _exif(image, kind)
    return fields | ({"exif": exif} if exif else {})


def _exif(image: Image.Image, kind: str) -> bytes:
    """Return what EXIF tells, without orientation and preview; nothing where it is unreadable."""
    try:
        exif = image.getexif()
        exif.pop(ORIENTATION, None)
        for tag in list(exif) if kind == "TIFF" else ():
            if tag not in TOLD_BY_TIFF:
                del exif[tag]
        return exif.tobytes() if len(exif) else b""
    except Exception:  # the parser of damaged EXIF raises nearly anything, and the pixels are good without it
        return b""


def picture_of(image: Tensor) -> Image.Image:
    """Return an image, floats inside [C, H, W], as a picture of 8 bits."""
    return as_image(images_outside(image))


def picture_with_alpha(image: Tensor, photo: Photo) -> Image.Image:
    """Return an image, floats inside [C, H, W], as a picture of 8 bits with the alpha of a photo."""
    return with_alpha(picture_of(image), photo.alpha)


def with_alpha(image: Image.Image, alpha: Image.Image | None) -> Image.Image:
    """Return a picture of mode L or RGB with alpha, where there is some."""
    if alpha is None:
        return image
    image = image.copy()
    image.putalpha(alpha)
    return image


def developed(result: Tensor, photo: Photo, path: Path) -> Image.Image:
    """Return a result, floats inside [C, H, W], as the picture that the file `path` can hold.

    It has 16 bits where it is grey and the photo had more than 8, floats in a TIFF where its range is none of whole
    numbers, and the photo's alpha where the format has any.
    """
    kind = FORMATS[path.suffix.lower()]
    if photo.deep and len(result) == 1 and kind in DEEP:
        return _deep(((result[0].clamp(-1, 1) + 1) / 2).numpy(), photo.becomes, kind)
    image = with_alpha(picture_of(result), photo.alpha)
    return flatten(image) if kind in WITHOUT_ALPHA else image


def _deep(shares: NDArray[np.float32], becomes: Range, kind: str) -> Image.Image:
    """Return shares of white, 0..1, in a range: as whole numbers of 16 bits, or else as floats in a TIFF."""
    low, high = becomes
    whole = low.is_integer() and high.is_integer() and FULL[0] <= low and high <= FULL[1] and high - low >= BYTE[1]
    if not whole and kind == "TIFF":
        return Image.fromarray((low + shares.astype(np.float64) * (high - low)).astype(np.float32))
    low, high = becomes if whole else FULL
    return Image.fromarray(np.rint(low + shares.astype(np.float64) * (high - low)).astype(np.uint16))


def encoded(image: Image.Image, photo: Photo, path: Path, note: str | None = None) -> bytes:
    """Return the bytes of the file `path`: the picture, what is kept of the photo, and how it was made.

    Raises:
        BadImageError: the format cannot hold a picture of this size.
    """
    kind = FORMATS[path.suffix.lower()]
    options = {**OPTIONS.get(kind, {}), **photo.kept}
    if not _profile_fits(options.get("icc_profile"), image.mode):
        options.pop("icc_profile", None)
    if note is not None and kind == "PNG":
        info = PngInfo()
        info.add_text("zerosum", note)
        options["pnginfo"] = info
    elif note is not None and kind == "JPEG":
        options["comment"] = note
    file = io.BytesIO()
    try:
        image.save(file, kind, **options)
    except (OSError, ValueError) as error:
        raise BadImageError(f"cannot be written as {kind} ({error})") from error
    return file.getvalue()


def read_note(path: Path) -> dict[str, Any]:
    """Return what `encoded` noted in a file of how it was made; empty where there is no note."""
    try:
        with Image.open(path) as image:
            note = json.loads(image.info.get("zerosum") or image.info.get("comment") or "{}")
    except (OSError, SyntaxError, ValueError, TypeError):
        return {}
    return note if isinstance(note, dict) else {}


def _profile_fits(profile: bytes | None, mode: str) -> bool:
    """Say whether a colour profile, whose bytes 16 to 19 name its colours, is one of grey or RGB as `mode` is."""
    return profile is not None and profile[16:20] == (b"RGB " if mode.startswith("RGB") else b"GRAY")
