"""Standard augmentation: the changes to an image that every classifier is trained with, and that cost nothing."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from zerosum.networks.affine import transformed

MIRRORED = ("fashion-mnist", "cifar10")
"""Known sets whose classes look the same in a mirror; a mirrored digit is none."""


@dataclass(frozen=True)
class Standard:
    """Shift, turn and mirror each image by amounts of its own, drawn evenly.

    What comes in from beyond the border has the median colour of the border, so that dark grounds stay dark and white
    ones white.
    """

    shift: float = 1 / 14
    """Greatest shift each way as a share of the side: 2 of 28 pixels."""
    degrees: float = 10.0
    """Greatest turn each way."""
    mirror: bool = False
    """Whether half of the images are mirrored left to right."""

    def __call__(self, images: Tensor, generator: torch.Generator) -> Tensor:
        """Return uint8 images [N, C, H, W] changed at random, sampled bilinearly."""
        changed = transformed(images.cpu().float(), self.maps(len(images), generator))
        return changed.round().clamp(0, 255).to(torch.uint8)

    def maps(self, n: int, generator: torch.Generator) -> Tensor:
        """Return the affine maps from a place in the result to the one it comes from, [n, 2, 3], in [-1, 1]."""
        angle, across, down = (torch.rand(3, n, generator=generator) * 2 - 1).unbind()
        angle = angle * math.radians(self.degrees)
        flip = 1 - 2 * (torch.rand(n, generator=generator) < 0.5).float() * self.mirror
        cos, sin = angle.cos(), angle.sin()
        # The side is 2 long in these units.
        rows = (flip * cos, -flip * sin, 2 * self.shift * across, sin, cos, 2 * self.shift * down)
        return torch.stack(rows, 1).view(n, 2, 3)
