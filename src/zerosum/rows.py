"""The picture of a translation: groups of source, result and, where it is known, target; then the way back."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from PIL import Image
from torch import Tensor

from zerosum import pictures, sampling
from zerosum.data.dataset import images_outside
from zerosum.data.translation import Translation
from zerosum.errors import UserError
from zerosum.game import Game

WIDE, SIDE, MOST = 12, 480, 24
"""Images in a row, for small ones; the pixels that a row has at most for large ones; and groups at most."""


@dataclass(frozen=True)
class Shown:
    """Images to translate, always the same: inputs by control, targets, all inside; and whether these are the truth."""

    inputs: dict[str, Tensor]
    targets: Tensor
    truth: bool

    def picture(self) -> Image.Image:
        """Draw sources beside targets, as the data have them."""
        return grouped([self.inputs["x"], self.targets])


def shown(test: Translation) -> Shown:
    """Choose the first images of a test split."""
    count = min(MOST, len(test.sources), len(test.targets))
    rows = torch.arange(count)
    return Shown(
        {name: value.cpu() for name, value in test.inputs(rows).items()},
        test.targets.batch(rows)["real"].cpu(),
        test.truth,
    )


def rows(game: Game, images: Shown) -> Image.Image:
    """Draw groups of source, result and target, below them the way back of games that know it: target, result, source.

    Targets and sources that belong to no result are left out.
    """
    x, targets = images.inputs["x"], images.targets
    made, _ = sampling.sample(game, len(x), given=images.inputs)
    there = grouped([x, made, *([targets] if images.truth else [])])
    back = _back(game, targets)
    if back is None:
        return there
    return _below(there, grouped([targets, back, *([x] if images.truth else [])]))


def grouped(columns: Sequence[Tensor]) -> Image.Image:
    """Draw images [N, 1 or 3, H, W] in [-1, 1] in groups: the first of each of the columns, the second of each..."""
    channels = max(column.shape[1] for column in columns)
    outside = [images_outside(column).expand(-1, channels, -1, -1) for column in columns]
    wide = max(len(columns), min(WIDE, WIDE * SIDE // (outside[0].shape[3] * WIDE)) // len(columns) * len(columns))
    return pictures.grid(torch.stack(outside, 1).flatten(0, 1), columns=wide)


@torch.no_grad()
def _back(game: Game, targets: Tensor) -> Tensor | None:
    device = next(game.parameters()).device
    try:
        with sampling.evaluating(game):
            return game.translate(targets.to(device), direction="backward").float().cpu()
    except UserError:
        return None


def _below(first: Image.Image, second: Image.Image) -> Image.Image:
    mode = first.mode if first.mode == second.mode else "RGB"
    sheet = Image.new(mode, (max(first.width, second.width), first.height + second.height))
    sheet.paste(first.convert(mode), (0, 0))
    sheet.paste(second.convert(mode), (0, first.height))
    return sheet
