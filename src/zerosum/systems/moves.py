"""Small moves of an image that leave what it shows the same: a turn, a shear, a zoom and a shift at random."""

import math
from typing import Annotated

import torch
from pydantic import Field
from torch import Tensor

from zerosum.networks.affine import transformed

Extent = Annotated[float, Field(ge=0)]


class Moves:
    """Move each image by amounts of its own, drawn evenly, of all four kinds at once.

    Args:
        turn: greatest turn either way, degrees.
        shear: greatest shear either way: how far a row moves across for each row down.
        zoom: the greatest factor of size is exp(zoom), the least exp(-zoom), of its own in height and width.
        shift: greatest shift either way, as a share of the side.
    """

    def __init__(self, *, turn: Extent = 20.0, shear: Extent = 0.5, zoom: Extent = 0.2, shift: Extent = 0.075):
        self.turn, self.shear, self.zoom, self.shift = turn, shear, zoom, shift

    def __call__(self, images: Tensor) -> Tensor:
        """Return images [N, C, H, W] moved; derivatives reach them."""
        return transformed(images, self.maps(len(images)).to(images))

    def maps(self, n: int) -> Tensor:
        """Return the affine maps from a place in the result to the one it comes from, [n, 2, 3], sides 2 long."""
        turn, shear, across_zoom, down_zoom, across, down = (torch.rand(6, n) * 2 - 1).unbind()
        cos, sin = (math.radians(self.turn) * turn).cos(), (math.radians(self.turn) * turn).sin()
        across_zoom, down_zoom = (self.zoom * across_zoom).exp(), (self.zoom * down_zoom).exp()
        first = (cos * across_zoom, self.shear * shear - sin * across_zoom, 2 * self.shift * across)
        second = (sin * down_zoom, cos * down_zoom, 2 * self.shift * down)
        return torch.stack([*first, *second], 1).view(n, 2, 3)
