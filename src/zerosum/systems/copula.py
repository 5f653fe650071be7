"""A Gaussian copula of rows, the plainest rival of GANs of tables: marginals, and one correlation between all blocks.

Each block of a row, a number or a choice, has a latent entry. A number is its own, standardised. A choice is the
interval between two thresholds in which its entry lies, as wide as it is probable. The entries together are normal with
a correlation of their own: section 2 of Zhao and Udell 2019, arXiv:1910.12845, but fitted by gradients, with latent
entries drawn anew from their intervals for every batch.
"""

from collections.abc import Iterator
from typing import Any, ClassVar, cast

import torch
from torch import Tensor, nn

from zerosum.core.control import Control
from zerosum.core.forms import Latent
from zerosum.core.game import Batch, Facts, Game, Networks, Terms, Turn
from zerosum.networks.gaussian import Gaussian
from zerosum.systems.condition import columns_of


class Copula(Game):
    """One player, a distribution of rows, which moves to where the data are likelier.

    Args:
        generator: the distribution.
    """

    roles: ClassVar[dict[str, str]] = {"generator": "copula"}

    def __init__(self, generator: Gaussian) -> None:
        super().__init__()
        self.generator = generator

    @classmethod
    def build(cls, facts: Facts, networks: Networks, options: dict[str, Any]) -> "Copula":
        """Make the distribution.

        Raises:
            UserError: the data are no table.
        """
        sizes = [block.size for block in columns_of(facts).blocks()]
        return cls(cast(Gaussian, networks("generator", sizes)), **options)

    @property
    def controls(self) -> tuple[Control, ...]:
        """Declare independent normal numbers, one a block."""
        return (Control("latent", Latent(len(self.generator.sizes))),)

    def turns(self, step: int) -> Iterator[Turn]:
        """Let the distribution move."""
        yield Turn(self.generator, self.loss, key="generator")

    def loss(self, batch: Batch) -> Terms:
        """Return what the data are to the marginals and to their correlation, as -log p in nats a row."""
        with torch.autocast(batch["real"].device.type, enabled=False):  # shares are small beside their sums
            marginal, latents = self.generator.marginal(batch["real"])
            return {"marginal": marginal, "correlation": self.generator.correlation(latents)}

    def sample(self, inputs: Batch) -> Tensor:
        """Return rows [N, D]."""
        rows: Tensor = self.generator(inputs["latent"])
        return rows

    def averaged(self) -> dict[str, nn.Module]:
        """Average the distribution."""
        return {"generator": self.generator}
