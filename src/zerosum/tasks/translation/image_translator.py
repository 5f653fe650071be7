"""A game that translates, as users see it: images of any size in, images out, with what was asked checked first."""

from collections.abc import Callable

import torch
from torch import Tensor

from zerosum.core.control import control_of
from zerosum.core.game import Game
from zerosum.data.dataset import images_outside
from zerosum.errors import UserError
from zerosum.recipe.schema import Recipe
from zerosum.systems.translates import Translates
from zerosum.tasks.translation import tiles
from zerosum.tasks.translation.enlarged import enlarged, enlargement


def translating(game: Game, system: str) -> Translates:
    """Return a game as one that translates.

    Raises:
        UserError: it makes images of its own.
    """
    if not isinstance(game, Translates):
        raise UserError(
            f"this {system} generator makes images of its own: to translate images, train cyclegan, "
            "cut, pix2pix or inpainting"
        )
    return game


class ImageTranslator:
    """Translates images with a trained game.

    Args:
        game: that translates.
        recipe: how it was trained.

    Raises:
        UserError: the game makes images of its own.
    """

    def __init__(self, game: Game, recipe: Recipe) -> None:
        self.game, self.recipe = translating(game, recipe.system), recipe

    def translate(
        self, images: Tensor, *, direction: str = "forward", mask: Tensor | None = None, tile: int | None = None
    ) -> Tensor:
        """Translate uint8 images; see `Generator.translate` for arguments and errors."""
        if images.dtype != torch.uint8 or images.ndim != 4:
            raise UserError(f"images are {images.dtype} {list(images.shape)}: give uint8 [N, C, H, W]")
        self.check(direction=direction, masked=mask is not None, tile=tile)
        if images.shape[1] != self.channels_in(direction):
            raise UserError(f"images have {images.shape[1]} channels: this takes {self.channels_in(direction)}")
        if mask is not None and (mask.shape[1] != 1 or mask.shape[2:] != images.shape[2:]):
            raise UserError(f"the mask is {list(mask.shape)}: give [N, 1, {images.shape[2]}, {images.shape[3]}]")
        whole = None if mask is None else mask.expand(len(images), -1, -1, -1)
        rows = max(1, tiles.WHOLE // max(images.shape[2] * images.shape[3], 1))
        parts = [
            self.inside(
                images[at : at + rows],
                direction=direction,
                mask=None if whole is None else whole[at : at + rows],
                tile=tile,
            )
            for at in range(0, len(images), rows)
        ]
        return images_outside(torch.cat(parts)) if parts else images

    def inside(
        self,
        images: Tensor,
        *,
        direction: str = "forward",
        mask: Tensor | None = None,
        tile: int | None = None,
        told: Callable[[float], None] = lambda share: None,
    ) -> Tensor:
        """Return what `translate` does as floats, of uint8 images or floats in [-1, 1]; `told` hears how far it is."""
        factor = enlargement(self.recipe.data.pairs) if direction == "forward" else 1
        if factor > 1:
            images = enlarged(images, factor)
        return tiles.translate(self.game, images, direction=direction, mask=mask, side=tile, told=told)

    def check(self, *, direction: str = "forward", masked: bool = False, tile: int | None = None) -> None:
        """Raise UserError unless the game translates in this direction, with a mask or without."""
        tiles.check_side(tile)
        image = torch.zeros(1, self.channels_in(direction), *self.recipe.data.shape[1:])
        mask = torch.zeros(1, 1, *image.shape[2:]) if masked else None
        tiles.translate(self.game, image, direction=direction, mask=mask, side=0)

    def channels_in(self, direction: str = "forward") -> int:
        """Return the channels of the images that are translated in a direction."""
        return self.recipe.data.shape[0] if direction == "backward" else control_of(self.game.controls, "x").form.size
