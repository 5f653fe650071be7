"""What a game promises that translates images, whatever its players are."""

import abc
from typing import ClassVar, Literal

import torch
from torch import Tensor

from zerosum.core.game import Game


class Translates(Game, abc.ABC):
    """A game whose samples are made of images that it is given, the batch's `x`."""

    learns: ClassVar[Literal["pairs", "domains", "holes"]]
    """What it learns from: pairs that belong together, two sets of images that do not, or images with holes made into
    them."""

    def prepared(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        """Return what `translate` takes of whole images: of those with holes, nothing of what was in them.

        Images that go through in tiles are prepared before they are cut, so this may look at all of an image.

        Args:
            x: [N, C, H, W] in [-1, 1].
            mask: [N, 1, H, W], 1 where pixels are missing; None where there are no holes.
        """
        return x if mask is None else torch.where(mask > 0, torch.zeros_like(x), x)

    @abc.abstractmethod
    def translate(self, x: Tensor, *, direction: str = "forward", mask: Tensor | None = None) -> Tensor:
        """Translate images, [N, C, H, W] in [-1, 1] of any size, into images of the other domain, of the same size.

        Args:
            x: images of the source, or of the target where `direction` says so; as `prepared` returns them.
            direction: "forward", from source to target, or "backward" in games that know the way back.
            mask: [N, 1, H, W], 1 where pixels are missing and 0 elsewhere, for games that fill holes.

        Raises:
            UserError: this game has not learned this direction, or a mask is missing or not wanted.
        """
