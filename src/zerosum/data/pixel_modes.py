"""The modes that Pillow decodes image files to, as grey, colour, colour and alpha, or grey of more than 8 bits."""

import numpy as np
from PIL import Image

from zerosum.data.bad_image import BadImageError, check_values
from zerosum.data.ranges import FULL, MASK, Range, scaled

GREY_MODES = frozenset({"1", "L", "LA", "La", "I", "F"})
ALPHA_MODES = frozenset({"LA", "La", "PA", "RGBA", "RGBa"})
UNSUPPORTED_MODES = frozenset({"LAB"})
WHITE = (255, 255, 255, 255)


def has_alpha(image: Image.Image) -> bool:
    """Return whether an image may be see-through: by an alpha channel, a palette, or one colour that is none."""
    return image.mode in ALPHA_MODES or "transparency" in image.info


def is_grey(image: Image.Image) -> bool:
    """Return whether an image has no colours, nor has its palette."""
    if image.mode not in ("P", "PA"):
        return image.mode in GREY_MODES or image.mode.startswith("I;16")
    palette = np.array(image.getpalette("RGB") or [0, 0, 1]).reshape(-1, 3)
    return bool((palette == palette[:, :1]).all())


def is_deep(image: Image.Image) -> bool:
    """Return whether an image is grey of more than 8 bits."""
    return image.mode in ("I", "F") or image.mode.startswith("I;16")


def is_whole(image: Image.Image) -> bool:
    """Return whether an image has 16 bits; PPM and PNG hold them in a mode of 32."""
    return image.mode.startswith("I;16") or (image.mode == "I" and image.format in ("PPM", "PNG"))


def with_channels(image: Image.Image, channels: int, within: Range | None) -> Image.Image:
    """Return the image in mode "L" or "F", "RGB" or "RGBA"."""
    if channels == 4:
        return straight(image, within)
    flat = flatten(image, within)
    if channels == 3 or flat.mode not in ("L", "F"):
        flat = rounded(flat).convert("RGB" if channels == 3 else "L")
    return flat


def straight(image: Image.Image, within: Range | None = None) -> Image.Image:
    """Return the image in mode "RGBA"; opaque where it has no alpha."""
    if not has_alpha(image):
        return rounded(flatten(image, within)).convert("RGBA")
    return image.convert({"La": "LA", "RGBa": "RGBA"}.get(image.mode, image.mode)).convert("RGBA")


def flatten(image: Image.Image, within: Range | None = None) -> Image.Image:
    """Return the image without alpha, palette or depth: mode "L", "RGB", or "F" with values in 0..255.

    Grey of more than 8 bits is scaled from the range `within`; default: that of an image alone. So are masks of 8 bits,
    which have no value above 1, where the range is 0 to 1.
    """
    if image.mode in UNSUPPORTED_MODES:
        raise BadImageError(f"mode {image.mode} is not supported: save it as RGB")
    if is_deep(image):
        return _scaled(image, within)
    if has_alpha(image):
        return _on_white(image)
    if image.mode not in GREY_MODES and not is_grey(image):
        return image.convert("RGB")
    grey = image.convert("L")
    return grey.point(lambda value: 255 * value) if within == MASK and np.asarray(grey).max() == 1 else grey


def _scaled(image: Image.Image, within: Range | None) -> Image.Image:
    values = np.asarray(image).astype(np.float64)
    check_values(values)
    if within is None:
        low, high = FULL if is_whole(image) else (float(values.min()), float(values.max()))
        within = low, high if high > low else low + 1
    return Image.fromarray(scaled(values, within).astype(np.float32))


def _on_white(image: Image.Image) -> Image.Image:
    grey = image.mode in GREY_MODES or is_grey(image)
    layer = straight(image)
    return Image.alpha_composite(Image.new("RGBA", layer.size, WHITE), layer).convert("L" if grey else "RGB")


def rounded(image: Image.Image) -> Image.Image:
    """Round mode "F" to "L"; Pillow's own conversion would cut the fraction off."""
    if image.mode != "F":
        return image
    return Image.fromarray(np.rint(np.clip(np.asarray(image), 0, 255)).astype(np.uint8))
