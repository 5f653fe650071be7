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

from PIL import Image

from zerosum.data.bad_image import reasons
from zerosum.data.fitting import Frame, Pixels, fit
from zerosum.data.image_file import ON_ITS_SIDE, loaded, open_image, orientation_of, upright
from zerosum.data.ranges import Range
from zerosum.data.size import Fit, Sides, Size, sides

DRAFT = 4
"""A JPEG is decoded at a fraction, which is up to ten times faster, but not below so many times the size wanted.

So photos differ from those decoded whole by less than one of 255 levels on average; at twice the size by more.
"""
DRAFTED = frozenset({"JPEG", "MPO"})
ENDS_LEFT, ENDS_ABOVE = frozenset({2, 3, 6, 7}), frozenset({3, 4, 7, 8})
"""EXIF orientations of images of which the left border, and the upper one, is where an end is as they are stored."""


def decode(content: bytes, size: Size, channels: int, how: Fit = "crop", within: Range | None = None) -> Pixels:
    """Return uint8 [channels, height, width]; see `fit`.

    Raises:
        BadImageError: it cannot be decoded.
    """
    with reasons(), open_image(content) as image:
        frame = _drafted(image, sides(size)) if image.format in DRAFTED else None
        # Loaded here, since reading EXIF may load too, and damage to the pixels must not pass as damage to EXIF.
        return fit(upright(loaded(image, content)), size, channels, how, within, frame=frame)


def _drafted(image: Image.Image, size: Sides) -> Frame:
    """Have an image decoded at a fraction where that does, and return where it will lie in it when upright."""
    orientation, (width, height) = orientation_of(image), image.size
    turned = orientation in ON_ITS_SIDE
    down, across = reversed(size) if turned else size
    draft = image.draft(None, (DRAFT * across, DRAFT * down))
    scale = 1 if draft is None else round(width / draft[1][2])
    right, below = image.width - width / scale, image.height - height / scale
    if turned:
        width, height, right, below = height, width, below, right
    left, top = right if orientation in ENDS_LEFT else 0, below if orientation in ENDS_ABOVE else 0
    return Frame(width, height, scale, left, top)
