"""A game that translates, as the sampler that metrics take: it translates the test images, in a fixed order.

The order is a permutation, so that some of them are like all: files often lie sorted by their labels.
"""

from functools import partial

import torch
from torch import Tensor

from zerosum.data.dataset import Dataset, images_outside
from zerosum.data.source_target import Translation
from zerosum.errors import UserError
from zerosum.metrics.outputs import Pairs, Translated
from zerosum.metrics.sampler import Sampler
from zerosum.metrics.source import choose
from zerosum.sampling import sampler
from zerosum.sampling.in_group import Draw
from zerosum.systems.translates import Translates
from zerosum.tasks.task import BACKWARD, FORWARD
from zerosum.tasks.translation.rivals import Rivals


class TranslatingSampler(Sampler):
    """Translations of the sources of a test split.

    Args:
        game: that translates.
        test: the images; those of the way back where `direction` says so.
        direction: "forward" or "backward".
        draw: makes samples of inputs, where it is not this process alone; forward only.
        train: what the game learned from, for simple rivals to stand beside its translations; None: they have none.

    Raises:
        UserError: the game has not learned this direction.
    """

    def __init__(
        self,
        game: Translates,
        test: Translation,
        *,
        direction: str = FORWARD,
        draw: Draw | None = None,
        train: Translation | None = None,
    ) -> None:
        self.game, self.direction = game, direction
        self.draw = draw or partial(sampler.sample, game)
        self.forward, self.test = test, test if direction == FORWARD else test.reversed()
        self.order, self.opposite = _shuffled(self.test.sources), _shuffled(self.test.targets)
        if direction != FORWARD:
            self._through(self.test.inputs(torch.tensor([0]))["x"], direction)
        self._translated = Translated(
            count=len(self.test.sources),
            images=self._images,
            labels=self._labels(),
            truth=self._truth if self.test.truth else None,
            cycle=self._cycle if self._turns_back() else None,
            identity=self._identity if self._takes_targets() else None,
            rivals={} if train is None else self._rivals(train),
            about={
                "source": self.test.sources.name,
                "source_fingerprint": self.test.sources.fingerprint,
                "direction": direction,
            },
        )

    def __call__(self, n: int, seed: int, labels: Tensor | None) -> tuple[Tensor, Tensor | None]:
        """Return the first `n` translations, uint8, from the first one again where there are fewer."""
        return self._made(self.order[torch.arange(n) % self._translated.count]), None

    @property
    def translated(self) -> Translated:
        """The translations, in order."""
        return self._translated

    def _made(self, rows: Tensor) -> Tensor:
        inputs = self.test.inputs(rows)
        if self.direction == FORWARD:
            return images_outside(self.draw(len(rows), given={name: v.cpu() for name, v in inputs.items()})[0])
        return images_outside(self._through(inputs["x"], self.direction))

    def _images(self, first: int, count: int) -> Tensor:
        return self._made(self.order[first : first + count])

    def _truth(self, first: int, count: int) -> tuple[Tensor, Tensor]:
        return self._images(first, count), self._true(first, count)

    def _true(self, first: int, count: int) -> Tensor:
        return images_outside(self.test.targets.batch(self.order[first : first + count])["real"]).cpu()

    def _rivals(self, train: Translation) -> dict[str, Pairs]:
        if not self.test.truth:
            return {}
        rivals = Rivals(train if self.direction == FORWARD else train.reversed(), self.test)
        return {name: partial(self._guessed, rivals, name) for name in rivals.guesses}

    def _guessed(self, rivals: Rivals, name: str, first: int, count: int) -> tuple[Tensor, Tensor]:
        return rivals(name, self.order[first : first + count]), self._true(first, count)

    def _cycle(self, first: int, count: int) -> tuple[Tensor, Tensor]:
        x = self.test.inputs(self.order[first : first + count])["x"]
        there = self._through(x, self.direction)
        return images_outside(self._through(there, _other(self.direction))), images_outside(x).cpu()

    def _identity(self, first: int, count: int) -> tuple[Tensor, Tensor]:
        # Round and round: there may be fewer targets than sources.
        rows = self.opposite[torch.arange(first, first + count) % len(self.opposite)]
        y = self.test.targets.batch(rows)["real"]
        return images_outside(self._through(y, self.direction)), images_outside(y).cpu()

    @torch.no_grad()
    def _through(self, images: Tensor, direction: str) -> Tensor:
        """Return images [N, C, H, W] in [-1, 1] translated, a chunk at a time, on the CPU."""
        device = next(self.game.parameters()).device
        with sampler.evaluating(self.game):
            parts = torch.split(images, sampler.CHUNK)
            return torch.cat(
                [self.game.translate(part.to(device), direction=direction).float().cpu() for part in parts]
            )

    def _labels(self) -> Tensor | None:
        same = self.test.sources.classes == self.test.targets.classes
        labels = self.test.sources.labels if same else None
        return None if labels is None else labels[self.order]

    def _turns_back(self) -> bool:
        """Whether the game knows both directions."""
        try:
            self._through(self.forward.targets.batch(torch.tensor([0]))["real"], BACKWARD)
        except UserError:
            return False
        return True

    def _takes_targets(self) -> bool:
        """Whether a target could be put through the translator: of as many channels, and nothing but the image."""
        return self.test.sources.shape == self.test.targets.shape and "mask" not in self.test.inputs(torch.tensor([0]))


def sides(dataset: Dataset) -> Translation:
    """Return data as those of a translation.

    Raises:
        UserError: they have no sources.
    """
    if not isinstance(dataset, Translation):
        raise UserError(f"{dataset.name} has nothing to be translated: give --target or --pairs")
    return dataset


def judged_by(data: Translation, direction: str = FORWARD) -> Dataset:
    """Return the images that translations are compared with: those that they should be among, whole."""
    whole = sides(data.uncropped())
    return whole.targets if direction == FORWARD else whole.sources


def _other(direction: str) -> str:
    return BACKWARD if direction == FORWARD else FORWARD


def _shuffled(dataset: Dataset) -> Tensor:
    """Return all rows of a data set in the order in which they are looked at."""
    return choose(len(dataset), len(dataset))
