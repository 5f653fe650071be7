"""The U-Net: down to a few pixels and up again, with what each level saw joined to what comes up (arXiv:1505.04597).

Appendix 6.1.1 of pix2pix (Isola et al. 2016, arXiv:1611.07004): 4x4 convolutions with stride 2, C64-C128-C256-C512 five
times, leaky ReLU with slope 0.2 on the way down, ReLU on the way up, no normalisation after the first and around the
innermost, dropout in the innermost three levels of the way up.
"""

from itertools import pairwise

import torch
from torch import Tensor, nn

from zerosum.networks import init
from zerosum.networks.any_size import Norm, Translator, folded, normalised, unfolded
from zerosum.networks.layers import Dropout
from zerosum.options import Chance, Count

SLOPE, CAP, DROPPED = 0.2, 8, 3


class UNet(Translator):
    """`depth` convolutions with stride 2 and as many transposed ones, with skips between equal sizes.

    Args:
        source: shape of the input, (C, H, W); only C counts.
        shape: of the output, (C, H, W); only C counts.
        width: channels of the finest level, doubling with each level down, up to 8 times as many.
        depth: halvings; sides are padded to multiples of `fold` 2^depth.
        fold: side of the blocks of pixels that become channels.
        norm: "image" normalises by the statistics of the image (instance normalisation), "none" not at all.
        dropout: share of the units left out in training, in the innermost three levels of the way up.
        skip: what the network says is added to the image; else it is the image, by tanh.
    """

    def __init__(
        self,
        source: tuple[int, ...],
        shape: tuple[int, ...],
        *,
        width: Count = 64,
        depth: Count = 5,
        fold: Count = 1,
        norm: Norm = "image",
        dropout: Chance = 0.0,
        skip: bool = False,
    ) -> None:
        super().__init__(source, shape, unit=fold << depth, reach=4 * fold << depth, skip=skip)
        self.fold = fold
        self.channels = [width * min(2**level, CAP) for level in range(depth)]
        self.down, self.up = nn.ModuleList(), nn.ModuleList()
        for level, (above, below) in enumerate(pairwise([self.inputs * fold**2, *self.channels])):
            inner = 0 < level < depth - 1
            self.down.append(halved(above, below, norm if inner else "none"))
        for level in reversed(range(1, depth)):
            inputs = self.channels[level] * (1 if level == depth - 1 else 2)
            drop = dropout if level >= depth - DROPPED else 0.0
            self.up.append(doubled(inputs, self.channels[level - 1], norm, drop))
        last = self.channels[0] * (1 if depth == 1 else 2)
        self.out = nn.ConvTranspose2d(last, self.outputs * fold**2, 4, stride=2, padding=1)
        init.he(self.down, slope=SLOPE)
        init.he(self.up)
        nn.init.normal_(self.out.weight, 0.0, 0.5 / init.fan_in(self.out) ** 0.5)
        nn.init.zeros_(self.out.bias) if self.out.bias is not None else None

    @property
    def widths(self) -> list[int]:
        """Channels of the folded image and of every level."""
        return [self.inputs * self.fold**2, *self.channels]

    def encode(self, x: Tensor) -> list[Tensor]:
        """Return the folded image and the maps of every level, each half as large as the one before."""
        maps = [folded(x, self.fold)]
        for layer in self.down:
            maps.append(layer(maps[-1]))
        return maps

    def decode(self, maps: list[Tensor]) -> Tensor:
        """Return the image, each level joined with the map of its size from the way down."""
        *skips, x = maps
        for layer, skip in zip(self.up, reversed(skips), strict=False):
            x = torch.cat([layer(x), skip], 1)
        return unfolded(self.out(x), self.fold)


def halved(inputs: int, outputs: int, norm: Norm) -> nn.Module:
    """Return a 4x4 convolution with stride 2, normalised, with leaky ReLU."""
    layer = nn.Conv2d(inputs, outputs, 4, stride=2, padding=1, bias=norm == "none")
    return nn.Sequential(layer, *normalised(outputs, norm), nn.LeakyReLU(SLOPE))


def doubled(inputs: int, outputs: int, norm: Norm, dropout: float) -> nn.Module:
    """Return a 4x4 transposed convolution with stride 2, normalised, with dropout where wanted, and ReLU."""
    layer = nn.ConvTranspose2d(inputs, outputs, 4, stride=2, padding=1, bias=norm == "none")
    dropped = [Dropout(dropout)] if dropout else []
    return nn.Sequential(layer, *normalised(outputs, norm), *dropped, nn.ReLU())
