"""What games that translate images share: what they are given, two players, samples, and what D says."""

import abc
from collections.abc import Iterator
from functools import partial
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from zerosum.core.control import Control
from zerosum.core.forms import Given
from zerosum.core.game import Batch, Facts, Terms, Turn
from zerosum.core.spec import spec_by
from zerosum.data.size import shown
from zerosum.errors import UserError
from zerosum.networks.any_size import clamped
from zerosum.penalties.penalty import Critic
from zerosum.systems.rules import Due, Rules, complete_rules
from zerosum.systems.translates import Translates


class Translating(Translates, abc.ABC):
    """A game whose generator translates the batch's `x` and whose discriminator judges patches of images.

    Args:
        generator: the player that moves to translate.
        discriminator: the player that moves to judge.
        rules: what both minimise.
        channels: of the images that are translated.
    """

    roles: ClassVar[dict[str, str]] = {"generator": "translator", "discriminator": "patch"}

    def __init__(self, generator: nn.Module, discriminator: nn.Module, rules: Rules, *, channels: int) -> None:
        super().__init__()
        self.generator, self.discriminator, self.rules, self.channels = generator, discriminator, rules, channels

    @classmethod
    def complete(cls, options: dict[str, Any]) -> dict[str, Any]:
        """Fill in the options, those of the penalties by their own classes."""
        return complete_rules(super().complete(options))

    @property
    def controls(self) -> tuple[Control, ...]:
        """Declare the image to be translated."""
        return (Control("x", Given(self.channels)),)

    def turns(self, step: int) -> Iterator[Turn]:
        """Let the discriminator move, then the generator."""
        due = tuple(self.rules.due(step))
        yield Turn(self.discriminator, partial(self.discriminator_loss, step=step), key=("discriminator", *due))
        yield Turn(self.generator, self.generator_loss, key="generator")

    @abc.abstractmethod
    def discriminator_loss(self, batch: Batch, *, step: int = 0) -> Terms:
        """Return what the discriminator minimises in round `step`."""

    @abc.abstractmethod
    def generator_loss(self, batch: Batch) -> Terms:
        """Return what the generator minimises."""

    @property
    def translator(self) -> nn.Module:
        """The network that translates forward."""
        return self.generator

    def sample(self, inputs: Batch) -> Tensor:
        """Return the given images, translated forward."""
        mask = inputs.get("mask")
        return self.translate(self.prepared(inputs["x"], mask), mask=mask)

    def translate(self, x: Tensor, *, direction: str = "forward", mask: Tensor | None = None) -> Tensor:
        """Return images [N, C, H, W] as the translator makes them."""
        if direction != "forward":
            raise UserError(f"this system has learned no direction '{direction}': use forward, or train cyclegan")
        if mask is not None:
            raise UserError("this system fills no holes: leave the mask out, or train inpainting")
        return clamped(self.translator(x))

    def logits(self, batch: Batch) -> Tensor | None:
        """Return what D says of targets, [N]: the mean over patches."""
        logits: Tensor = self.discriminator(self.seen(batch, batch["real"])).flatten(1).mean(1)
        return logits

    def seen(self, batch: Batch, images: Tensor) -> Tensor:
        """Return what the discriminator sees of images of the target, [N, C, H, W]: the images."""
        return images

    def averaged(self) -> dict[str, nn.Module]:
        """Average the generator."""
        return {"generator": self.generator}


def contest(rules: Rules, due: Due, critic: Critic, real: Tensor, fake: Tensor) -> Terms:
    """Return what a discriminator minimises, and what it says, of reals and fakes."""
    real, fake = rules.watched(due, real, fake)
    return rules.discriminator(due, critic, (real, fake), (critic(real), critic(fake)))


def fooling(rules: Rules, critic: Critic, fake: Tensor, real: Tensor) -> Tensor:
    """Return what a generator minimises so that `critic` takes its fakes for real; a paired loss also sees reals."""
    real_logits = None
    if rules.paired:
        with torch.no_grad():
            real_logits = critic(real)
    return rules.loss.generator_loss(critic(fake), real_logits)


def source_of(facts: Facts, name: str) -> tuple[int, ...]:
    """Return the shape of the images that are translated.

    Raises:
        UserError: the data have none, or of another size than the images that are to be made.
    """
    if facts.source is None:
        raise UserError(f"{name} translates images: give --target or --pairs")
    if facts.spec.kind != "image" or spec_by(facts.source).kind != "image":
        raise UserError(f"{name} translates images, and these data are points: give a folder or a set of images")
    if facts.source[1:] != facts.shape[1:]:
        sizes = [shown(shape[1], shape[2]) for shape in (facts.source, facts.shape)]
        raise UserError(f"{name} translates {sizes[0]} images into {sizes[1]} ones: give --size for both")
    return facts.source


def same_channels(facts: Facts, why: str, remedy: str) -> None:
    """Raise UserError unless both sides have as many channels, as something needs that translates both alike."""
    if facts.source is not None and facts.source[0] != facts.shape[0]:
        raise UserError(
            f"{why} needs as many channels on both sides, not {facts.source[0]} and {facts.shape[0]}: "
            f"use --channels 3, {remedy}"
        )
