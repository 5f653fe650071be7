"""pix2pix: learn a translation from pairs (Isola et al. 2016, arXiv:1611.07004).

D judges patches of x and y side by side. With two terms beside the adversarial one, G minimises

    L_cGAN(G, D) + l1_weight E[|y - G(x)|_1]      (equation 4)

and, where it is wanted, the distance of what D's layers say of both (pix2pixHD, arXiv:1711.11585, equation 4).
"""

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, Literal, cast

import torch
from torch import Tensor, nn
from torch.nn.functional import l1_loss

from zerosum.core.game import Batch, Facts, Networks, Terms, Turn
from zerosum.errors import UserError
from zerosum.networks.patch import Patch
from zerosum.options import Weight
from zerosum.systems.rules import Rules
from zerosum.systems.translator import Translating, contest, source_of


class Pix2Pix(Translating):
    """A translator against a discriminator of pairs.

    Args:
        generator: x [N, C, H, W] -> y [N, C', H, W].
        discriminator: x and y side by side as channels -> logits of patches.
        channels: of x.
        loss: name of a module in `zerosum.losses`.
        penalties: options by name in `zerosum.penalties.table.PENALTIES`.
        adversarial_weight: factor on the adversarial term; 0 is regression alone, and D does not move.
        l1_weight: factor on the mean absolute difference to the true image; 0 leaves the adversarial game alone.
        feature_weight: factor on the mean absolute difference of what D's layers say of the true and the made image.
    """

    learns: ClassVar[Literal["pairs"]] = "pairs"

    def __init__(
        self,
        generator: nn.Module,
        discriminator: nn.Module,
        channels: int = 3,
        *,
        loss: str = "non_saturating",
        penalties: dict[str, dict[str, Any]] = {},  # noqa: B006 - never changed
        adversarial_weight: Weight = 1.0,
        l1_weight: Weight = 100.0,
        feature_weight: Weight = 0.0,
    ):
        super().__init__(generator, discriminator, Rules(loss, penalties), channels=channels)
        self.adversarial_weight, self.l1_weight, self.feature_weight = adversarial_weight, l1_weight, feature_weight

    @classmethod
    def complete(cls, options: dict[str, Any]) -> dict[str, Any]:
        """Fill in the options.

        Raises:
            UserError: all weights are 0, or features are matched of a D that learns nothing.
        """
        full = super().complete(options)
        if not any(full[weight] for weight in ("adversarial_weight", "l1_weight", "feature_weight")):
            raise UserError("game.l1_weight: all weights are 0, so there is nothing to learn; set one above 0")
        if full["feature_weight"] and not full["adversarial_weight"]:
            raise UserError("game.feature_weight: D learns nothing without adversarial_weight; set that above 0")
        return full

    @classmethod
    def build(cls, facts: Facts, networks: Networks, options: dict[str, Any]) -> "Pix2Pix":
        """Make a translator and a discriminator of pairs.

        Raises:
            UserError: data without pairs.
        """
        source = source_of(facts, "pix2pix")
        if not facts.paired:
            raise UserError("pix2pix learns from pairs: give --pairs, or train cyclegan or cut on what has none")
        pair = (source[0] + facts.shape[0], *facts.shape[1:])
        translator, judge = networks("generator", source, facts.shape), networks("discriminator", pair)
        return cls(translator, judge, source[0], **options)

    def turns(self, step: int) -> Iterator[Turn]:
        """Let the discriminator move, then the generator; regression alone is the generator's turn alone."""
        for turn in super().turns(step):
            if self.adversarial_weight or turn.player is self.generator:
                yield turn

    def discriminator_loss(self, batch: Batch, *, step: int = 0) -> Terms:
        """Return what the discriminator minimises."""
        with torch.no_grad():
            fake = self.generator(batch["x"])
        pairs = self.seen(batch, batch["real"]), self.seen(batch, fake)
        return contest(self.rules, self.rules.due(step), self.discriminator, *pairs)

    def generator_loss(self, batch: Batch) -> Terms:
        """Return what the generator minimises; the difference to the true image is also logged as it is."""
        fake = self.generator(batch["x"])
        difference = l1_loss(fake.float(), batch["real"])
        terms = {"l1": self.l1_weight * difference} if self.l1_weight else {"difference": difference.detach()}
        return terms | (self.judged(batch, fake) if self.adversarial_weight else {})

    def judged(self, batch: Batch, fake: Tensor) -> Terms:
        """Return the terms that need D: the adversarial one, and matched features where they are wanted."""
        critic = cast(Patch, self.discriminator)
        fake_logits, features = critic.judge(self.seen(batch, fake))
        real_logits, true = None, list[Tensor]()
        if self.rules.paired or self.feature_weight:
            with torch.no_grad():
                real_logits, true = critic.judge(self.seen(batch, batch["real"]))
        terms = {"adversarial": self.adversarial_weight * self.rules.loss.generator_loss(fake_logits, real_logits)}
        return terms | ({"features": self.feature_weight * distance(features, true)} if self.feature_weight else {})

    def seen(self, batch: Batch, images: Tensor) -> Tensor:
        """Return source and target side by side as channels."""
        return torch.cat([batch["x"], images.to(batch["x"].dtype)], 1)


def distance(fake: Sequence[Tensor], true: Sequence[Tensor]) -> Tensor:
    """Return the mean over layers of the mean absolute difference."""
    return torch.stack([l1_loss(one.float(), other.float()) for one, other in zip(fake, true, strict=True)]).mean()
