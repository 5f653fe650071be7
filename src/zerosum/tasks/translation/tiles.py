"""Images of any size through a generator: whole where they are small, else in overlapping tiles.

What a tile shows is the same as in the whole image but near its borders, where the network sees padding in place of
the neighbours. So tiles overlap, and each fades into the next in the middle of the overlap. What would still differ is
normalisation by the image's own statistics (`networks.norms.ImageNorm`): they are taken over all tiles, and frozen.

The statistics at one layer depend on what the layers before it made with theirs, so they are taken layer by layer: all
tiles run as far as the first layer, then with its statistics as far as the second, and so on. That costs about half as
many passes as there are layers, and no memory. (To take those of all layers in one pass, again and again until they
stay, was tried: it takes as many passes, and wanders on the way.)
"""

import contextlib
import functools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from zerosum.data.dataset import images_inside
from zerosum.errors import UserError
from zerosum.networks.any_size import Translator
from zerosum.networks.norms import Measurement, Statistics, frozen, measured, normalisations
from zerosum.sampling import sampler
from zerosum.systems.translates import Translates

SIDE, UNIT = 512, 32
"""Pixels: the side of a tile, about, and the least that all tiles begin at a multiple of, so that layers with a stride
see the same grid in each."""
WHOLE = 2**20
"""Pixels up to which an image goes through whole."""

Told = Callable[[float], None]
Function = Callable[[Tensor, Tensor | None], Tensor]
"""What is done to one tile: [N, C, H, W] to [N, C', H, W], with the mask [N, 1, H, W] where there is one."""


@dataclass(frozen=True)
class Span:
    """A tile along one axis: `start` to `stop` in the image; what lies from `first` to `last` counts as its own."""

    start: int
    stop: int
    first: int
    last: int

    def window(self, padded: int) -> tuple[float, float]:
        """Return what is its own, as shares of its length once it is padded to a multiple of `padded` at its end."""
        length = math.ceil((self.stop - self.start) / padded) * padded
        last = length if self.last == self.stop else self.last - self.start
        return (self.first - self.start) / length, last / length


