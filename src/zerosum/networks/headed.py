"""How a generator of rows ends: numbers by tanh, choices by a Gumbel-softmax, side by side."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from zerosum.data.keyed_random import GOLDEN, uniform

TEMPERATURE = 0.2
"""Of the softmax (arXiv:1907.00503, section 4.4)."""
NUMBERS, CHOICES = 3, 4
"""Streams of random numbers."""


class Head(nn.Module):
    """tanh of numbers; of choices softmax((x + g) / t), g from Gumbel(0, 1): equation 1 of arXiv:1611.01144.

    Its largest entry is one drawn from softmax(x), whatever the temperature t.

    Args:
        sizes: entries of each block of a row, one after the other: 1 for a number, more for a choice.
        temperature: t > 0; the smaller, the nearer to 0 and 1.
    """

    def __init__(self, sizes: Sequence[int], *, temperature: float = TEMPERATURE) -> None:
        super().__init__()
        self.sizes, self.temperature = list(sizes), temperature

    def forward(self, raw: Tensor, gumbel: Tensor) -> Tensor:
        """Return rows [N, D] of raw numbers [N, D] and as many from Gumbel(0, 1); float32 in every precision."""
        with torch.autocast(raw.device.type, enabled=False):
            raw = raw.float()
            numbers = torch.split(raw.tanh(), self.sizes, 1)
            choices = torch.split((raw + gumbel) / self.temperature, self.sizes, 1)
            pairs = zip(self.sizes, numbers, choices, strict=True)
            return torch.cat([number if size == 1 else choice.softmax(1) for size, number, choice in pairs], 1)


class Headed(nn.Module):
    """A generator with a head.

    In training the choices of a row are drawn anew each time. In evaluation they are drawn from its input, whose bits
    are the key, so the same input makes the same row.

    Args:
        body: inputs [N, ...] -> raw numbers [N, D].
        head: raw numbers and as many from Gumbel(0, 1) -> rows [N, D].
    """

    def __init__(self, body: nn.Module, head: Head) -> None:
        super().__init__()
        self.body, self.head = body, head

    def forward(self, inputs: Tensor) -> Tensor:
        """Return rows [N, D]."""
        return self.finished(self.body(inputs), inputs)

    def finished(self, raw: Tensor, inputs: Tensor) -> Tensor:
        """Return the rows of raw numbers that `body` made of inputs."""
        drawn = torch.rand(raw.shape, device=raw.device) if self.training else uniform(keys_of(inputs), raw.shape[1])
        rows: Tensor = self.head(raw, gumbel(drawn))
        return rows


def headed(body: nn.Module, head: Head | None) -> nn.Module:
    """Return a generator with a head where its data have one."""
    return body if head is None else Headed(body, head)


def gumbel(drawn: Tensor) -> Tensor:
    """Return -ln(-ln u) of numbers u in [0, 1)."""
    least = torch.finfo(torch.float32).tiny
    return -(-drawn.clamp(least, 1 - 2**-24).log()).log()


def keys_of(inputs: Tensor) -> Tensor:
    """Return a key for each row of inputs [N, ...], int64 [N], that all of its bits tell: a polynomial of them."""
    bits = inputs.flatten(1).float().contiguous().view(torch.int32).long()
    powers = [pow(GOLDEN, exponent, 2**64) for exponent in range(bits.shape[1])]
    signed = [power - 2**64 if power >= 2**63 else power for power in powers]
    return (bits * torch.tensor(signed, device=bits.device)).sum(1)
