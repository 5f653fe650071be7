"""Discriminators of patches: each logit judges one part of the image (pix2pix, Isola et al. 2016, arXiv:1611.07004).

Appendix 6.1.2: 4x4 convolutions C64-C128-C256-C512 and one to a map of logits, leaky ReLU with slope 0.2, no
normalisation after the first. `depth` convolutions have stride 2, so a logit sees 16, 34, 70 or 142 pixels a side for
depths 1 to 4, and a single pixel for depth 0 (1x1 convolutions). Several scales judge the image and its halves
(pix2pixHD, Wang et al. 2017, arXiv:1711.11585, section 3.2).
"""

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, interpolate

from zerosum.data.size import shown
from zerosum.errors import UserError
from zerosum.networks import init
from zerosum.networks.any_size import folded, normalised
from zerosum.networks.layers import image_shape, spectrally_normalised
from zerosum.options import Count, Depth

SLOPE, CAP = 0.2, 8


class Patch(nn.Module):
    """D of patches at one or several scales.

    Args:
        shape: (C, H, W) of what it judges; any other H and W will do as long as a patch is left.
        width: channels after the first convolution, doubling with each one, up to 8 times as many.
        depth: convolutions with stride 2; None: 3, or as many as leave a patch.
        fold: side of the blocks of pixels that become channels; patches grow as many times.
        scales: discriminators, of the image and of as many halves of it.
        norm: "image" normalises by the statistics of the image (instance normalisation), "none" not at all.
        spectral_norm: normalise the weights spectrally.

    Raises:
        UserError: the data are no images, or so small that no patch is left.
    """

    def __init__(
        self,
        shape: tuple[int, ...],
        *,
        width: Count = 64,
        depth: Depth | None = 3,
        fold: Count = 1,
        scales: Count = 1,
        norm: Literal["image", "none"] = "image",
        spectral_norm: bool = False,
    ) -> None:
        super().__init__()
        channels, height, width_ = image_shape("patch", shape)
        self.fold = fold
        if depth is None:
            depth = next((most for most in (3, 2, 1) if smallest(height, width_, most, fold, scales) >= 1), 0)
        if smallest(height, width_, depth, fold, scales) < 1:
            raise UserError(
                f"no patch of {shown(height, width_)} images is left: use a smaller discriminator.depth or scales"
            )
        self.scales = nn.ModuleList(
            nn.ModuleList(_layers(channels * fold**2, width, depth, norm)) for _ in range(scales)
        )
        init.he(self, slope=SLOPE)
        for scale in self.scales:
            init.he(list(scale.children())[-1], slope=1.0)
        if spectral_norm:
            spectrally_normalised(self)

    def forward(self, x: Tensor, label: None = None) -> Tensor:
        """Return logits [N, scales, h, w] of images [N, C, H, W].

        Maps of coarser scales are enlarged to the finest, so that in a mean over all entries each scale counts alike.
        """
        return self.judge(x)[0]

    def judge(self, x: Tensor) -> tuple[Tensor, list[Tensor]]:
        """Return the logits, and the maps after every layer of every scale before the last, each [N, C, h, w]."""
        logits, features = list[Tensor](), list[Tensor]()
        x = folded(x, self.fold)
        for number, scale in enumerate(self.scales):
            *maps, last = _maps(scale, avg_pool2d(x, 2) if number else x)
            x = avg_pool2d(x, 2) if number else x
            features.extend(maps)
            logits.append(last if not logits else interpolate(last, size=logits[0].shape[2:], mode="nearest"))
        return torch.cat(logits, 1), features


def _layers(inputs: int, width: int, depth: int, norm: Literal["image", "none"]) -> list[nn.Module]:
    """Return the layers of one scale, each with its activation; the last gives the logits."""
    kernel, padding = (4, 1) if depth else (1, 0)
    widths = [width * min(2**level, CAP) for level in range(depth + 1)] if depth else [width, 2 * width]
    layers = list[nn.Module]()
    for number, outputs in enumerate(widths):
        stride = 2 if number < depth else 1
        own = norm if number else "none"
        layer = nn.Conv2d(inputs, outputs, kernel, stride=stride, padding=padding, bias=own == "none")
        layers.append(nn.Sequential(layer, *normalised(outputs, own), nn.LeakyReLU(SLOPE)))
        inputs = outputs
    return [*layers, nn.Conv2d(inputs, 1, kernel, padding=padding)]


def _maps(scale: nn.Module, x: Tensor) -> list[Tensor]:
    """Return what each layer says; the last in float32 outside autocast, as losses work on small differences."""
    maps, (*layers, head) = list[Tensor](), list(scale.children())
    for layer in layers:
        x = layer(x)
        maps.append(x)
    with torch.autocast(x.device.type, enabled=False):
        return [*maps, head(x.float())]


def smallest(height: int, width: int, depth: int, fold: int, scales: int) -> int:
    """Return the shorter side of the coarsest map of logits; below 1 there is none."""
    side = min(height, width) // fold >> (scales - 1)
    if not depth:
        return side
    for _ in range(depth):
        side //= 2
    return side - 2
