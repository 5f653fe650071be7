"""BiGAN, or ALI: an encoder learns the way back by playing along (arXiv:1605.09782, arXiv:1606.00704).

D sees pairs, and says which come from the encoder, (x, E(x)), and which from the generator, (G(z), z) (equation 2 of
Donahue et al.). Where neither can be told from the other, E inverts G (theorem 2).

The paper moves G and E together. G's part of the loss does not depend on E, nor E's on G, so here each takes a turn of
its own, with an optimiser of its own, at the same cost.
"""

from collections.abc import Callable, Iterator
from typing import Any, ClassVar, cast

import torch
from torch import Tensor, nn

from zerosum.core.forms import Prior
from zerosum.core.game import Batch, Facts, Networks, Terms, Turn
from zerosum.errors import UserError
from zerosum.networks.pair import Encoder, PairDiscriminator, paired
from zerosum.networks.trunk import DiscriminatorTrunk
from zerosum.options import Count, Weight
from zerosum.systems.adversarial import Adversarial
from zerosum.systems.rules import Rules


class BiGAN(Adversarial):
    """Two players who are judged by pairs of sample and latent, and their judge.

    Args:
        generator: z [N, latent] -> samples [N, *shape].
        encoder: samples [N, *shape] -> z [N, latent].
        discriminator: pairs [N, prod(shape) + latent] -> logits [N].
        latent: dimensions of z.
        prior: distribution of z.
        loss: name of a module in `zerosum.losses`; not least_squares, whose sides cannot be exchanged.
        penalties: options by name in `zerosum.penalties.table.PENALTIES`; their gradient is that by sample and latent.
        n_critic: discriminator turns a round.
        regression_weight: factor on E[(E(G(z)) - z)^2], which E minimises besides; 0 in the paper.
    """

    roles: ClassVar[dict[str, str]] = {
        "generator": "generator",
        "discriminator": "discriminator",
        "encoder": "encoder",
    }

    def __init__(
        self,
        generator: nn.Module,
        encoder: nn.Module,
        discriminator: nn.Module,
        *,
        latent: Count = 64,
        prior: Prior = "normal",
        loss: str = "non_saturating",
        penalties: dict[str, dict[str, Any]] = {},  # noqa: B006 - never changed
        n_critic: Count = 1,
        regression_weight: Weight = 0.0,
    ):
        rules = Rules(loss, penalties)
        super().__init__(generator, discriminator, rules, latent=latent, prior=prior, n_critic=n_critic)
        self.encoder, self.regression_weight = encoder, regression_weight

    @classmethod
    def complete(cls, options: dict[str, Any]) -> dict[str, Any]:
        """Fill in the options.

        Raises:
            UserError: a loss that does not treat real and fake alike.
        """
        full = super().complete(options)
        if full["loss"] == "least_squares":
            raise UserError("game.loss: least_squares does not treat real and fake alike; use loss=non_saturating")
        return full

    @classmethod
    def build(cls, facts: Facts, networks: Networks, options: dict[str, Any]) -> "BiGAN":
        """Make a generator, an encoder whose latents keep to the prior's range, and a discriminator of pairs."""
        latent, bounded = options["latent"], options["prior"] == "uniform"
        generator = networks("generator", latent, facts.shape)
        trunks = [cast(DiscriminatorTrunk, networks(name, facts.shape, 0)) for name in ("encoder", "discriminator")]
        encoder = Encoder(trunks[0], latent, bounded=bounded)
        return cls(generator, encoder, PairDiscriminator(trunks[1], facts.shape, latent), **options)

    def turns(self, step: int) -> Iterator[Turn]:
        """Let the discriminator and the generator move, and the encoder last."""
        yield from super().turns(step)
        yield Turn(self.encoder, self.encoder_loss)

    def discriminator_loss(self, batch: Batch, *, step: int = 0) -> Terms:
        """Return the discriminator's loss on pairs, and its penalties due at `step`."""
        due = self.rules.due(step)
        with torch.no_grad():
            real, fake = self.encoded(batch["real"]), self.decoded(batch["real"])
        samples = self.rules.watched(due, real, fake)
        logits = (self.discriminator(samples[0]), self.discriminator(samples[1]))
        return self.rules.discriminator(due, self.discriminator, samples, logits)

    def generator_loss(self, batch: Batch) -> Terms:
        """Return the generator's loss: its pairs should pass for the encoder's."""
        logits = self.discriminator(self.decoded(batch["real"]))
        return {"adversarial": self.rules.loss.generator_loss(logits, self.other(self.encoded, batch["real"]))}

    def encoder_loss(self, batch: Batch) -> Terms:
        """Return the encoder's loss: its pairs should pass for the generator's, so all logits change their sign."""
        other = self.other(self.decoded, batch["real"])
        logits = -self.discriminator(self.encoded(batch["real"]))
        terms = {"adversarial": self.rules.loss.generator_loss(logits, None if other is None else -other)}
        if self.regression_weight:
            z = self.draw(batch["real"])["latent"]
            with torch.no_grad():
                fake = self.generator(z)
            terms["regression"] = self.regression_weight * (self.encoder(fake) - z).square().mean()
        return terms

    def encoded(self, real: Tensor) -> Tensor:
        """Return pairs (x, E(x))."""
        return paired(real, self.encoder(real))

    def decoded(self, real: Tensor) -> Tensor:
        """Return as many pairs (G(z), z) as there are reals."""
        z = self.draw(real)["latent"]
        return paired(self.generator(z), z)

    @torch.no_grad()
    def other(self, make: Callable[[Tensor], Tensor], real: Tensor) -> Tensor | None:
        """Return the logits of the pairs that the mover does not make, where its loss needs them."""
        logits: Tensor | None = self.discriminator(make(real)) if self.rules.paired else None
        return logits

    def encode(self, samples: Tensor) -> dict[str, Tensor]:
        """Return the latents [N, size] that E gives to samples."""
        return {"latent": self.encoder(samples)}

    def logits(self, batch: Batch) -> Tensor | None:
        """Return what D says of reals with the latents that E gives them, [N]."""
        logits: Tensor = self.discriminator(self.encoded(batch["real"]))
        return logits

    def opinion(self, samples: Tensor) -> Tensor | None:
        """Return D's chance, 0 to 1, that samples are real, [N]: with the latents that E gives them."""
        logits: Tensor = self.discriminator(self.encoded(samples))
        return logits.sigmoid()

    def averaged(self) -> dict[str, nn.Module]:
        """Average generator and encoder."""
        return {"generator": self.generator, "encoder": self.encoder}
