"""Simple rivals of a translator: what its targets can be guessed to be without any learning.

A score of pairs says little alone: much of an `l1` is reached by one grey image. The best of these says how much.
"""

from collections.abc import Callable, Iterator
from functools import cached_property

import torch
from torch import Tensor

from zerosum.data.channels import with_channels
from zerosum.data.dataset import Dataset, images_outside
from zerosum.data.source_target import Translation
from zerosum.metrics.features import pixels
from zerosum.metrics.nearest import nearest
from zerosum.metrics.source import choose

LIMIT = 10_000
"""Train images that are looked at."""
CHUNK = 500
LEVELS = 8
"""Levels of a channel that are told apart."""

Guess = Callable[[Tensor, dict[str, Tensor]], Tensor]
"""guess(rows, inputs) -> images inside [N, C, H, W], of the test pairs at `rows` with the inputs of a translator."""


class Rivals:
    """Guesses at the targets of test pairs; call one by its name.

    - "one colour": everywhere the mean colour of the train targets; of grey images one grey.
    - "mean target": the mean of the train targets, pixel by pixel.
    - the source itself, called what the data call it ("bicubic" where sources are small images that were enlarged): a
      grey one in three channels, a coloured one in grey where targets are. A hole gets the mean colour round it.
    - "colour for colour": for each colour of the source, of eight levels a channel, the mean of what stands there
      in the train targets. Where it is known which train images are pairs, as the next one.
    - "nearest pair": the target of the train pair whose source is nearest, in pixels averaged to at most 16x16.

    Where a mask says what of the target is known, that stands in all of them.

    Args:
        train: what the translator learned from; at most 10,000 of its images are looked at.
        test: the pairs to guess.
    """

    def __init__(self, train: Translation, test: Translation) -> None:
        self.train, self.test = train, test
        guesses: dict[str, Guess] = {"one colour": self._one_colour, "mean target": self._mean_target}
        guesses[test.itself] = self._itself
        if train.truth:
            guesses |= {"colour for colour": self._recoloured, "nearest pair": self._nearest}
        self.guesses = guesses

    def __call__(self, name: str, rows: Tensor) -> Tensor:
        """Return the guesses of the rival `name`, uint8 [N, C, H, W] on the CPU, at the targets at `rows`."""
        inputs = {key: value.cpu() for key, value in self.test.inputs(rows).items()}
        guessed = self.guesses[name](rows, inputs)
        if "mask" in inputs:
            guessed = inputs["x"] * (1 - inputs["mask"]) + guessed * inputs["mask"]
        return images_outside(guessed)

    @cached_property
    def mean(self) -> Tensor:
        """The mean train target, [C, H, W], inside."""
        rows = choose(LIMIT, len(self.train.targets))
        total = sum(part.double().sum(0) for part in read_inside(self.train.targets, rows))
        assert isinstance(total, Tensor)
        return (total / len(rows)).float()

    @cached_property
    def known(self) -> tuple[Tensor, Tensor]:
        """The rows of the train pairs looked at, and where their sources lie."""
        rows = choose(LIMIT, len(self.train.sources))
        return rows, torch.cat([_place(part) for part in read_inside(self.train.sources, rows)])

    @cached_property
    def palette(self) -> Tensor:
        """The mean target colour of each source colour, [colours, C]; the mean of all where a colour is never seen."""
        channels = self.test.shape[0]
        rows = choose(LIMIT, len(self.train.sources))
        total = torch.zeros(LEVELS ** self.train.sources.shape[0], channels, dtype=torch.float64)
        count = torch.zeros(len(total), 1, dtype=torch.float64)
        parts = (read_inside(data, rows) for data in (self.train.sources, self.train.targets))
        for source, target in zip(*parts, strict=True):
            colours = _colours(source).flatten()
            values = target.permute(0, 2, 3, 1).reshape(-1, channels).double()
            total.index_add_(0, colours, values)
            count.index_add_(0, colours, torch.ones(len(colours), 1, dtype=torch.float64))
        return torch.where(count > 0, total / count.clamp(min=1), total.sum(0) / count.sum()).float()

    def _recoloured(self, rows: Tensor, inputs: dict[str, Tensor]) -> Tensor:
        return self.palette[_colours(inputs["x"])].permute(0, 3, 1, 2)

    def _one_colour(self, rows: Tensor, inputs: dict[str, Tensor]) -> Tensor:
        return self.mean.mean((1, 2), keepdim=True).expand(len(rows), *self.test.shape)

    def _mean_target(self, rows: Tensor, inputs: dict[str, Tensor]) -> Tensor:
        return self.mean.expand(len(rows), -1, -1, -1)

    def _itself(self, rows: Tensor, inputs: dict[str, Tensor]) -> Tensor:
        x = inputs["x"]
        if "mask" in inputs:
            x = x + inputs["mask"] * _mean_of_known(x, inputs["mask"])
        return with_channels(x, self.test.shape[0])

    def _nearest(self, rows: Tensor, inputs: dict[str, Tensor]) -> Tensor:
        train_rows, places = self.known
        _, which = nearest(_place(inputs["x"]), places)
        return self.train.targets.batch(train_rows[which])["real"].cpu()


def read_inside(data: Dataset, rows: Tensor) -> Iterator[Tensor]:
    """Yield the images at `rows`, inside, in chunks."""
    for part in torch.split(rows, CHUNK):
        yield data.batch(part)["real"].cpu()


def _place(images: Tensor) -> Tensor:
    return pixels(images_outside(images))


def _colours(images: Tensor) -> Tensor:
    """Return the number of the colour of each pixel, [N, H, W], of images inside [N, C, H, W]."""
    levels = ((images + 1) / 2 * LEVELS).long().clamp(0, LEVELS - 1)
    powers = LEVELS ** torch.arange(images.shape[1])
    return (levels * powers[:, None, None]).sum(1)


def _mean_of_known(x: Tensor, mask: Tensor) -> Tensor:
    """Return the mean colour of what is no hole, [N, C, 1, 1]."""
    visible = 1 - mask
    return (x * visible).sum((2, 3), keepdim=True) / visible.sum((2, 3), keepdim=True).clamp(min=1)
