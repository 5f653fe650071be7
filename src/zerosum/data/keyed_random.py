"""Random numbers as a pure function of whole numbers, the same on every device and however a batch is divided.

Each sample of a batch has a key. What is random about it (where its crop lies, which hole it has) is drawn from the key
alone, so two processes that share a batch draw what one would, and a resumed run repeats itself without any state.
"""

import math

import torch
from torch import Tensor

from zerosum.core.seeds import derived_seed

GOLDEN, FIRST, SECOND = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
STREAM = 1 << 32
"""Numbers that may be drawn from a key for one purpose: streams lie so far apart."""


def keys_for(seed: int, numbers: Tensor) -> Tensor:
    """Return the keys, int64 [N], of samples number `numbers` (int64 [N]) of a run with this seed."""
    return numbers + derived_seed(seed)


def uniform(keys: Tensor, count: int, stream: int = 0) -> Tensor:
    """Return float32 [N, count] in [0, 1), for each key of [N] its own; `stream` tells purposes apart.

    SplitMix64 (Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators", Figure 17), started at the
    mixed key, so that neighbouring keys have unrelated numbers.
    """
    places = torch.arange(1, count + 1, device=keys.device) + stream * STREAM
    mixed = _mix(_mix(keys)[:, None] + places * _signed(GOLDEN))
    return _shifted(mixed, 40).to(torch.float32) / 2**24


def normal(keys: Tensor, count: int, stream: int = 0) -> Tensor:
    """Return float32 [N, count] from N(0, 1): Box and Muller's sqrt(-2 ln u) cos(2 pi v)."""
    u, v = uniform(keys, 2 * count, stream).chunk(2, dim=1)
    return (-2 * torch.log1p(-u)).sqrt() * torch.cos(2 * math.pi * v)


def below(keys: Tensor, limit: int, stream: int = 0) -> Tensor:
    """Return whole numbers, int64 [N], each 0 <= number < limit, for limits up to 2^24."""
    return (uniform(keys, 1, stream)[:, 0].double() * limit).long()


def _mix(z: Tensor) -> Tensor:
    z = (z ^ _shifted(z, 30)) * _signed(FIRST)
    z = (z ^ _shifted(z, 27)) * _signed(SECOND)
    return z ^ _shifted(z, 31)


def _shifted(z: Tensor, places: int) -> Tensor:
    """Shift the 64 bits of int64 to the right, filling up with zeros."""
    return (z >> places) & ((1 << 64 - places) - 1)


def _signed(number: int) -> int:
    """Return the int64 with the bits of an unsigned number."""
    return number - 2**64 if number >= 2**63 else number
