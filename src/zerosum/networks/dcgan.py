"""DCGAN: strided convolutions with batch normalisation (Radford et al. 2016, arXiv:1511.06434).

It makes any size that halves down to 4 to 7 pixels. The paper's network is for 64x64: channels 64 (128 in its figure),
128, 256, 512 at 32, 16, 8 and 4 pixels. 28 gives 14 and 7. The paper's kernels are 5x5; 4x4, the default here and in
most later code, covers each pixel equally often and costs 0.64 of it.
"""

from torch import Tensor, nn

from zerosum.errors import UserError
from zerosum.networks import init
from zerosum.networks.layers import levels_of, spectrally_normalised, widths
from zerosum.networks.trunk import DiscriminatorTrunk, joined
from zerosum.options import Count


class Generator(nn.Module):
    """A linear layer to the coarsest map, then transposed convolutions that double it: ReLU inside, tanh at the end.

    Args:
        inputs: length of z (with the condition, where there is one).
        shape: (C, H, W).
        width: channels at half the image's size, doubling with each level down, up to 512.
        kernel: side of the convolution kernels; 5 in the paper.
        batch_norm: normalise over the batch after every layer but the last.

    Raises:
        UserError: the images do not halve down to 4 to 7 pixels.
    """

    def __init__(
        self, inputs: int, shape: tuple[int, ...], *, width: Count = 64, kernel: Count = 4, batch_norm: bool = True
    ) -> None:
        super().__init__()
        levels = levels_of("dcgan", shape)
        channels = [shape[0], *widths(width, levels)]
        coarse = (channels[-1], shape[1] >> levels, shape[2] >> levels)
        self.layers = nn.Sequential(
            nn.Linear(inputs, coarse[0] * coarse[1] * coarse[2], bias=not batch_norm),
            nn.Unflatten(1, coarse),
            *rectified(coarse[0], batch_norm),
        )
        for level in range(levels, 0, -1):
            self.layers.append(
                doubling(channels[level], channels[level - 1], kernel, bias=level == 1 or not batch_norm)
            )
            self.layers.extend(rectified(channels[level - 1], batch_norm) if level > 1 else [nn.Tanh()])
        init.dcgan(self.layers)

    def forward(self, z: Tensor) -> Tensor:
        """Map z [N, inputs] to images [N, C, H, W] in [-1, 1]."""
        images: Tensor = self.layers(z)
        return images


class Trunk(DiscriminatorTrunk):
    """Strided convolutions that halve the image down to 4 to 7 pixels, leaky ReLU with slope 0.2.

    Args:
        shape: (C, H, W).
        condition: length of the condition, which joins the image as constant maps.
        width: channels at half the image's size, doubling with each level down, up to 512.
        kernel: side of the convolution kernels; 5 in the paper.
        batch_norm: normalise over the batch after every convolution but the first.
        spectral_norm: normalise the weights spectrally (usually in place of batch_norm).

    Raises:
        UserError: the images do not halve down to 4 to 7 pixels.
    """

    def __init__(
        self,
        shape: tuple[int, ...],
        condition: int = 0,
        *,
        width: Count = 64,
        kernel: Count = 4,
        batch_norm: bool = True,
        spectral_norm: bool = False,
    ) -> None:
        super().__init__(condition=condition, spectral_norm=spectral_norm)
        levels = levels_of("dcgan", shape)
        channels = [shape[0] + condition, *widths(width, levels)]
        self.layers = nn.Sequential()
        for level in range(levels):
            normalised = batch_norm and level > 0
            self.layers.append(halving(channels[level], channels[level + 1], kernel, bias=not normalised))
            self.layers.extend([nn.BatchNorm2d(channels[level + 1])] if normalised else [])
            self.layers.append(nn.LeakyReLU(0.2))
        self.features = channels[-1] * (shape[1] >> levels) * (shape[2] >> levels)
        self.initialise(self.layers)
        if spectral_norm:
            spectrally_normalised(self.layers)

    def forward(self, x: Tensor, condition: Tensor | None = None) -> Tensor:
        """Return features [N, features] of images [N, C, H, W]."""
        features: Tensor = self.layers(joined(x, condition))
        return features.flatten(1)

    def initialise(self, module: nn.Module) -> None:
        """Draw weights from N(0, 0.02)."""
        init.dcgan(module)


def halving(inputs: int, outputs: int, kernel: int, *, bias: bool) -> nn.Conv2d:
    """Return a convolution with stride 2 that halves even sides exactly."""
    return nn.Conv2d(inputs, outputs, _checked(kernel), stride=2, padding=(kernel - 1) // 2, bias=bias)


def doubling(inputs: int, outputs: int, kernel: int, *, bias: bool) -> nn.ConvTranspose2d:
    """Return a transposed convolution with stride 2 that doubles sides exactly."""
    padding, odd = (kernel - 1) // 2, kernel % 2
    return nn.ConvTranspose2d(
        inputs, outputs, _checked(kernel), stride=2, padding=padding, output_padding=odd, bias=bias
    )


def rectified(channels: int, batch_norm: bool) -> list[nn.Module]:
    """Return batch normalisation, where it is wanted, and ReLU."""
    return [nn.BatchNorm2d(channels), nn.ReLU()] if batch_norm else [nn.ReLU()]


def _checked(kernel: int) -> int:
    if kernel < 2:
        raise UserError(f"a strided convolution needs a kernel of 2 or more, not {kernel}: use 4, or the paper's 5")
    return kernel
