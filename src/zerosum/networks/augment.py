"""Differentiable augmentation: what the discriminator sees of every image, real or made, in training.

Zhao et al. 2020 ("Differentiable augmentation for data-efficient GAN training", arXiv:2006.10738, equations 4 and 5):
D and G both learn from D(T(x)), with T drawn anew for each image and gradients through it. What D cannot tell apart
under T it need not tell apart at all, so it cannot learn few reals by heart, while G does not learn to make T's
distortions.
"""

from collections.abc import Callable, Sequence
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F

Augmentation = Literal["mirror", "color", "translation", "cutout"]
SHIFT = 8
"""Images move by up to an eighth of their side."""
HOLE = 2
"""Holes are half as wide and high as the image."""


def augmented(x: Tensor, names: Sequence[Augmentation]) -> Tensor:
    """Return images [N, C, H, W] under one draw a row of each augmentation named, in their order; of the same shape."""
    for name in names:
        x = AUGMENTATIONS[name](x)
    return x


def mirrored(x: Tensor) -> Tensor:
    """Return each image mirrored left to right, or not, by chance."""
    flips = draw(x) < 0.5
    return torch.where(flips, x.flip(3), x)


def coloured(x: Tensor) -> Tensor:
    """Return each image at another brightness, saturation and contrast; alpha stays as it is.

    With u, v, w uniform in [-1/2, 1/2], [0, 2] and [1/2, 3/2] for each image: x + u, then about the mean over channels
    m(x): m + v (x - m), then about the mean over the image: m + w (x - m). Images reach from -1 to 1.
    """
    x, alpha = (x[:, :3], x[:, 3:]) if x.shape[1] == 4 else (x, None)
    x = x + draw(x) - 0.5
    if x.shape[1] > 1:
        grey = x.mean(1, keepdim=True)
        x = grey + 2 * draw(x) * (x - grey)
    mean = x.mean((1, 2, 3), keepdim=True)
    x = mean + (0.5 + draw(x)) * (x - mean)
    return x if alpha is None else torch.cat([x, alpha], 1)


def moved(x: Tensor) -> Tensor:
    """Return each image moved by up to an eighth of its sides, in whole pixels; what comes in is black.

    That is -1, the least value, which is transparent where there is alpha.
    """
    height, width = x.shape[2:]
    most = (max(1, height // SHIFT), max(1, width // SHIFT))
    padded = F.pad(x, (most[1], most[1], most[0], most[0]), value=-1.0)
    rows = whole(x, 2 * most[0] + 1) + torch.arange(height, device=x.device)
    columns = whole(x, 2 * most[1] + 1) + torch.arange(width, device=x.device)
    number = torch.arange(len(x), device=x.device)[:, None, None]
    return padded[number, :, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)


def cut(x: Tensor) -> Tensor:
    """Return each image with a hole of half its width and height, grey (0 inside), anywhere, also across the border."""
    height, width = x.shape[2:]
    down, across = height // HOLE, width // HOLE
    top, left = whole(x, height + 1) - down // 2, whole(x, width + 1) - across // 2
    rows, columns = torch.arange(height, device=x.device), torch.arange(width, device=x.device)
    hit = ((rows >= top) & (rows < top + down))[:, :, None] & ((columns >= left) & (columns < left + across))[:, None]
    return x.masked_fill(hit[:, None], 0.0)


def draw(x: Tensor) -> Tensor:
    """Return a number in [0, 1) for each image, [N, 1, 1, 1]."""
    return torch.rand(len(x), 1, 1, 1, device=x.device, dtype=x.dtype)


def whole(x: Tensor, most: int) -> Tensor:
    """Return a whole number, 0 <= number < most, for each image, [N, 1]."""
    return torch.randint(most, (len(x), 1), device=x.device)


AUGMENTATIONS: dict[Augmentation, Callable[[Tensor], Tensor]] = {
    "mirror": mirrored,
    "color": coloured,
    "translation": moved,
    "cutout": cut,
}
