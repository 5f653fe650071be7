"""How unlike two images look to a network that knows photos: the distance of its maps, place by place."""

from typing import Protocol

import torch
from torch import Tensor
from torch.nn import functional as F

BATCH = 50
EPSILON = 1e-6
"""Vectors shorter than that count as nothing: where a map is silent there is no direction."""


class Maps(Protocol):
    """A network that shows what it sees at several levels."""

    def maps(self, images: Tensor) -> list[Tensor]:
        """Return maps [N, C_l, H_l, W_l], one a level l, of images [N, C, H, W] in 0..255."""


def perceptual(network: Maps, x: Tensor, y: Tensor) -> Tensor:
    """Return the distances of images x and y, [N, C, H, W] in 0..255: float32 [N], from 0 up to 4 a level.

    Zhang et al. 2018, arXiv:1801.03924, equation 1: with f_l the network's map at level l, and f^ that map with the
    vector at each of its H_l x W_l places divided by its length,

        d(x, y) = sum over l of 1 / (H_l W_l) sum over places of |f^_l(x) - f^_l(y)|^2

    All channels and levels weigh the same, where those authors learn weights from people's answers, and the network
    is another one: so it is not LPIPS, and its numbers are not those of LPIPS.
    """
    parts = zip(torch.split(x, BATCH), torch.split(y, BATCH), strict=True)
    return torch.cat([_distance(network.maps(a), network.maps(b)) for a, b in parts])


def _distance(ours: list[Tensor], theirs: list[Tensor]) -> Tensor:
    levels = [
        (F.normalize(a, dim=1, eps=EPSILON) - F.normalize(b, dim=1, eps=EPSILON)).square().sum(1).mean((1, 2))
        for a, b in zip(ours, theirs, strict=True)
    ]
    return torch.stack(levels).sum(0)
