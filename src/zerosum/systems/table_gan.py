"""GANs of tables: a generator that is asked for a category, and a discriminator of rows (arXiv:1907.00503).

What a table holds little of is seen as often as the rest, by training-by-sampling: a column is drawn, then one of its
categories by the logarithm of its frequency, then a row that has it. G is told the category and is to make such a row.
"""

import json
from collections.abc import Callable, Iterator
from typing import Annotated, Any, cast

import torch
from pydantic import Field
from torch import Tensor, nn

from zerosum.core.control import Control
from zerosum.core.forms import Latent, Prior
from zerosum.core.game import Batch, Facts, Networks, Terms, Turn
from zerosum.errors import UserError
from zerosum.kinds.table_rows.columns import Columns
from zerosum.losses.loss import load_loss, needs_real_logits
from zerosum.networks.discriminator import Discriminator, packed
from zerosum.networks.headed import Headed
from zerosum.networks.init import NORMALISING
from zerosum.networks.trunk import DiscriminatorTrunk, one_hot
from zerosum.options import Count, Weight
from zerosum.systems.adversarial import Adversarial, joined
from zerosum.systems.condition import columns_of, condition_of
from zerosum.systems.privacy import Privacy, secret_generator
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
        epsilon: what the game may spend in all on the privacy of single rows (see `systems.privacy`); None: no promise.
        delta: of the promise, the chance that is left out.
        rounds: for how many rounds the promise is planned; no more can be played.
        rate: probability with which a turn of the discriminator looks at a row of its batch.
        row_clip: length to which the discriminator's gradient of a row is cut.
        public: whether the encoding of the table, its categories and bounds, may be known to all: that is declared, as
            the promise does not cover it.
    """

    secret: Tensor
    played: Tensor

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
        epsilon: Annotated[float, Field(gt=0)] | None = None,
        delta: Annotated[float, Field(gt=0, lt=1)] = 1e-5,
        rounds: Count | None = None,
        rate: Annotated[float, Field(gt=0, lt=1)] = 0.03,
        row_clip: Annotated[float, Field(gt=0)] = 1.0,
        public: bool = False,
    ):
        rules = Rules(loss, penalties)
        super().__init__(generator, discriminator, rules, latent=latent, prior=prior, n_critic=n_critic)
        self.columns, self.pack, self.condition_weight = columns, pack, condition_weight
        self.condition = condition_of(columns) if conditional else None
        self.privacy = None if epsilon is None else Privacy(epsilon, delta, n_critic * (rounds or 0), rate, row_clip)
        if self.privacy is not None:
            self.register_buffer("secret", torch.zeros(1, dtype=torch.int64))
            self.register_buffer("played", torch.zeros((), dtype=torch.int64))

    @classmethod
    def build(cls, facts: Facts, networks: Networks, options: dict[str, Any]) -> "TableGAN":
        """Make a generator and a discriminator of packs.

        Raises:
            UserError: the data are no table, or an epsilon is asked for that such a game cannot promise.
        """
        columns = columns_of(facts)
        if options["epsilon"] is not None:
            refuse_what_cannot_be_private(options)
        told = columns.condition_width if options["conditional"] else 0
        generator = cast(Headed, networks("generator", options["latent"] + told, facts.shape))
        trunk = networks("discriminator", (options["pack"] * (columns.width + told),), 0)
        if options["epsilon"] is not None and any(isinstance(part, NORMALISING) for part in trunk.modules()):
            raise UserError("game.epsilon: batch normalisation mixes rows; use --set discriminator.batch_norm=false")
        return cls(generator, Discriminator(cast(DiscriminatorTrunk, trunk)), columns, **options)

    @property
    def controls(self) -> tuple[Control, ...]:
        """Declare the latent and, where the table has categories, the condition."""
        latent = Control("latent", Latent(self.latent, self.prior))
        return (latent,) if self.condition is None else (latent, Control("condition", self.condition))

    def turns(self, step: int) -> Iterator[Turn]:
        """Let D move `n_critic` times, then G; with a promise, D by private gradients, and no further than it holds.

        Raises:
            UserError: the rounds are played for which the promise is planned.
        """
        if self.privacy is None:
            yield from super().turns(step)
            return
        for _ in range(self.n_critic):
            if int(self.played) >= self.privacy.turns:
                raise UserError(f"epsilon {self.privacy.epsilon:g} is spent: its game.rounds are played")
            yield Turn(self.discriminator, self.private_loss)
            self.played += 1
        yield Turn(self.generator, self.generator_loss, key="generator")

    def private_loss(self, batch: Batch) -> Terms:
        """Return a term whose gradient is the private one, and what is spent after this turn.

        The term itself is 0: nothing else of the data may be told.
        """
        privacy, batch_rows, generator = cast(Privacy, self.privacy), batch["real"], secret_generator(self.secret)
        real = privacy.looked_at(batch_rows, generator)
        with torch.no_grad():
            fake, _ = self.made(real, None)
        sums = privacy.clipped(self.discriminator, self.loss_of_row, real, fake)
        gradients = privacy.noisy(sums, len(batch_rows), generator)
        weights = self.discriminator.named_parameters()
        private = [((weight - weight.detach()) * gradients[name]).sum() for name, weight in weights]
        return {"private": torch.stack(private).sum(), "epsilon": real.new_tensor(privacy.spent(int(self.played) + 1))}

    def loss_of_row(self, discriminator: Callable[[Tensor], Tensor], real: Tensor, fake: Tensor) -> Tensor:
        """Return D's loss on one real row and one fake row, each [1, D]."""
        return self.rules.loss.discriminator_loss(discriminator(real), discriminator(fake))

    @property
    def promise(self) -> dict[str, float]:
        """Return the epsilon that is spent, and its delta; {} of a game that promises nothing."""
        if self.privacy is None:
            return {}
        return {"epsilon": round(self.privacy.spent(int(self.played)), 4), "delta": self.privacy.delta}

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
        missed = {} if condition is None else {"condition": self.condition_weight * self.missed(raw, condition)}
        return terms | missed

    def drawn(self, batch: Batch) -> tuple[Tensor, Tensor | None]:
        """Return reals and the conditions that they were drawn by; with a promise G makes as many as D looks at."""
        if self.condition is not None:
            return batch["balanced"], batch["condition"]
        rows = len(batch["real"])
        return batch["real"][: rows if self.privacy is None else max(1, round(self.privacy.rate * rows))], None

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


PRIVATE: dict[str, tuple[Any, str]] = {
    "penalties": ({}, "gradient penalties mix real rows with others"),
    "pack": (1, "a pack judges rows together"),
    "conditional": (False, "conditions are drawn by the frequencies of categories"),
    "public": (
        True,
        "the encoding was fitted to the rows: declare that it may be known, categories and bounds included",
    ),
}
"""What options a promise needs, and why."""


def refuse_what_cannot_be_private(options: dict[str, Any]) -> None:
    """Raise UserError where options do not go with an epsilon."""
    for name, (needed, why) in PRIVATE.items():
        if options[name] != needed:
            raise UserError(f"game.epsilon: {why}; use --set game.{name}={json.dumps(needed)}")
    if needs_real_logits(load_loss(options["loss"])):
        raise UserError("game.epsilon: a relativistic loss shows G what D says of reals; use --set loss=non_saturating")
    if options["rounds"] is None:
        raise UserError("game.epsilon: say for how many rounds it is to last, --set game.rounds=2000, and --steps 2000")
