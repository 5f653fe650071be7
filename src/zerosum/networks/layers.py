"""Layers and arithmetic that several families share."""

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrizations

from zerosum.data.size import shown
from zerosum.errors import UserError
from zerosum.networks.init import WEIGHTED

Activation = Literal["relu", "leaky_relu", "maxout", "tanh"]
COARSEST = 7
WIDEST = 512


class Maxout(nn.Module):
    """max_j (W_j x + b_j) over `pieces` linear pieces: equations 1 and 2 of Goodfellow et al. 2013, arXiv:1302.4389.

    Args:
        inputs: length of x.
        outputs: length of the result.
        pieces: linear maps whose maximum is taken; 5 in the discriminator of arXiv:1406.2661.
    """

    def __init__(self, inputs: int, outputs: int, *, pieces: int = 5) -> None:
        super().__init__()
        self.pieces = pieces
        self.linear = nn.Linear(inputs, outputs * pieces)

    def forward(self, x: Tensor) -> Tensor:
        """Map [N, inputs] to [N, outputs]."""
        y: Tensor = self.linear(x)
        return y.view(len(y), -1, self.pieces).amax(2)


class Fold(nn.Module):
    """Turn each `fold` x `fold` block of pixels into channels: [N, C, H, W] -> [N, C fold^2, H / fold, W / fold]."""

    def __init__(self, fold: int) -> None:
        super().__init__()
        self.fold = fold

    def forward(self, x: Tensor) -> Tensor:
        """Fold the image."""
        return nn.functional.pixel_unshuffle(x, self.fold)


class Dropout(nn.Dropout):
    """Dropout that draws 16 random bits an entry on a CPU; the library draws 64 for each.

    The chance is rounded to a multiple of 2^-16, and what is kept is divided by the rounded chance of being kept, so
    the mean is exact.
    """

    def forward(self, x: Tensor) -> Tensor:
        """Drop entries of `x`, of any shape, in training."""
        dropped = round(self.p * 2**16)
        if not self.training or not 0 < dropped < 2**16 or x.device.type != "cpu":
            return super().forward(x)
        bits = torch.randint(-(2**63), 2**63 - 1, (-(-x.numel() // 4),), dtype=torch.int64).view(torch.int16)
        x = x if dense(x) else x.contiguous()
        # Written as numbers at once, in a row: turning truth values into numbers takes longer than all the rest.
        mask = torch.empty(x.numel(), dtype=x.dtype)
        torch.ge(bits[: x.numel()], dropped - 2**15, out=mask)
        return x * mask.mul_(2**16 / (2**16 - dropped)).as_strided(x.shape, x.stride())


def dense(x: Tensor) -> bool:
    """Say whether the entries of `x` fill a piece of memory, in the order of its dimensions or with channels last."""
    return x.is_contiguous() or (x.ndim == 4 and x.is_contiguous(memory_format=torch.channels_last))


def spectrally_normalised(module: nn.Module) -> nn.Module:
    """Divide the weight of every linear, convolution and embedding layer in `module` by its largest singular value.

    Section 2.1 and Algorithm 1 of Miyato et al. 2018, arXiv:1802.05957. The estimate moves by one power iteration each
    forward pass in training mode, and is kept with the checkpoint.
    """
    for part in list(module.modules()):
        if isinstance(part, (*WEIGHTED, nn.Embedding)):
            parametrizations.spectral_norm(part)
    return module


def image_shape(network: str, shape: Sequence[int]) -> tuple[int, int, int]:
    """Return `shape` as (channels, height, width).

    Raises:
        UserError: the data are not images.
    """
    if len(shape) != 3:
        raise UserError(f"{network} makes images, and the data are points of {shape[0]} numbers: use the network mlp")
    return shape[0], shape[1], shape[2]


def halvings(height: int, width: int) -> int | None:
    """Return how often both sides can be halved until the shorter is 4 to 7, or None where they cannot be so."""
    levels = 0
    while min(height, width) > COARSEST:
        if height % 2 or width % 2:
            return None
        height, width, levels = height // 2, width // 2, levels + 1
    return levels if levels and min(height, width) >= 4 else None


def levels_of(network: str, shape: Sequence[int]) -> int:
    """Return the number of resolutions of a pyramid down to 4 to 7 pixels.

    Raises:
        UserError: the data are not images, or not of a size that halves down to 4 to 7.
    """
    _, height, width = image_shape(network, shape)
    levels = halvings(height, width)
    if levels is None:
        raise UserError(
            f"{network} cannot make {shown(height, width)} images: use --size {nearest_sizes(height, width)}"
        )
    return levels


def nearest_sizes(height: int, width: int) -> str:
    """Return the sizes that a pyramid can make next to one that it cannot: '24 or 28', or of rectangles '56x48'."""
    if height == width:
        below = [side for side in range(height, 7, -1) if halvings(side, side)]
        above = next(side for side in range(max(height, 8), 4 * max(height, 8)) if halvings(side, side))
        return " or ".join(str(side) for side in dict.fromkeys([*below[:1], above]))
    short, long = min(height, width), max(height, width)
    sizes = [
        (side, round(max(long, side) / (unit := 1 << levels)) * unit)
        for side in range(8, 2 * max(short, 8))
        if (levels := halvings(side, side))
    ]
    near = min(sizes, key=lambda size: (abs(size[0] - short) + abs(size[1] - long), size))
    return "x".join(str(side) for side in (near if width < height else reversed(near)))


def widths(width: int, levels: int) -> list[int]:
    """Return the channels of each level, the finest first: `width`, doubling, up to 512."""
    return [min(width * 2**level, max(width, WIDEST)) for level in range(levels)]


def activation_layer(name: str) -> nn.Module:
    """Return the activation called `name` (`maxout` brings its own linear layer and is not one of them)."""
    return {"relu": nn.ReLU(), "leaky_relu": nn.LeakyReLU(0.2), "tanh": nn.Tanh()}[name]