def spans(length: int, *, side: int, overlap: int, unit: int = UNIT) -> list[Span]:
    """Return tiles of about `side` that cover `length`, each sharing `overlap` with the next.

    All begin at multiples of `unit`, as evenly spread as that allows. Every pixel is the own of one tile only: the
    border is in the middle of what two tiles share, at a multiple of `unit` too.
    """
    if length <= side:
        return [Span(0, length, 0, length)]
    count = math.ceil((length - overlap) / (side - overlap))
    step = unit * math.ceil((length - overlap) / count / unit)
    starts = list(range(0, length - overlap, step))
    stops = [min(start + step + overlap, length) for start in starts]
    borders = [(after + stop) // 2 // unit * unit for after, stop in zip(starts[1:], stops, strict=False)]
    return [
        Span(start, stop, first, last)
        for start, stop, first, last in zip(starts, stops, [0, *borders], [*borders, length], strict=True)
    ]


def fade(along: Sequence[Span], number: int, ramp: int) -> Tensor:
    """Return how much each pixel of a tile counts, [length] in [0, 1]: over all tiles of the axis it sums to 1.

    It is the rise from the tile before less that to the next: straight lines over `ramp` pixels in the middle of what
    two tiles share.
    """
    at = torch.arange(along[number].start, along[number].stop) + 0.5

    def rise(before: Span, after: Span) -> Tensor:
        return ((at - (before.stop + after.start) / 2) / ramp + 0.5).clamp(0, 1)

    rising = rise(along[number - 1], along[number]) if number else torch.ones(len(at))
    return rising if number == len(along) - 1 else rising - rise(along[number], along[number + 1])


@torch.no_grad()
def translate(
    game: Translates,
    x: Tensor,
    *,
    direction: str = "forward",
    mask: Tensor | None = None,
    side: int | None = None,
    told: Told = lambda share: None,
) -> Tensor:
    """Translate images of any size; in tiles, memory beside input and output is that of one tile.

    Args:
        game: that translates, on its device.
        x: [N, C, H, W], uint8 or floats inside.
        direction: "forward" or "backward".
        mask: [N, 1, H, W], 1 where pixels are missing; see `Translates.prepared`, which takes the whole image's memory.
        side: of a tile, about, 64 or more; 0: no tiles; None: tiles of 512 for images of more than 2^20 pixels.
        told: how far it is, in [0, 1], after each tile.

    Returns:
        Floats inside, [N, C', H, W], on the CPU.

    Raises:
        UserError: tiles of this side are too small, or the game does not translate so.
    """
    check_side(side)
    device, (height, width) = next(game.parameters()).device, x.shape[2:]

    def function(part: Tensor, hole: Tensor | None) -> Tensor:
        part = part.to(device)
        inside = images_inside(part) if part.dtype == torch.uint8 else part
        part_mask = None if hole is None else hole.to(device)
        return game.translate(inside, direction=direction, mask=part_mask).float().cpu()

    if mask is not None:
        mask = mask.to(x.device, torch.float32)
        x = game.prepared(images_inside(x) if x.dtype == torch.uint8 else x, mask)
    with sampler.evaluating(game):
        whole = height * width <= WHOLE if side is None else side == 0 or max(height, width) <= side
        if whole:
            return function(x, mask)
        shared = Shared.of(game, side or SIDE)
        down, across = (shared.spans(length) for length in (height, width))
        return in_tiles(game, Tiled(function, x, mask, down, across, shared), told)


def check_side(side: int | None) -> None:
    """Raise UserError unless there can be tiles of this side."""
    if side and side < 2 * UNIT:
        raise UserError(f"tiles of {side} pixels are too small: use {2 * UNIT} or more, or 0 for no tiles")


@dataclass(frozen=True)
class Shared:
    """What neighbouring tiles of about `side` share, and the `ramp` in the middle of it over which they fade.

    They begin at multiples of `unit`; networks pad them to multiples of `padded`, of which `unit` is one.

    Where the side allows it they share twice as far as an output pixel looks, and the ramp: then all that counts is
    what it is in the whole image. Else they share half the side, and fade over half of that.
    """

    side: int
    overlap: int
    ramp: int
    unit: int
    padded: int

    @classmethod
    def of(cls, game: Translates, side: int) -> "Shared":
        """Return what tiles share so that the translators of `game` see enough."""
        networks = [part for part in game.modules() if isinstance(part, Translator)]
        reach = max((network.reach for network in networks), default=side)
        padded = math.lcm(*(network.unit for network in networks))
        unit = math.lcm(UNIT, padded)
        overlap = unit * math.ceil(min(2 * reach + UNIT, side // 2) / unit)
        unseen = overlap - 2 * reach
        return cls(max(side, 2 * overlap), overlap, unseen if unseen > 0 else overlap // 2, unit, padded)

    def spans(self, length: int) -> list[Span]:
        """Return the tiles along an axis."""
        return spans(length, side=self.side, overlap=self.overlap, unit=self.unit)


def in_tiles(game: Translates, tiled: "Tiled", told: Told) -> Tensor:
    """Return the image that the tiles make, normalised by the statistics of the whole image."""
    names, statistics = tiled.passed(game), dict[str, Statistics]()
    passes = [(number + 1) / (len(names) + 1) for number in range(len(names) + 1)]  # how far through the network
    progress = [functools.partial(_share, told, passes, number) for number in range(len(passes))]
    for name, share in zip(names, progress, strict=False):
        norm = normalisations(game)[name]
        with measured(norm) as measurement, frozen(game, statistics), stopping_after(norm):
            tiled.visit(measurement, share)
        (statistics[name],) = measurement.found.values()
    with frozen(game, statistics):
        return tiled.run(progress[-1])


def _share(told: Told, passes: Sequence[float], number: int, part: float) -> None:
    told((sum(passes[:number]) + part * passes[number]) / sum(passes))


class _Reached(Exception):  # noqa: N818 (no error)
    """Where a pass was to end."""


@contextlib.contextmanager
def stopping_after(norm: nn.Module) -> Iterator[None]:
    """Let each pass inside the block raise `_Reached` once it has come through `norm`."""

    def stop(*_: object) -> None:
        raise _Reached

    handle = norm.register_forward_hook(stop)
    try:
        yield
    finally:
        handle.remove()


@dataclass(frozen=True)
class Tiled:
    """One function over all tiles of images [N, C, H, W] and, where there is one, their mask."""

    function: Function
    x: Tensor
    mask: Tensor | None
    down: Sequence[Span]
    across: Sequence[Span]
    shared: Shared

    def passed(self, game: Translates) -> list[str]:
        """Return the normalisations that a tile passes, in order, by path."""
        with measured(game) as measurement:
            self._tile(0, 0)
        return list(measurement.found)

    def visit(self, measurement: Measurement, told: Told) -> None:
        """Run all tiles as far as they come, of each measuring what is its own."""
        for row, column in self._all(told):
            padded = self.shared.padded
            measurement.window = (*self.down[row].window(padded), *self.across[column].window(padded))
            with contextlib.suppress(_Reached):
                self._tile(row, column)

    def run(self, told: Told) -> Tensor:
        """Return the image that the tiles make."""
        image = torch.zeros(())
        for row, column in self._all(told):
            tile = self._tile(row, column)
            if not image.ndim:
                image = torch.zeros(*tile.shape[:2], *self.x.shape[2:])
            ramp = self.shared.ramp
            weight = fade(self.down, row, ramp)[:, None] * fade(self.across, column, ramp)
            image[self._box(row, column)] += tile * weight
        return image

    def _all(self, told: Told) -> Iterator[tuple[int, int]]:
        for number in range(count := len(self.down) * len(self.across)):
            yield divmod(number, len(self.across))
            told((number + 1) / count)

    def _box(self, row: int, column: int) -> tuple[slice, ...]:
        rows, columns = self.down[row], self.across[column]
        return slice(None), slice(None), slice(rows.start, rows.stop), slice(columns.start, columns.stop)

    def _tile(self, row: int, column: int) -> Tensor:
        box = self._box(row, column)
        return self.function(self.x[box], None if self.mask is None else self.mask[box])
