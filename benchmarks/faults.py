"""Real images spoilt on purpose, for `spoilt.py`: ten faults, each in three strengths that people see."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

STRENGTHS = (0, 1, 2)
PARTS = 4


@dataclass(frozen=True)
class Pool:
    """Real images to spoil, uint8 [N, C, H, W], their classes [N], and training images to copy from."""

    images: Tensor
    classes: Tensor
    train: Tensor
    random: torch.Generator

    def normal(self, *shape: int) -> Tensor:
        """Return standard normal numbers."""
        return torch.randn(shape, generator=self.random)

    def uniform(self, *shape: int) -> Tensor:
        """Return numbers in [0, 1)."""
        return torch.rand(shape, generator=self.random)

    def pick(self, count: int, size: int) -> Tensor:
        """Return `count` numbers below `size`, drawn with replacement."""
        return torch.randint(size, (count,), generator=self.random)


Fault = Callable[[Pool, int], Tensor]
"""fault(pool, strength) -> as many spoilt images as the pool has, uint8."""


def noise(pool: Pool, strength: int) -> Tensor:
    """Add normal noise with a deviation of 9, 18 or 36 grey levels."""
    return _whole(pool.images + (9, 18, 36)[strength] * pool.normal(*pool.images.shape))


def blur(pool: Pool, strength: int) -> Tensor:
    """Blur with a Gaussian whose deviation is 1/64, 1/32 or 1/16 of the side, but at least 0.4, 0.6 or 0.9 pixels."""
    side, least = min(pool.images.shape[2:]), (0.4, 0.6, 0.9)[strength]
    return _whole(_gaussian(pool.images.float(), max(side / (64, 32, 16)[strength], least)))


def checker(pool: Pool, strength: int) -> Tensor:
    """Add the checkerboard of transposed convolutions, one pixel a field: 8, 16 or 32 grey levels up or down."""
    rows, columns = _places(pool.images)
    return _whole(pool.images + (8, 16, 32)[strength] * (1.0 - 2.0 * ((rows + columns) % 2)))


def comb(pool: Pool, strength: int) -> Tensor:
    """Brighten every fourth column, and darken the one between, by 8, 16 or 32 grey levels: the teeth of a comb."""
    _, columns = _places(pool.images)
    teeth = (columns % 4 == 0).float() - (columns % 4 == 2).float()
    return _whole(pool.images + (8, 16, 32)[strength] * teeth)


def colours(pool: Pool, strength: int) -> Tensor:
    """Mix with wrong colours, red for green and so on, a quarter, a half or wholly; grey images with their negative.

    Of the negative a tenth, a fifth or two fifths: half of it would leave nothing but grey.
    """
    images = pool.images.float()
    if images.shape[1] == 3:
        share, wrong = (0.25, 0.5, 1.0)[strength], images.roll(1, 1)
    else:
        share, wrong = (0.1, 0.2, 0.4)[strength], 255 - images
    return _whole((1 - share) * images + share * wrong)


def shuffled(pool: Pool, strength: int) -> Tensor:
    """Shuffle a quarter, a half or all of the 4x4 patches of each image among each other."""
    images, share = pool.images, (0.25, 0.5, 1.0)[strength]
    n, channels, height, width = images.shape
    high, wide = height // PARTS, width // PARTS
    inner = images[:, :, : high * PARTS, : wide * PARTS]
    patches = inner.unfold(2, high, high).unfold(3, wide, wide).reshape(n, channels, PARTS**2, high, wide)
    moving = pool.uniform(n, PARTS**2).argsort(1)[:, : round(share * PARTS**2)]
    order = torch.arange(PARTS**2).expand(n, -1).scatter(1, moving, moving.roll(1, 1))
    mixed = patches.gather(2, order[:, None, :, None, None].expand_as(patches))
    spoilt = images.clone()
    rows = mixed.view(n, channels, PARTS, PARTS, high, wide).permute(0, 1, 2, 4, 3, 5)
    spoilt[:, :, : high * PARTS, : wide * PARTS] = rows.reshape(inner.shape)
    return spoilt


def tiles(pool: Pool, strength: int) -> Tensor:
    """Replace a quarter, a half or all of the images by shifted copies of one and the same, as if it were wallpaper."""
    share, n = (0.25, 0.5, 1.0)[strength], len(pool.images)
    one, (rows, columns) = pool.images[0], (pool.pick(n, side) for side in pool.images.shape[2:])
    moved = torch.stack([one.roll((int(y), int(x)), (1, 2)) for y, x in zip(rows, columns, strict=True)])
    return torch.where((pool.uniform(n) < share)[:, None, None, None], moved, pool.images)


def woven(pool: Pool, strength: int) -> Tensor:
    """Mix with brown woven noise, as an untrained translator makes: a fifth, two or four fifths of it."""
    share, images = (0.2, 0.4, 0.8)[strength], pool.images.float()
    rows, columns = _places(images)
    phase = 6.283 * pool.uniform(2, len(images), 1, 1, 1)
    threads = (2.1 * rows + phase[0]).sin() + (2.1 * columns + phase[1]).sin()
    tint = torch.tensor([150.0, 110.0, 70.0] if images.shape[1] == 3 else [110.0])[None, :, None, None]
    cloth = tint + 25 * threads + 15 * pool.normal(*images.shape)
    return _whole((1 - share) * images + share * cloth)


def classes(pool: Pool, strength: int) -> Tensor:
    """Leave a third of the classes out by a third, two thirds or wholly; images of the others stand in."""
    share, count = (1 / 3, 2 / 3, 1.0)[strength], int(pool.classes.max()) + 1
    # The largest of each three: those left out hold about a third of the images, however uneven classes are.
    ranked = pool.classes.bincount(minlength=count).argsort(descending=True)
    gone = torch.isin(pool.classes, ranked[::3])
    others = (~gone).nonzero()[:, 0]
    replaced = gone & (pool.uniform(len(gone)) < share)
    instead = others[pool.pick(len(gone), len(others))]
    return pool.images[torch.where(replaced, instead, torch.arange(len(gone)))]


def copies(pool: Pool, strength: int) -> Tensor:
    """Copy few training images again and again: an eighth of the number of images, a 32nd, or a 128th."""
    few = max(len(pool.images) // (8, 32, 128)[strength], 2)
    return pool.train[pool.pick(len(pool.images), few)]


QUALITY: dict[str, Fault] = {
    "noise": noise,
    "blur": blur,
    "checker": checker,
    "comb": comb,
    "wrong colours": colours,
    "shuffled patches": shuffled,
    "woven noise": woven,
}
"""Faults that single images show."""
VARIETY: dict[str, Fault] = {"tiles of one": tiles, "classes missing": classes, "copies of few": copies}
"""Faults that only many images show."""
FAULTS = QUALITY | VARIETY


def _whole(images: Tensor) -> Tensor:
    return images.round().clamp(0, 255).to(torch.uint8)


def _places(images: Tensor) -> tuple[Tensor, Tensor]:
    """Return the rows [H, 1] and columns [1, W] of images."""
    return torch.arange(images.shape[2])[:, None], torch.arange(images.shape[3])[None]


def _gaussian(images: Tensor, sigma: float) -> Tensor:
    reach = min(int(3 * sigma) + 1, min(images.shape[2:]) - 1)
    kernel = (-(torch.arange(-reach, reach + 1) ** 2) / (2 * sigma**2)).exp()
    kernel = (kernel / kernel.sum()).expand(images.shape[1], 1, 1, -1)
    padded = F.pad(images, [reach] * 4, mode="reflect")
    across = F.conv2d(padded, kernel, groups=images.shape[1])
    return F.conv2d(across, kernel.transpose(2, 3), groups=images.shape[1])
