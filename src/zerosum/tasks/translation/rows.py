"""The picture of a translation: groups of source, result and, where it is known, target; then the way back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import torch
from PIL import Image
from torch import Tensor

from zerosum.core.game import Game
from zerosum.data.channels import with_channels
from zerosum.data.dataset import images_outside
from zerosum.data.source_target import Translation
from zerosum.drawing import pictures
from zerosum.errors import UserError
from zerosum.metrics.source import choose
from zerosum.sampling import sampler
from zerosum.systems.translates import Translates

MOST, WIDE, TILE, GAP = 24, 800, 64, 12
"""Groups at most; about how wide the picture is, and how wide an image in it; pixels between groups."""


@dataclass(frozen=True)
class Shown:
    """Images to translate, always the same: inputs by control, targets, all inside; and whether these are the truth."""

    inputs: dict[str, Tensor]
    targets: Tensor
    truth: bool

    def reals(self) -> Image.Image:
        """Draw sources beside targets, as the data have them."""
        return grouped([self.inputs["x"], self.targets])

    def of(self, game: Game) -> Image.Image:
        """Draw what a game makes of the sources; see `rows`."""
        return rows(cast(Translates, game), self)


def shown(test: Translation) -> Shown:
    """Choose images of a test split, spread over it, always the same."""
    count = min(MOST, len(test.sources), len(test.targets))
    sources, targets = (choose(count, len(part)) for part in (test.sources, test.targets))
    return Shown(
        {name: value.cpu() for name, value in test.inputs(sources).items()},
        test.targets.batch(targets)["real"].cpu(),
        test.truth,
    )


def rows(game: Translates, images: Shown) -> Image.Image:
    """Draw groups of source, result and target, below them the way back of games that know it: target, result, source.

    Targets and sources that belong to no result are left out.
    """
    x, targets = images.inputs["x"], images.targets
    results, _ = sampler.sample(game, len(x), given=images.inputs)
    there = grouped([x, results, *([targets] if images.truth else [])])
    back = _back(game, targets)
    if back is None:
        return there
    return _below(there, grouped([targets, back, *([x] if images.truth else [])]))


def grouped(columns: Sequence[Tensor]) -> Image.Image:
    """Draw images [N, C, H, W] in [-1, 1] in groups: the first of each of the columns, the second of each..."""
    return beside([images_outside(column) for column in columns])


def beside(columns: Sequence[Tensor]) -> Image.Image:
    """Draw uint8 images [N, C, H, W] in groups, as `grouped` does; groups follow one another downwards."""
    channels = max(column.shape[1] for column in columns)
    groups = torch.stack([with_channels(column, channels) for column in columns], 1)
    scale = max(1, round(TILE / groups.shape[4]))
    abreast = max(1, round(WIDE / (groups.shape[4] * scale * len(columns))))
    rows = -(-len(groups) // abreast)
    # Each stack of groups is a sheet of its own, so that the gaps between them are wider than within.
    stacks = [groups[first : first + rows] for first in range(0, len(groups), rows)]
    sheets = [pictures.grid(stack.flatten(0, 1), columns=len(columns), scale=scale) for stack in stacks]
    wide = sum(sheet.width for sheet in sheets) + GAP * (len(sheets) - 1)
    picture = Image.new(sheets[0].mode, (wide, sheets[0].height), "white")
    for number, sheet in enumerate(sheets):
        picture.paste(sheet, (sum(before.width + GAP for before in sheets[:number]), 0))
    return picture


@torch.no_grad()
def _back(game: Translates, targets: Tensor) -> Tensor | None:
    device = next(game.parameters()).device
    try:
        with sampler.evaluating(game):
            return game.translate(targets.to(device), direction="backward").float().cpu()
    except UserError:
        return None


def _below(first: Image.Image, second: Image.Image) -> Image.Image:
    mode = first.mode if first.mode == second.mode else "RGB"
    sheet = Image.new(mode, (max(first.width, second.width), first.height + GAP + second.height), "white")
    sheet.paste(first.convert(mode), (0, 0))
    sheet.paste(second.convert(mode), (0, first.height + GAP))
    return sheet
