"""Refiners: what is missing in a coarse image, the residual of a Laplacian pyramid's level (LAPGAN, arXiv:1506.05751).

In the paper noise joins the coarse image as one more plane. Here a linear layer makes the planes out of a vector, so
that one entry of z can mean something everywhere in the image. The label, where there is one, comes the same way.

And an image is bounded, so its residual is too: what the layers make, a, moves the coarse image l on the scale of
artanh, h = tanh(artanh(c l) + a) - l. A plain linear output has to meet -l to the last digit wherever the background is
black, or D tells it by its noise. As a = 0 adds next to nothing, a refiner has no need to learn what is there already.
"""

import math

import torch
from torch import Tensor, nn

from zerosum.data.size import shown
from zerosum.errors import UserError
from zerosum.networks import init
from zerosum.networks.layers import Fold, image_shape
from zerosum.networks.mlp import hidden_layers
from zerosum.options import Count, Depth

SLOPE = 0.2
INSIDE = 0.98
"""c: black and white have a finite artanh."""


class Dense(nn.Module):
    """`depth` hidden layers with leaky ReLU on z and the flattened coarse image, then a linear one.

    Args:
        inputs: length of z (with the condition, where there is one).
        shape: of the image, (C, H, W).
        width: units of a hidden layer.
        depth: hidden layers.
    """

    def __init__(self, inputs: int, shape: tuple[int, ...], *, width: Count = 256, depth: Depth = 2) -> None:
        super().__init__()
        joint = inputs + math.prod(shape)
        self.hidden = hidden_layers(joint, width, depth, "leaky_relu", batch_norm=False, dropout=0.0)
        self.out = nn.Sequential(nn.Linear(width if depth else joint, math.prod(shape)), nn.Unflatten(1, shape))
        init.he(self.hidden, slope=SLOPE)
        init.he(self.out, slope=1.0)

    def forward(self, z: Tensor, coarse: Tensor) -> Tensor:
        """Map z [N, inputs] and the enlarged coarse image [N, C, H, W] to a residual [N, C, H, W]."""
        return residual(self.out(self.hidden(torch.cat([z, coarse.flatten(1)], 1))), coarse)


class Convolutional(nn.Module):
    """3x3 convolutions on the folded coarse image and planes made of z, leaky ReLU, and unfolding at the end.

    Args:
        inputs: length of z (with the condition, where there is one).
        shape: (C, H, W), sides multiples of `fold`.
        width: channels.
        depth: convolutions between the first and the last.
        fold: side of the blocks of pixels that become channels.
        planes: maps that z becomes, at the folded size.

    Raises:
        UserError: the data are no images, or their sides are not multiples of `fold`.
    """

    def __init__(
        self,
        inputs: int,
        shape: tuple[int, ...],
        *,
        width: Count = 64,
        depth: Depth = 2,
        fold: Count = 2,
        planes: Count = 4,
    ) -> None:
        super().__init__()
        channels, height, width_ = image_shape("small", shape)
        if height % fold or width_ % fold:
            raise UserError(
                f"small cannot refine {shown(height, width_)} images: use sides that are multiples of {fold}"
            )
        folded = channels * fold**2
        self.noise = nn.Sequential(
            nn.Linear(inputs, planes * (height // fold) * (width_ // fold)),
            nn.Unflatten(1, (planes, height // fold, width_ // fold)),
        )
        self.fold = Fold(fold)
        self.layers = nn.Sequential(nn.Conv2d(folded + planes, width, 3, padding=1), nn.LeakyReLU(SLOPE))
        for _ in range(depth):
            self.layers.extend([nn.Conv2d(width, width, 3, padding=1), nn.LeakyReLU(SLOPE)])
        self.out = nn.Sequential(nn.Conv2d(width, folded, 3, padding=1), nn.PixelShuffle(fold))
        init.he(self.layers, slope=SLOPE)
        init.he(self.noise, slope=1.0)
        init.he(self.out, slope=1.0)

    def forward(self, z: Tensor, coarse: Tensor) -> Tensor:
        """Map z [N, inputs] and the enlarged coarse image [N, C, H, W] to a residual [N, C, H, W]."""
        return residual(self.out(self.layers(torch.cat([self.fold(coarse), self.noise(z)], 1))), coarse)


def residual(output: Tensor, coarse: Tensor) -> Tensor:
    """Return what is missing in a coarse image l: tanh(artanh(c l) + a) - l, so that their sum is within [-1, 1].

    Args:
        output: a, what layers make, [N, C, H, W].
        coarse: l in [-1, 1], [N, C, H, W]; what is beyond counts as black or white, where artanh has a value.
    """
    return torch.tanh(torch.atanh(INSIDE * coarse.clamp(-1, 1)) + output) - coarse
