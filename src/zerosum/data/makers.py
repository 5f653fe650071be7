"""Pair makers: from an image its counterpart, so that one set of images is enough to learn a translation.

`grey` (colourisation), `edges` (outlines to pictures), `small` (super-resolution), `masked` (inpainting), `noisy`
(denoising) and `blurred` (deblurring), each with an option after a colon: `small:4`, `masked:centre`, `noisy:0.2`.
The image is the target; what is made of it is the source.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor
from torch.nn import functional as F

from zerosum.data import holes
from zerosum.data.channels import filtered, grey, opaque
from zerosum.data.dataset import images_inside, images_outside
from zerosum.data.edges import outlines
from zerosum.data.keyed_random import normal
from zerosum.data.names import FOUND, MAKERS, SIDE_BY_SIDE
from zerosum.errors import UserError, suggest

NOISE = 21
"""Stream of random numbers."""
HOLES = {"": holes.either, "box": holes.box, "free": holes.free, "centre": holes.centre}

Made = dict[str, Tensor]


@dataclass(frozen=True)
class Maker:
    """A way to make sources: `make(real, keys)`, of images [N, C, H, W] in [-1, 1], returns "x" and perhaps "mask"."""

    name: str
    make: Callable[[Tensor, Tensor], Made]
    channels: Callable[[int], int] = lambda channels: channels
    """Of the source, from those of the target."""
    itself: str = "source itself"
    """What a source is called where it stands for its target, untranslated."""


def maker(words: str) -> Maker:
    """Return the maker that a user asked for.

    Raises:
        UserError: there is no such maker, or its option is out of range.
    """
    kind, _, option = words.partition(":")
    if kind in FOUND:
        allowed = "nothing or :right" if kind == SIDE_BY_SIDE else "nothing"
        raise UserError(f"--pairs {words}: after {kind} there may be {allowed}, and not ':{option}'")
    if kind not in MAKERS:
        raise UserError(f"no pair maker '{kind}'{suggest(kind, [*MAKERS, *FOUND])}")
    if kind in ("grey", "edges"):
        if option:
            raise UserError(f"--pairs {words}: {kind} takes no option; leave out ':{option}'")
        return Maker(words, _grey if kind == "grey" else _edges, lambda channels: 1)
    if kind == "masked":
        if option not in HOLES:
            raise UserError(f"--pairs {words}: no holes '{option}'{suggest(option, HOLES)}; use centre, box or free")
        return Maker(words, partial(_masked, HOLES[option]), itself=_ITSELF[kind])
    function, default, low, high = _NUMBERED[kind]
    number = _number(words, option, default, low, high)
    if kind == "small" and not number.is_integer():
        raise UserError(f"--pairs {words}: give a whole number, such as small:4")
    return Maker(words, partial(function, number), itself=_ITSELF.get(kind, Maker.itself))


def _number(words: str, option: str, default: float, low: float, high: float) -> float:
    try:
        number = float(option) if option else default
    except ValueError:
        number = float("nan")
    if not low <= number <= high:
        kind = words.partition(":")[0]
        raise UserError(f"--pairs {words}: give a number from {low:g} to {high:g}, such as {kind}:{default:g}")
    return number


def _grey(real: Tensor, keys: Tensor) -> Made:
    return {"x": rounded(grey(real))}


def _edges(real: Tensor, keys: Tensor) -> Made:
    return {"x": rounded(outlines(opaque(real)))}


def small(factor: float, real: Tensor, keys: Tensor) -> Made:
    """Return images at a fraction of the size and back: "x" has the target's size, but not its detail.

    Down by bicubic interpolation that averages, as Pillow does, to uint8 as a file would hold; up by bicubic
    interpolation. So the network starts from what it has to beat, and needs no layers that enlarge.
    """
    height, width = (max(1, round(side / factor)) for side in real.shape[2:])
    less = filtered(real, partial(reduced, size=(height, width)))
    return {"x": filtered(rounded(less), partial(enlarged_to, size=(real.shape[2], real.shape[3]))).clamp(-1, 1)}


def reduced(images: Tensor, size: tuple[int, int]) -> Tensor:
    """Return images reduced to (height, width): bicubic, averaged."""
    return F.interpolate(images, size, mode="bicubic", antialias=True, align_corners=False)


def _masked(hole: Callable[[Tensor, int, int], Tensor], real: Tensor, keys: Tensor) -> Made:
    mask = hole(keys, real.shape[2], real.shape[3])
    return {"x": real * (1 - mask), "mask": mask}


def _noisy(deviation: float, real: Tensor, keys: Tensor) -> Made:
    noise = normal(keys, real[0].numel(), NOISE).view_as(real)
    return {"x": rounded(real + 2 * deviation * noise)}


def _blurred(sigma: float, real: Tensor, keys: Tensor) -> Made:
    reach = min(int(3 * sigma + 0.5) or 1, min(real.shape[2:]) - 1)
    weights = torch.exp(-torch.arange(-reach, reach + 1, device=real.device).float().square() / (2 * sigma**2))
    kernel = (weights / weights.sum()).expand(real.shape[1], 1, -1)

    def blur(images: Tensor) -> Tensor:
        padded = F.pad(images, (reach, reach, reach, reach), mode="reflect")
        rows = F.conv2d(padded, kernel[:, :, None, :], groups=images.shape[1])
        return F.conv2d(rows, kernel[:, :, :, None], groups=images.shape[1])

    return {"x": rounded(filtered(real, blur))}


def rounded(images: Tensor) -> Tensor:
    """Return images in [-1, 1] as an 8-bit file would hold them."""
    return images_inside(images_outside(images))


_NUMBERED: dict[str, tuple[Callable[[float, Tensor, Tensor], Made], float, float, float]] = {
    "small": (small, 4.0, 2, 16),
    "noisy": (_noisy, 0.1, 0.01, 1),
    "blurred": (_blurred, 1.5, 0.3, 10),
}
_ITSELF = {"small": "bicubic", "masked": "hole in the mean colour"}


def enlarged_to(images: Tensor, size: tuple[int, int]) -> Tensor:
    """Return images enlarged to (height, width): bicubic."""
    return F.interpolate(images, size, mode="bicubic", align_corners=False)
