"""A game whose translations are plain arithmetic, and data for it: what its scores must be is known."""

from collections.abc import Iterator

import torch
from torch import nn

from zerosum.core.control import Control
from zerosum.core.forms import Given
from zerosum.core.game import Game, Turn
from zerosum.data.dataset import Resident
from zerosum.data.makers import maker
from zerosum.data.source_target import Made, Translation
from zerosum.errors import UserError
from zerosum.metrics.evaluate import Evaluator
from zerosum.systems.translates import Translates
from zerosum.tasks.translation.sampler import TranslatingSampler, judged_by


class Darker(Translates):
    """Multiplies images by a factor, and divides by it on the way back where there is one."""

    roles = {"generator": "translator"}  # noqa: RUF012
    learns = "domains"

    def __init__(self, factor: float = 0.5, back: bool = True):
        super().__init__()
        self.generator, self.back = nn.Conv2d(1, 1, 1, bias=False), back
        nn.init.constant_(self.generator.weight, factor)

    @classmethod
    def build(cls, facts, networks, options):
        return cls()

    @property
    def controls(self):
        return (Control("x", Given(1)),)

    def turns(self, step: int) -> Iterator[Turn]:
        yield Turn(self.generator, lambda batch: {"l1": (self.generator(batch["x"]) - batch["real"]).abs().mean()})

    def sample(self, inputs):
        return self.translate(inputs["x"])

    def translate(self, x, *, direction="forward", mask=None):
        if direction not in ("forward", "backward") or (direction == "backward" and not self.back):
            raise UserError(f"no direction '{direction}': use forward")
        return self.generator(x) if direction == "forward" else (x / self.generator.weight.item()).clamp(-1, 1)

    def averaged(self):
        return {"generator": self.generator}


def images(count: int, seed: int, labels: bool = True) -> Resident:
    random = torch.Generator().manual_seed(seed)
    values = torch.randint(64, 192, (count, 1, 8, 8), generator=random, dtype=torch.uint8)
    numbers = torch.arange(count) % 2 if labels else None
    return Resident(values, name=f"noise {seed}", labels=numbers, classes=("even", "odd") if labels else ())


def halved(count: int = 40, labels: bool = False) -> Translation:
    """Images, and the same with half of their contrast as sources."""
    data = Made(images(count, 0, labels), maker("grey"))
    data.maker = type(data.maker)("half", lambda real, keys: {"x": real / 2})
    return data


def scores(game: Game, test: Translation, metrics=None, direction="forward", tmp=None) -> dict[str, float]:
    evaluator = Evaluator(judged_by(test, direction), judged_by(test, direction), cache=tmp)
    found = evaluator.evaluate(TranslatingSampler(game, test, direction=direction), metrics=metrics, n=100)
    return {score.metric: score.value for score in found}
