"""Networks of games that learn the way back: an encoder, and a discriminator of pairs (arXiv:1605.09782)."""

import math

import torch
from torch import Tensor, nn

from zerosum.networks.layers import spectrally_normalised
from zerosum.networks.trunk import DiscriminatorTrunk

SLOPE = 0.2


class Encoder(nn.Module):
    """E(x): any trunk and a linear head; tanh where the prior of z is U(-1, 1).

    Args:
        trunk: made for the shape of the samples.
        latent: dimensions of z.
        bounded: whether z lies in [-1, 1].
    """

    def __init__(self, trunk: DiscriminatorTrunk, latent: int, *, bounded: bool = False) -> None:
        super().__init__()
        self.trunk = trunk
        self.head = nn.Linear(trunk.features, latent)
        self.bound = nn.Tanh() if bounded else nn.Identity()
        trunk.initialise(self.head)

    def forward(self, x: Tensor) -> Tensor:
        """Map samples [N, *shape] to latents [N, latent], float32 in every precision."""
        features = self.trunk(x)
        with torch.autocast(x.device.type, enabled=False):
            z: Tensor = self.bound(self.head(features.to(self.head.weight.dtype)))
        return z


class PairDiscriminator(nn.Module):
    """D(x, z): features of x and z side by side, a hidden layer with leaky ReLU, and a linear head, in float32.

    A pair is one row of numbers, so that penalties can look at all of it; see `paired`.

    Args:
        trunk: made for the shape of the samples.
        shape: of one sample.
        latent: dimensions of z.
    """

    def __init__(self, trunk: DiscriminatorTrunk, shape: tuple[int, ...], latent: int) -> None:
        super().__init__()
        self.trunk, self.shape, self.latent = trunk, shape, latent
        width = max(trunk.features, latent)
        self.joint = nn.Sequential(nn.Linear(trunk.features + latent, width), nn.LeakyReLU(SLOPE), nn.Linear(width, 1))
        trunk.initialise(self.joint)
        if trunk.spectral_norm:
            spectrally_normalised(self.joint)

    def forward(self, pair: Tensor) -> Tensor:
        """Return logits [N] of pairs [N, prod(shape) + latent]."""
        x, z = torch.split(pair, [math.prod(self.shape), self.latent], 1)
        features = self.trunk(x.reshape(len(x), *self.shape))
        with torch.autocast(pair.device.type, enabled=False):
            logits: Tensor = self.joint(torch.cat([features.float(), z.float()], 1)).squeeze(1)
        return logits


def paired(x: Tensor, z: Tensor) -> Tensor:
    """Return samples [N, *shape] and latents [N, latent] as pairs [N, prod(shape) + latent]."""
    return torch.cat([x.flatten(1), z.to(x.dtype)], 1)
