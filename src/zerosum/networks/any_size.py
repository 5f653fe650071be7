"""What all translators share: images in, images of the same size out, of any size."""

import abc
from typing import Literal

import torch
from torch import Tensor, nn

from zerosum.errors import UserError
from zerosum.networks.layers import image_shape
from zerosum.networks.norms import ImageNorm

Norm = Literal["image", "none"]
Padding = Literal["reflect", "zeros"]


class Translator(nn.Module, abc.ABC):
    """A fully convolutional network from images [N, inputs, H, W] to images [N, outputs, H, W].

    Sides that are no multiples of `unit` are padded on the right and at the bottom by reflection, and cropped at the
    end: so tiles whose corners lie on multiples of `unit` see the grid that the whole image has.

    Args:
        source: shape of the input, (C, H, W); only C counts.
        shape: of the output, (C, H, W); only C counts.
        unit: number of which all sides inside are multiples.
        least: the smallest side inside; smaller ones are padded too.
        reach: how many pixels around it an output pixel depends on, beside the statistics of the whole image.
        skip: what the network says is added to the image; else it is the image, by tanh.

    Raises:
        UserError: the data are no images, or `skip` with as many channels in as cannot be added to those out.
    """

    def __init__(
        self,
        source: tuple[int, ...],
        shape: tuple[int, ...],
        *,
        unit: int,
        reach: int,
        least: int = 1,
        skip: bool = False,
    ) -> None:
        super().__init__()
        self.inputs, self.outputs = image_shape("a translator", source)[0], image_shape("a translator", shape)[0]
        self.unit, self.reach, self.least, self.skip = unit, reach, least, skip
        if skip and self.inputs != 1 and self.inputs < self.outputs:
            raise UserError(f"skip adds {self.inputs} channels to {self.outputs}: use skip=false, or --channels")

    @abc.abstractmethod
    def encode(self, x: Tensor) -> list[Tensor]:
        """Return the maps [N, C, H, W] on the way from the images to the middle of the network, the images first."""

    @abc.abstractmethod
    def decode(self, maps: list[Tensor]) -> Tensor:
        """Return what the network says of the images of which these are the maps, [N, outputs, H, W]."""

    @property
    @abc.abstractmethod
    def widths(self) -> list[int]:
        """The channels of each of the maps."""

    def forward(self, x: Tensor) -> Tensor:
        """Translate images [N, inputs, H, W]: into [-1, 1], or with `skip` near it."""
        output = self.decode(self.encode(self.padded(x)))[:, :, : x.shape[2], : x.shape[3]]
        if not self.skip:
            return output.tanh()
        return output + (x if self.inputs == 1 else x[:, : self.outputs])

    def maps(self, x: Tensor) -> list[Tensor]:
        """Return the maps of images of any size; what is padded is in them."""
        return self.encode(self.padded(x))

    def padded(self, x: Tensor) -> Tensor:
        """Pad images [N, C, H, W] so that both sides are multiples of `unit`."""
        height, width = (-(-max(side, self.least) // self.unit) * self.unit for side in x.shape[2:])
        bottom, right = height - x.shape[2], width - x.shape[3]
        if not bottom and not right:
            return x
        mirrored = bottom < x.shape[2] and right < x.shape[3]
        return nn.functional.pad(x, (0, right, 0, bottom), mode="reflect" if mirrored else "replicate")


def normalised(channels: int, norm: Norm) -> list[nn.Module]:
    """Return the normalisation of this name, as a list that may be empty."""
    return [ImageNorm(channels)] if norm == "image" else []


def convolution(inputs: int, outputs: int, kernel: int, *, padding: Padding, bias: bool) -> nn.Conv2d:
    """Return a convolution that keeps the size; `kernel` is odd."""
    kind = ReflectingConv2d if padding == "reflect" else nn.Conv2d
    return kind(inputs, outputs, kernel, padding=kernel // 2, padding_mode=padding, bias=bias)


class ReflectingConv2d(nn.Conv2d):
    """A convolution with reflection for padding, as much on all sides.

    The kernel of torch's padding that repeats on CUDA leaves corners out of the derivative where a pixel is reflected
    at two opposite borders. So on a device such narrow maps are padded by indexing.
    """

    def forward(self, x: Tensor) -> Tensor:
        """Map [N, inputs, H, W] to [N, outputs, H, W]."""
        width = int(self.padding[0])
        if x.device.type == "cpu" or min(x.shape[2:]) > 2 * width + 1:
            return super().forward(x)
        return nn.functional.conv2d(reflected(x, width), self.weight, self.bias)


def reflected(x: Tensor, width: int) -> Tensor:
    """Return maps [N, C, H, W] with `width` pixels more on all sides, reflected; less than the maps' sides."""
    rows, columns = (
        side - 1 - (side - 1 - torch.arange(-width, side + width, device=x.device).abs()).abs() for side in x.shape[2:]
    )
    return x[:, :, rows[:, None], columns]


def unfolded(x: Tensor, fold: int) -> Tensor:
    """Turn channels back into blocks of pixels: [N, C fold^2, H, W] -> [N, C, H fold, W fold]."""
    return nn.functional.pixel_shuffle(x, fold) if fold > 1 else x


def folded(x: Tensor, fold: int) -> Tensor:
    """Turn blocks of pixels into channels: [N, C, H, W] -> [N, C fold^2, H / fold, W / fold]."""
    return nn.functional.pixel_unshuffle(x, fold) if fold > 1 else x


def clamped(images: Tensor) -> Tensor:
    """Return images within [-1, 1]."""
    return torch.clamp(images, -1, 1)
