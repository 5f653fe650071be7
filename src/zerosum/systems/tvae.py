"""A variational autoencoder of rows, the rival that GANs of tables are compared with: TVAE (arXiv:1907.00503).

It minimises -ELBO = -E_q(z|x)[log p(x | z)] + KL(q(z | x) || N(0, I)), with p a product over the blocks of a row: of a
number a normal distribution around tanh of what the decoder says, with a deviation of its own for each column, and of a
choice a categorical one (section 4.4 there; Kingma and Welling 2013, arXiv:1312.6114, equation 3).
"""

import math
from collections.abc import Iterator
from typing import Any, ClassVar, cast

import torch
from torch import Tensor, nn

from zerosum.core.control import Control
from zerosum.core.forms import Latent
from zerosum.core.game import Batch, Facts, Game, Networks, Terms, Turn
from zerosum.data.keyed_random import normal
from zerosum.kinds.table_rows.columns import Columns
from zerosum.networks.headed import NUMBERS, Headed, keys_of
from zerosum.networks.trunk import DiscriminatorTrunk
from zerosum.options import Count, Weight
from zerosum.systems.condition import columns_of

NARROWEST, WIDEST = 0.01, 1.0
"""Bounds of the deviation of a number."""


class Autoencoder(nn.Module):
    """q(z | x), a normal distribution with independent entries, and p(x | z).

    Args:
        trunk: rows [N, D] -> features.
        generator: z [N, latent] -> rows [N, D]; its body makes raw numbers.
        latent: dimensions of z.
        numbers: how many numbers a row has.
    """

    def __init__(self, trunk: DiscriminatorTrunk, generator: Headed, latent: int, numbers: int) -> None:
        super().__init__()
        self.trunk, self.generator = trunk, generator
        self.mean, self.log_deviation = nn.Linear(trunk.features, latent), nn.Linear(trunk.features, latent)
        self.widths = nn.Parameter(torch.full((numbers,), math.log(0.1)))

    def encoded(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        """Return mean and log deviation of q(z | x), each [N, latent]."""
        features = self.trunk(rows)
        return self.mean(features), self.log_deviation(features)

    @property
    def deviations(self) -> Tensor:
        """Of each number around what is decoded."""
        return self.widths.exp().clamp(NARROWEST, WIDEST)


class TVAE(Game):
    """One player, an autoencoder; encoder and decoder move together, by the optimiser of the generator.

    Args:
        autoencoder: the player.
        columns: of the table.
        latent: dimensions of z.
        divergence_weight: factor on KL(q(z | x) || N(0, I)); 1 is the ELBO.
    """

    roles: ClassVar[dict[str, str]] = {"generator": "generator", "encoder": "encoder"}

    numbers: Tensor

    def __init__(
        self, autoencoder: Autoencoder, columns: Columns, *, latent: Count = 128, divergence_weight: Weight = 1.0
    ):
        super().__init__()
        self.autoencoder, self.columns = autoencoder, columns
        self.latent, self.divergence_weight = latent, divergence_weight
        self.register_buffer("numbers", numbers_of(columns), persistent=False)

    @classmethod
    def build(cls, facts: Facts, networks: Networks, options: dict[str, Any]) -> "TVAE":
        """Make the autoencoder.

        Raises:
            UserError: the data are no table.
        """
        columns, latent = columns_of(facts), options["latent"]
        generator = cast(Headed, networks("generator", latent, facts.shape))
        trunk = cast(DiscriminatorTrunk, networks("encoder", facts.shape, 0))
        return cls(Autoencoder(trunk, generator, latent, len(numbers_of(columns))), columns, **options)

    @property
    def players(self) -> dict[str, str]:
        """One, which plays by the entry of the generator."""
        return {"autoencoder": "generator"}

    @property
    def controls(self) -> tuple[Control, ...]:
        """Declare z."""
        return (Control("latent", Latent(self.latent)),)

    def turns(self, step: int) -> Iterator[Turn]:
        """Let the autoencoder move."""
        yield Turn(self.autoencoder, self.loss, key="autoencoder")

    def loss(self, batch: Batch) -> Terms:
        """Return -log p(x | z) of one z a row, and the divergence, in nats a row."""
        rows = batch["real"]
        mean, log_deviation = self.autoencoder.encoded(rows)
        z = mean + log_deviation.exp() * torch.randn_like(mean)
        divergence = ((mean.square() + (2 * log_deviation).exp() - 1) / 2 - log_deviation).sum(1).mean()
        raw = self.autoencoder.generator.body(z).float()
        return {"reconstruction": self.unlikely(raw, rows), "divergence": self.divergence_weight * divergence}

    def unlikely(self, raw: Tensor, rows: Tensor) -> Tensor:
        """Return -E[log p(x | z)] of raw numbers and rows, each [N, D], without the constant of normal densities."""
        far = (rows - raw.tanh())[:, self.numbers] / self.autoencoder.deviations
        numbers = (far.square() / 2 + self.autoencoder.deviations.log()).sum(1)
        choices = [block for block in self.columns.blocks() if block.sort == "choice"]
        told = [(rows[:, block.slice] * raw[:, block.slice].log_softmax(1)).sum(1) for block in choices]
        return (numbers - torch.stack(told).sum(0) if told else numbers).mean()

    def sample(self, inputs: Batch) -> Tensor:
        """Return rows [N, D]: numbers and choices drawn from p(x | z), by the bits of z."""
        z = inputs["latent"]
        rows: Tensor = self.autoencoder.generator(z)
        noise = normal(keys_of(z), len(self.numbers), NUMBERS)
        return rows.index_add(1, self.numbers, noise * self.autoencoder.deviations)

    def encode(self, samples: Tensor) -> dict[str, Tensor]:
        """Return the means of q(z | x), [N, latent]."""
        return {"latent": self.autoencoder.encoded(samples)[0]}

    def averaged(self) -> dict[str, nn.Module]:
        """Average the autoencoder."""
        return {"autoencoder": self.autoencoder}


def numbers_of(columns: Columns) -> Tensor:
    """Return which entries of a row are numbers, int64 [numbers]."""
    return torch.tensor([b.start for b in columns.blocks() if b.sort == "scalar"], dtype=torch.int64)
