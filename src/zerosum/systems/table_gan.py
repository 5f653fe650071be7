"""GANs of tables: a generator that is asked for a category, and a discriminator of rows (arXiv:1907.00503).

What a table holds little of is seen as often as the rest, by training-by-sampling: a column is drawn, then one of its
categories by the logarithm of its frequency, then a row that has it. G is told the category and is to make such a row.
"""

from typing import Any, cast

import torch
from torch import Tensor, nn

from zerosum.core.control import Control
from zerosum.core.forms import Latent, Prior
from zerosum.core.game import Batch, Facts, Networks, Terms
from zerosum.kinds.table_rows.columns import Columns
from zerosum.networks.discriminator import Discriminator, packed
from zerosum.networks.headed import Headed
from zerosum.networks.trunk import DiscriminatorTrunk, one_hot
from zerosum.options import Count, Weight
from zerosum.systems.adversarial import Adversarial, joined
from zerosum.systems.condition import columns_of, condition_of
from zerosum.systems.rules import Rules


class TableGAN(Adversarial):
    """Two players. Where the table has categories, both are told a condition, one category that the row is to have.

    Args:
        generator: [z, condition], [N, latent + K] -> rows [N, D].
        discriminator: packs of rows with their conditions, [N / pack, pack (D + K)] -> logits [N / pack].
        columns: of the table.
        latent: dimensions of z.
        prior: distribution of z.
        loss: name of a module in `zerosum.losses`.
        penalties: options by name in `zerosum.penalties.table.PENALTIES`; their gradient is that by a pack.
        n_critic: discriminator turns a round.
        pack: rows that the discriminator judges together (PacGAN, arXiv:1712.04086); batches are multiples of it.
        conditional: whether G is asked for a category and rows are drawn by it, where the table has categories.
        condition_weight: factor on the cross-entropy between the category that is asked for and the one that is made.
    """

    def __init__(
        self,
        generator: Headed,
        discriminator: nn.Module,
        columns: Columns,
        *,
        latent: Count = 128,
        prior: Prior = "normal",
        loss: str = "wasserstein",
        penalties: dict[str, dict[str, Any]] = {},  # noqa: B006 - never changed
        n_critic: Count = 1,
        pack: Count = 10,
        conditional: bool = True,
        condition_weight: Weight = 1.0,
    ):
        rules = Rules(loss, penalties)
        super().__init__(generator, discriminator, rules, latent=latent, prior=prior, n_critic=n_critic)
        self.columns, self.pack, self.condition_weight = columns, pack, condition_weight
        self.condition = condition_of(columns) if conditional else None

    @classmethod
    def build(cls, facts: Facts, networks: Networks, options: dict[str, Any]) -> "TableGAN":
        """Make a generator and a discriminator of packs.

        Raises:
            UserError: the data are no table.
        """
        columns = columns_of(facts)
        told = columns.condition_width if options["conditional"] else 0
        generator = cast(Headed, networks("generator", options["latent"] + told, facts.shape))
        trunk = networks("discriminator", (options["pack"] * (columns.width + told),), 0)
        return cls(generator, Discriminator(cast(DiscriminatorTrunk, trunk)), columns, **options)

    @property
    def controls(self) -> tuple[Control, ...]:
        """Declare the latent and, where the table has categories, the condition."""
        latent = Control("latent", Latent(self.latent, self.prior))
        return (latent,) if self.condition is None else (latent, Control("condition", self.condition))

    def discriminator_loss(self, batch: Batch, *, step: int = 0) -> Terms:
        """Return the discriminator's loss on packs, and its penalties due at `step`."""
        real, condition, due = *self.drawn(batch), self.rules.due(step)
        with torch.no_grad():
            fake, _ = self.made(real, condition)
        samples = self.rules.watched(due, self.seen(real, condition), self.seen(fake, condition))
        logits = (self.discriminator(samples[0]), self.discriminator(samples[1]))
        return self.rules.discriminator(due, self.discriminator, samples, logits)

    def generator_loss(self, batch: Batch) -> Terms:
        """Return the generator's loss, and how far its rows are from what was asked for."""
        (real, condition), real_logits = self.drawn(batch), None
        fake, raw = self.made(real, condition)
        if self.rules.paired:
            with torch.no_grad():
                real_logits = self.discriminator(self.seen(real, condition))
        fake_logits = self.discriminator(self.seen(fake, condition))
        terms = {"adversarial": self.rules.loss.generator_loss(fake_logits, real_logits)}
        return (
            terms if condition is None else terms | {"condition": self.condition_weight * self.missed(raw, condition)}
        )

    def drawn(self, batch: Batch) -> tuple[Tensor, Tensor | None]:
        """Return reals and the conditions that they were drawn by."""
        return (batch["real"], None) if self.condition is None else (batch["balanced"], batch["condition"])

    def made(self, real: Tensor, condition: Tensor | None) -> tuple[Tensor, Tensor]:
        """Return as many rows as there are reals, and the raw numbers that they were made of."""
        told = {} if condition is None else {"condition": condition}
        latent = self.controls[0].draw(len(real), device=real.device)
        inputs = joined(self.controls, {"latent": latent, **told})
        generator = cast(Headed, self.generator)
        raw = generator.body(inputs)
        return generator.finished(raw, inputs), raw

    def seen(self, rows: Tensor, condition: Tensor | None) -> Tensor:
        """Return what D sees: rows beside their conditions, in packs."""
        told = rows if condition is None else torch.cat([rows, condition], 1)
        return packed(told, self.pack) if self.pack > 1 else told

    def missed(self, raw: Tensor, condition: Tensor) -> Tensor:
        """Return -E[log P(category | raw numbers)], in nats: the cross-entropy of section 4.3 of arXiv:1907.00503."""
        blocks = [raw[:, block.slice].float().log_softmax(1) for block in self.columns.conditions]
        return -(condition * torch.cat(blocks, 1)).sum(1).mean()

    def logits(self, batch: Batch) -> Tensor | None:
        """Return for each real the logit of its pack, [N]; the first fills up the last pack."""
        real = batch["real"]
        whole = torch.cat([real, *[real[:1]] * (-len(real) % self.pack)])
        logits: Tensor = self.discriminator(self.seen(whole, self.own_conditions(whole)))
        return logits.repeat_interleave(self.pack)[: len(real)]

    def own_conditions(self, rows: Tensor) -> Tensor | None:
        """Return conditions that rows meet, [N, K]: of row number i, the category of column i modulo their number."""
        if self.condition is None:
            return None
        blocks = [one_hot(rows[:, block.slice].argmax(1), block.size) for block in self.columns.conditions]
        asked = torch.arange(len(rows), device=rows.device) % len(blocks)
        return torch.cat([block * (asked == number)[:, None] for number, block in enumerate(blocks)], 1)

    def opinion(self, samples: Tensor) -> Tensor | None:
        """Return D's chance that each row is real, [N]; of packs, or beside a condition, it has none."""
        return super().opinion(samples) if self.pack == 1 and self.condition is None else None
