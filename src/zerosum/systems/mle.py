"""Maximum likelihood: a language model that learns each token by those before it. What games of text must beat."""

from collections.abc import Iterator
from typing import Any, ClassVar, cast

from torch import Tensor, nn

from zerosum.core.control import Control
from zerosum.core.forms import Dial, Dice
from zerosum.core.game import Batch, Facts, Game, Networks, Terms, Turn
from zerosum.kinds.text.vocabularies import vocabulary_of
from zerosum.networks.writer import Writer


class MLE(Game):
    """One player, that lowers -E[log p(x)], the mean over the tokens x_t of -log p(x_t | x_1, ..., x_t-1).

    Args:
        generator: what writes.
    """

    roles: ClassVar[dict[str, str]] = {"generator": "writer"}
    discrete: ClassVar[bool] = True

    def __init__(self, generator: Writer) -> None:
        super().__init__()
        self.generator = generator

    @classmethod
    def build(cls, facts: Facts, networks: Networks, options: dict[str, Any]) -> "MLE":
        """Make the writer for the vocabulary of the data."""
        return cls(writer_of(facts, networks))

    @property
    def controls(self) -> tuple[Control, ...]:
        """Declare the dice and the temperature."""
        return controls_of_writer(self.generator)

    def turns(self, step: int) -> Iterator[Turn]:
        """Let the writer move."""
        yield Turn(self.generator, self.loss)

    def loss(self, batch: Batch) -> Terms:
        """Return the mean of -log p over the tokens of real sentences."""
        return {"cross_entropy": self.generator.cross_entropy(batch["real"])}

    def sample(self, inputs: Batch) -> Tensor:
        """Return sentences, int64 [N, L]."""
        return self.generator.write(inputs["dice"], inputs["temperature"])

    def log_probability(self, samples: Tensor) -> Tensor:
        """Return log p of each token, [N, L]."""
        return self.generator.log_probability(samples)

    def averaged(self) -> dict[str, nn.Module]:
        """Average the writer."""
        return {"generator": self.generator}


def writer_of(facts: Facts, networks: Networks, player: str = "generator") -> Writer:
    """Return the network that a recipe names for a player who writes, for the vocabulary and length of the data."""
    return cast(Writer, networks(player, vocabulary_of(facts.spec).size, facts.shape[0]))


def controls_of_writer(writer: Writer) -> tuple[Control, ...]:
    """Return what steers a writer: the dice that decide its tokens, and a temperature, 1 where none is given."""
    return Control("dice", Dice(writer.length)), Control("temperature", Dial(0.01, 100.0, usual=1.0))
