"""The residual translator: down, residual blocks, up (Johnson et al. 2016, arXiv:1603.08155; CycleGAN, 1703.10593).

Appendix 7.2 of the CycleGAN paper: c7s1-64, d128, d256, R256 nine times (six for 128x128), u128, u64, c7s1-3, with
instance normalisation, ReLU and reflection padding. Here these are `width`, `levels` and `blocks`. On a CPU a
convolution of a few channels at full resolution costs much memory traffic for little work: `fold` turns blocks of
pixels into channels first, and back at the end.
"""

from torch import Tensor, nn

from zerosum.networks import init
from zerosum.networks.any_size import Norm, Padding, Translator, convolution, folded, normalised, unfolded
from zerosum.networks.layers import WIDEST
from zerosum.options import Count, Depth

SLOPE = 0.2
EDGE = 7
"""Kernel of the first and last convolution, where pixels are not folded; 3 where they are."""


class Block(nn.Module):
    """x + N(conv(rectifier(N(conv(x))))), both 3x3."""

    def __init__(self, width: int, *, norm: Norm, padding: Padding) -> None:
        super().__init__()
        bias = norm == "none"
        self.layers = nn.Sequential(
            convolution(width, width, 3, padding=padding, bias=bias),
            *normalised(width, norm),
            rectifier(norm),
            convolution(width, width, 3, padding=padding, bias=bias),
            *normalised(width, norm),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Add what the block says, [N, width, H, W]."""
        output: Tensor = self.layers(x)
        return x + output


class Residual(Translator):
    """Convolution, `levels` halvings, residual blocks, as many doublings, convolution; `rectifier` in between.

    Args:
        source: shape of the input, (C, H, W); only C counts.
        shape: of the output, (C, H, W); only C counts.
        width: channels at the finest level, doubling with each level down, up to 512.
        blocks: residual blocks, of two convolutions each.
        levels: halvings.
        fold: side of the blocks of pixels that become channels.
        norm: "image" normalises by the statistics of the image (instance normalisation), "none" not at all.
        padding: "reflect", as in the paper, or "zeros", which is faster.
        skip: what the network says is added to the image; else it is the image, by tanh.
    """

    def __init__(
        self,
        source: tuple[int, ...],
        shape: tuple[int, ...],
        *,
        width: Count = 64,
        blocks: Depth = 9,
        levels: Depth = 2,
        fold: Count = 1,
        norm: Norm = "image",
        padding: Padding = "reflect",
        skip: bool = False,
    ) -> None:
        kernel = EDGE if fold == 1 else 3
        unit, field = fold << levels, reach(fold, levels, blocks, kernel)
        # A map of one pixel has no deviation to normalise by, and reflection needs one wider than what is reflected.
        least = max(2 * unit, fold * (kernel // 2 + 1) if padding == "reflect" else 0)
        super().__init__(source, shape, unit=unit, reach=field, least=least, skip=skip)
        self.fold = fold
        self.channels = [min(width * 2**level, max(width, WIDEST)) for level in range(levels + 1)]
        bias, channels = norm == "none", self.channels
        self.stem = nn.Sequential(
            convolution(self.inputs * fold**2, width, kernel, padding=padding, bias=bias),
            *normalised(width, norm),
            rectifier(norm),
        )
        self.down = nn.ModuleList(halved(channels[n], channels[n + 1], norm) for n in range(levels))
        self.blocks = nn.ModuleList(Block(channels[-1], norm=norm, padding=padding) for _ in range(blocks))
        self.up = nn.Sequential(*(doubled(channels[n + 1], channels[n], norm) for n in reversed(range(levels))))
        self.out = convolution(width, self.outputs * fold**2, kernel, padding=padding, bias=True)
        init.he(self)
        quiet(self.out, self.blocks, norm)

    @property
    def widths(self) -> list[int]:
        """Channels of the folded image, of every level, and of the middle of the blocks."""
        return [self.inputs * self.fold**2, *self.channels, *self.channels[-1:] * bool(len(self.blocks))]

    def encode(self, x: Tensor) -> list[Tensor]:
        """Return the folded image, the maps of every level, and that in the middle of the blocks."""
        maps = [folded(x, self.fold)]
        for layer in (self.stem, *self.down):
            maps.append(layer(maps[-1]))
        middle = (len(self.blocks) + 1) // 2
        return [*maps, through(self.blocks[:middle], maps[-1])] if middle else maps

    def decode(self, maps: list[Tensor]) -> Tensor:
        """Return the image that the second half of the blocks and the way up make of the last map."""
        rest = through(self.blocks[(len(self.blocks) + 1) // 2 :], maps[-1])
        return unfolded(self.out(self.up(rest)), self.fold)


def halved(inputs: int, outputs: int, norm: Norm) -> nn.Module:
    """Return a 3x3 convolution with stride 2, normalised, rectified."""
    layer = nn.Conv2d(inputs, outputs, 3, stride=2, padding=1, bias=norm == "none")
    return nn.Sequential(layer, *normalised(outputs, norm), rectifier(norm))


def doubled(inputs: int, outputs: int, norm: Norm) -> nn.Module:
    """Return a 4x4 transposed convolution with stride 2, normalised, rectified.

    The paper's is 3x3, which covers pixels unevenly: 4x4 leaves no checks.
    """
    layer = nn.ConvTranspose2d(inputs, outputs, 4, stride=2, padding=1, bias=norm == "none")
    return nn.Sequential(layer, *normalised(outputs, norm), rectifier(norm))


def rectifier(norm: Norm) -> nn.Module:
    """Return ReLU after normalisation, and leaky ReLU without: there one large step can silence ReLU for all inputs."""
    return nn.ReLU() if norm == "image" else nn.LeakyReLU(SLOPE)


def through(layers: nn.ModuleList | nn.Module, x: Tensor) -> Tensor:
    """Return what `layers` make of `x`, one after the other."""
    for layer in layers.children():
        x = layer(x)
    return x


def quiet(out: nn.Conv2d, blocks: nn.ModuleList, norm: Norm) -> None:
    """Begin with small outputs, and without normalisation with blocks that say little: sums would grow with depth."""
    nn.init.normal_(out.weight, 0.0, 0.5 / init.fan_in(out) ** 0.5)
    if norm == "none":
        for block in blocks:
            last = list(block.modules())[-1]
            if isinstance(last, nn.Conv2d):
                last.weight.data.mul_(0.1)


def reach(fold: int, levels: int, blocks: int, kernel: int) -> int:
    """Return how many pixels around it an output pixel can depend on."""
    edges = 2 * fold * (kernel // 2)
    unit = fold << levels
    steps = 3 * (unit - fold)  # at each level one map pixel of a halving, and up to two of a doubling
    return edges + steps + 2 * blocks * unit + unit
