"""A light generator: gated convolutions, and coarse maps that say which channels of fine ones count.

After Liu et al. 2021 ("Towards faster and stabilized GAN training", arXiv:2101.04775, section 3.1): a few layers a
resolution, gated linear units, noise, and skip-layer excitation, which lets the gradient reach the coarse layers by a
short way. As in `small`, the finest level is of folded pixels, which costs a CPU a quarter.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from zerosum.data.size import shown
from zerosum.errors import UserError
from zerosum.networks import init
from zerosum.networks.layers import image_shape
from zerosum.options import Count

COARSEST = 4
"""The shorter side of the first map: it is halved, rounded up, while it is longer."""
APART = 2
"""Levels between a map and the one that it excites; the paper has 4, and images of 256 pixels and more."""


class Generator(nn.Module):
    """z to a map of 4 pixels; up by nearest neighbours, 3x3 convolution, batch norm, noise, gate; unfolding, tanh.

    Args:
        inputs: length of z (with the condition, where there is one).
        shape: (C, H, W), sides multiples of `fold`.
        width: channels of the folded image's level, doubling with each level down, up to `widest`.
        widest: the most channels of a level.
        fold: side of the blocks of pixels that become channels.

    Raises:
        UserError: the sides are not multiples of `fold`.
    """

    def __init__(
        self, inputs: int, shape: tuple[int, ...], *, width: Count = 64, widest: Count = 256, fold: Count = 2
    ) -> None:
        super().__init__()
        sizes = sizes_of(shape, fold)
        channels = [min(width * 2**level, max(width, widest)) for level in range(len(sizes))][::-1]
        self.first = nn.Sequential(
            nn.Linear(inputs, 2 * channels[0] * sizes[0][0] * sizes[0][1], bias=False),
            nn.Unflatten(1, (2 * channels[0], *sizes[0])),
            nn.BatchNorm2d(2 * channels[0]),
            nn.GLU(1),
        )
        self.levels = nn.ModuleList(
            Level(channels[level], channels[level + 1], size) for level, size in enumerate(sizes[1:])
        )
        self.excitations = nn.ModuleList(
            Excitation(channels[level - APART], channels[level]) for level in range(APART, len(sizes))
        )
        self.out = nn.Sequential(nn.Conv2d(channels[-1], shape[0] * fold**2, 3, padding=1), nn.PixelShuffle(fold))
        init.he(self, slope=1.0)

    def forward(self, z: Tensor) -> Tensor:
        """Map z [N, inputs] to images [N, C, H, W] in [-1, 1]."""
        maps: list[Tensor] = [self.first(z)]
        for level in self.levels:
            x: Tensor = level(maps[-1])
            if len(maps) >= APART:
                x = x * self.excitations[len(maps) - APART](maps[len(maps) - APART])
            maps.append(x)
        images: Tensor = self.out(maps[-1])
        return images.tanh()


class Level(nn.Module):
    """Twice the pixels: nearest neighbours, 3x3 convolution, batch norm, noise, gated linear unit.

    Args:
        inputs: channels of the coarser map.
        outputs: channels of this one.
        size: its height and width.
    """

    def __init__(self, inputs: int, outputs: int, size: tuple[int, int]) -> None:
        super().__init__()
        self.size = size
        self.convolution = nn.Conv2d(inputs, 2 * outputs, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(2 * outputs)
        self.loudness = nn.Parameter(torch.zeros(()))

    def forward(self, x: Tensor) -> Tensor:
        """Return [N, outputs, *size] of x [N, inputs, h, w]."""
        x = self.norm(self.convolution(F.interpolate(x, size=self.size)))
        if self.training:  # noise is for training; without it a latent always gives the same image
            x = x + self.loudness * torch.randn_like(x[:, :1])
        return F.glu(x, 1)


class Excitation(nn.Module):
    """Factors in (0, 1) for the channels of a fine map, from a coarse one: equation 1 of arXiv:2101.04775.

    Args:
        inputs: channels of the coarse map.
        outputs: channels of the fine one.
    """

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(inputs, outputs, COARSEST), nn.SiLU(), nn.Conv2d(outputs, outputs, 1), nn.Sigmoid()
        )

    def forward(self, x: Tensor) -> Tensor:
        """Return [N, outputs, 1, 1] of x [N, inputs, h, w]."""
        factors: Tensor = self.layers(pooled(x, COARSEST))
        return factors


def pooled(x: Tensor, side: int) -> Tensor:
    """Return the means of maps [N, C, H, W] over the windows of adaptive pooling, [N, C, side, side].

    Window i of a side of length L is of the places from floor(i L / side) to below ceil((i + 1) L / side). Two matrix
    products: their derivative repeats bit for bit on CUDA, as that of torch's own does not.
    """
    return windows(x, side, 2) @ x @ windows(x, side, 3).T


def windows(x: Tensor, side: int, dim: int) -> Tensor:
    """Return the matrix that takes the means over the windows of one dimension of maps, [side, its length]."""
    length = x.shape[dim]
    place, window = torch.arange(length, device=x.device), torch.arange(side, device=x.device)[:, None]
    inside = (place >= window * length // side) & (place < -(-(window + 1) * length // side))
    return (inside / inside.sum(1, keepdim=True)).to(x.dtype)


def sizes_of(shape: tuple[int, ...], fold: int) -> list[tuple[int, int]]:
    """Return the height and width of each map, the coarsest first: halved and rounded up down to a side of 4.

    Raises:
        UserError: the data are not images, or of sides that are not multiples of `fold`.
    """
    _, height, width = image_shape("light", shape)
    if height % fold or width % fold:
        raise UserError(f"light cannot make {shown(height, width)} images: use --set generator.fold=1")
    sizes = [(height // fold, width // fold)]
    while min(sizes[-1]) > COARSEST:
        sizes.append((-(-sizes[-1][0] // 2), -(-sizes[-1][1] // 2)))
    return sizes[::-1]
