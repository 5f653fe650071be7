"""Fully connected, each layer told what all before it were told: the generator of CTGAN, arXiv:1907.00503."""

import math

import torch
from torch import Tensor, nn

from zerosum.options import Count, Depth


class Layer(nn.Module):
    """h -> [ReLU(BN(W h)), h]."""

    def __init__(self, inputs: int, width: int) -> None:
        super().__init__()
        self.linear, self.norm = nn.Linear(inputs, width), nn.BatchNorm1d(width)

    def forward(self, h: Tensor) -> Tensor:
        """Return [N, width + inputs] of h [N, inputs]."""
        return torch.cat([self.norm(self.linear(h)).relu(), h], 1)


class Generator(nn.Module):
    """h_0 = z, h_i = [ReLU(BN(W_i h_{i-1})), h_{i-1}], then a linear layer: equation 2 of arXiv:1907.00503.

    Args:
        inputs: length of z, with the condition where there is one.
        shape: of one sample, (D,).
        width: units of a hidden layer.
        depth: hidden layers.
    """

    def __init__(self, inputs: int, shape: tuple[int, ...], *, width: Count = 256, depth: Depth = 2) -> None:
        super().__init__()
        self.hidden = nn.Sequential(*[Layer(inputs + number * width, width) for number in range(depth)])
        last = nn.Linear(inputs + depth * width, math.prod(shape))
        self.out = nn.Sequential(last, nn.Unflatten(1, shape))

    def forward(self, z: Tensor) -> Tensor:
        """Map z [N, inputs] to raw numbers [N, *shape]."""
        raw: Tensor = self.out(self.hidden(z))
        return raw
