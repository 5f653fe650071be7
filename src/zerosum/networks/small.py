"""Small convolutional networks shaped for a CPU: pixels are folded into channels before the first layer.

A convolution with 1 input channel at full resolution costs much memory traffic for little work. D therefore folds each
2x2 block of pixels into channels first (`pixel_unshuffle`), and G ends by unfolding them (`PixelShuffle`, section 2.2
of Shi et al. 2016, arXiv:1609.05158). For 28x28: 14x14x4 - 14x14x64 - 7x7x128 in D, and the way back in G.

So few convolutions see a dozen pixels each. What holds a digit together is left to one dense layer a network, before
G's convolutions and after D's: it costs a fifth of the time, and without it G draws fine strokes that form no digit.
"""

import math

from torch import Tensor, nn

from zerosum.data.size import shown, written
from zerosum.errors import UserError
from zerosum.networks import init
from zerosum.networks.dcgan import doubling, halving, rectified
from zerosum.networks.layers import COARSEST, Fold, image_shape, spectrally_normalised, widths
from zerosum.networks.trunk import DiscriminatorTrunk, joined
from zerosum.options import Count, Size

SLOPE = 0.2


class Generator(nn.Module):
    """Dense layers, 4x4 transposed convolutions up to the folded image, a 3x3 convolution, unfolding, tanh.

    Args:
        inputs: length of z (with the condition, where there is one).
        shape: (C, H, W), sides multiples of 2 fold.
        width: channels of the folded image's level, doubling with each level down, up to 512.
        fold: side of the blocks of pixels that become channels.
        hidden: length of the dense layer between z and the first image, with leaky ReLU; 0 for none.
        batch_norm: normalise over the batch after every layer but the dense one and the last.

    Raises:
        UserError: the sides are not multiples of 2 fold.
    """

    def __init__(
        self,
        inputs: int,
        shape: tuple[int, ...],
        *,
        width: Count = 64,
        fold: Count = 2,
        hidden: Size = 256,
        batch_norm: bool = True,
    ) -> None:
        super().__init__()
        levels = levels_of(shape, fold)
        channels = widths(width, levels + 1)
        coarse = (channels[-1], shape[1] // fold >> levels, shape[2] // fold >> levels)
        self.dense = nn.Sequential(nn.Linear(inputs, hidden), nn.LeakyReLU(SLOPE)) if hidden else nn.Sequential()
        self.layers = nn.Sequential(
            nn.Linear(hidden or inputs, coarse[0] * coarse[1] * coarse[2], bias=not batch_norm),
            nn.Unflatten(1, coarse),
            *rectified(coarse[0], batch_norm),
        )
        for level in range(levels, 0, -1):
            self.layers.append(doubling(channels[level], channels[level - 1], 4, bias=not batch_norm))
            self.layers.extend(rectified(channels[level - 1], batch_norm))
        self.out = nn.Sequential(nn.Conv2d(width, shape[0] * fold**2, 3, padding=1), nn.PixelShuffle(fold), nn.Tanh())
        init.he(self.dense, slope=SLOPE)
        init.he(self.layers)
        init.he(self.out, slope=1.0)

    def forward(self, z: Tensor) -> Tensor:
        """Map z [N, inputs] to images [N, C, H, W] in [-1, 1]."""
        images: Tensor = self.out(self.layers(self.dense(z)))
        return images


class Trunk(DiscriminatorTrunk):
    """Folding, a 3x3 convolution, 4x4 ones with stride 2 down to at most 7 pixels, dense; leaky ReLU with slope 0.2.

    Args:
        shape: (C, H, W), sides multiples of fold; of a folded side that is odd, halving leaves the smaller half.
        condition: length of the condition, which joins the folded image as constant maps.
        width: channels of the folded image's level, doubling with each level down, up to 512.
        fold: side of the blocks of pixels that become channels.
        hidden: length of the dense layer after the convolutions; 0 for none.
        batch_norm: normalise over the batch after every convolution but the first.
        spectral_norm: normalise the weights spectrally.

    Raises:
        UserError: the sides are not multiples of fold.
    """

    def __init__(
        self,
        shape: tuple[int, ...],
        condition: int = 0,
        *,
        width: Count = 64,
        fold: Count = 2,
        hidden: Size = 128,
        batch_norm: bool = False,
        spectral_norm: bool = False,
    ) -> None:
        super().__init__(condition=condition, spectral_norm=spectral_norm)
        levels = halvings_of(shape, fold)
        channels = widths(width, levels + 1)
        self.fold = Fold(fold)
        self.layers = nn.Sequential(nn.Conv2d(shape[0] * fold**2 + condition, width, 3, padding=1), nn.LeakyReLU(SLOPE))
        for level in range(levels):
            self.layers.append(halving(channels[level], channels[level + 1], 4, bias=not batch_norm))
            self.layers.extend([nn.BatchNorm2d(channels[level + 1])] if batch_norm else [])
            self.layers.append(nn.LeakyReLU(SLOPE))
        self.layers.append(nn.Flatten())
        self.features = channels[-1] * (shape[1] // fold >> levels) * (shape[2] // fold >> levels)
        if hidden:
            self.layers.extend([nn.Linear(self.features, hidden), nn.LeakyReLU(SLOPE)])
            self.features = hidden
        self.initialise(self.layers)
        if spectral_norm:
            spectrally_normalised(self.layers)

    def forward(self, x: Tensor, condition: Tensor | None = None) -> Tensor:
        """Return features [N, features] of images [N, C, H, W]."""
        features: Tensor = self.layers(joined(self.fold(x), condition))
        return features

    def initialise(self, module: nn.Module) -> None:
        """Draw weights after He et al."""
        init.he(module, slope=SLOPE)


def levels_of(shape: tuple[int, ...], fold: int) -> int:
    """Return how often the folded image is halved: once, and again while its sides are even and above 7.

    Raises:
        UserError: the data are not images, or of sides that are not multiples of 2 fold.
    """
    _, height, width = image_shape("small", shape)
    unit = 2 * fold
    if height % unit or width % unit:
        below, above = (
            (height // unit * unit, width // unit * unit),
            (-(-height // unit) * unit, -(-width // unit) * unit),
        )
        sizes = " or ".join(str(written(size)) for size in dict.fromkeys([below, above]) if all(size))
        raise UserError(f"small cannot make {shown(height, width)} images: use --size {sizes}")
    height, width, levels = height // unit, width // unit, 1
    while min(height, width) > COARSEST and height % 2 == 0 and width % 2 == 0:
        height, width, levels = height // 2, width // 2, levels + 1
    return levels


def halvings_of(shape: tuple[int, ...], fold: int) -> int:
    """Return how often D halves the folded image: as G doubles it; where G could not make it, until it is at most 7.

    Raises:
        UserError: the data are not images, or of sides that are not multiples of fold.
    """
    _, height, width = image_shape("small", shape)
    if height % fold or width % fold or not (height % (2 * fold) or width % (2 * fold)):
        return levels_of(shape, fold)
    shorter = min(height, width) // fold
    return max(0, math.ceil(math.log2((shorter + 1) / (COARSEST + 1))))
