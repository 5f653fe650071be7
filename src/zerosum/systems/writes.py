"""What games of a writer against a discriminator share: controls, sentences, opinions, learning by likelihood."""

import abc
from collections.abc import Callable, Iterator
from typing import Annotated, Any, ClassVar

import torch
from pydantic import Field
from torch import Tensor, nn

from zerosum.core.control import Control
from zerosum.core.game import Batch, Facts, Game, Networks, Terms, Turn
from zerosum.networks.writer import Writer
from zerosum.systems.mle import controls_of_writer, writer_of

Rate = Annotated[float, Field(gt=0, le=1)]


class Writes(Game, abc.ABC):
    """A writer of sentences and who judges them.

    Args:
        generator: what writes.
        discriminator: sentences, int64 [N, L], to logits: [N], or [N, L] of each token and those before it.
    """

    discrete: ClassVar[bool] = True

    def __init__(self, generator: Writer, discriminator: nn.Module) -> None:
        super().__init__()
        self.generator, self.discriminator = generator, discriminator

    @classmethod
    def build(cls, facts: Facts, networks: Networks, options: dict[str, Any]) -> "Writes":
        """Make the writer and the discriminator for the vocabulary and length of the data."""
        writer = writer_of(facts, networks)
        return cls(writer, networks("discriminator", writer.tokens, writer.length), **options)

    @property
    def controls(self) -> tuple[Control, ...]:
        """Declare the dice and the temperature."""
        return controls_of_writer(self.generator)

    def sample(self, inputs: Batch) -> Tensor:
        """Return sentences, int64 [N, L]."""
        return self.generator.write(inputs["dice"], inputs["temperature"])

    @torch.no_grad()
    def fake(self, real: Tensor) -> Tensor:
        """Write as many sentences as there are real ones, at temperature 1."""
        return self.sample({c.name: c.draw(len(real), device=real.device) for c in self.controls})

    def gently(self, loss: Callable[[Batch], Terms], rate: float) -> Iterator[Turn]:
        """Let G take a turn, and keep only this share of its step: a slower rate than that of its other turns."""
        before = [parameter.detach().clone() for parameter in self.generator.parameters()] if rate < 1 else []
        yield Turn(self.generator, loss)
        with torch.no_grad():
            for parameter, old in zip(self.generator.parameters(), before, strict=False):
                parameter.lerp_(old, 1 - rate)

    def likelihood_loss(self, batch: Batch) -> Terms:
        """Return the mean of -log p over the tokens of real sentences, as `mle` minimises it."""
        return {"cross_entropy": self.generator.cross_entropy(batch["real"])}

    def log_probability(self, samples: Tensor) -> Tensor:
        """Return log p of each token, [N, L]."""
        return self.generator.log_probability(samples)

    def opinion(self, samples: Tensor) -> Tensor | None:
        """Return the sigmoid of the logit, [N]."""
        return self.judged(samples).sigmoid()

    def logits(self, batch: Batch) -> Tensor | None:
        """Return what D says of real sentences, [N]."""
        return self.judged(batch["real"])

    def judged(self, sentences: Tensor) -> Tensor:
        """Return one logit a sentence, [N]."""
        logits: Tensor = self.discriminator(sentences)
        return logits

    def averaged(self) -> dict[str, nn.Module]:
        """Average the writer."""
        return {"generator": self.generator}
