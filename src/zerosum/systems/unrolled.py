"""Unrolled: G plays against the D that would have answered its move (Metz et al. 2016, arXiv:1611.02163).

With f what D minimises, and D's k gradient steps from where it stands (equations 7 and 8),

    w_0 = w,  w_(i+1) = w_i - eta grad_w f(theta, w_i),

G minimises -f(theta, w_k(theta)) (equation 10), and its gradient flows through the k steps too. D itself takes one
ordinary step. The steps are taken on copies of the weights, so D is never moved and there is nothing to put back.
"""

from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.func import functional_call

from zerosum.core.forms import Prior
from zerosum.core.game import Batch, Facts, Networks, Terms
from zerosum.networks.augment import Augmentation
from zerosum.networks.discriminator import Discriminator
from zerosum.networks.trunk import DiscriminatorTrunk
from zerosum.options import Count, Size, Weight
from zerosum.systems.adversarial import Adversarial
from zerosum.systems.rules import Rules

State = dict[str, Tensor]


class Unrolled(Adversarial):
    """Two players, one of whom looks ahead.

    Args:
        generator: z [N, latent] -> samples [N, *shape].
        discriminator: samples -> logits [N].
        latent: dimensions of z.
        prior: distribution of z.
        loss: name of a module in `zerosum.losses`; of it D's loss is played by both, with opposite signs.
        penalties: options by name in `zerosum.penalties.table.PENALTIES`, in D's own turn only.
        n_critic: discriminator turns a round.
        augment: what D sees of all images in training (`networks.augment`), such as ["color", "translation", "cutout"].
        unrolled: steps that G looks ahead, k; 0 is the zero-sum game as it stands.
        unroll_lr: size of those steps, eta.
    """

    def __init__(
        self,
        generator: nn.Module,
        discriminator: nn.Module,
        *,
        latent: Count = 128,
        prior: Prior = "normal",
        loss: str = "minimax",
        penalties: dict[str, dict[str, Any]] = {},  # noqa: B006 - never changed
        n_critic: Count = 1,
        augment: tuple[Augmentation, ...] = (),
        unrolled: Size = 5,
        unroll_lr: Weight = 0.1,
    ):
        rules = Rules(loss, penalties)
        super().__init__(generator, discriminator, rules, latent=latent, prior=prior, n_critic=n_critic)
        self.unrolled, self.unroll_lr = unrolled, unroll_lr

    @classmethod
    def build(cls, facts: Facts, networks: Networks, options: dict[str, Any]) -> "Unrolled":
        """Make a generator and a discriminator without labels."""
        trunk = cast(DiscriminatorTrunk, networks("discriminator", facts.shape, 0))
        discriminator = Discriminator(trunk, augment=cls.augmentations(facts, options))
        return cls(networks("generator", options["latent"], facts.shape), discriminator, **options)

    def discriminator_loss(self, batch: Batch, *, step: int = 0) -> Terms:
        """Return the discriminator's loss and its penalties due at `step`, as in the plain game."""
        due = self.rules.due(step)
        with torch.no_grad():
            fake = self.fake(batch["real"], None)
        samples = self.rules.watched(due, batch["real"], fake)
        logits = (self.discriminator(samples[0]), self.discriminator(samples[1]))
        return self.rules.discriminator(due, self.discriminator, samples, logits)

    def generator_loss(self, batch: Batch) -> Terms:
        """Return -f after k steps of D, and by how much they lowered f (`advance`, only watched)."""
        fake = self.fake(batch["real"], None)
        with torch.autocast(fake.device.type, enabled=False):
            losses = self.answers(batch["real"].float(), fake.float())
        return {"adversarial": -losses[-1], "advance": (losses[0] - losses[-1]).detach()}

    def answers(self, real: Tensor, fake: Tensor) -> list[Tensor]:
        """Return D's loss where it stands and after each of its k steps against these samples: k + 1 scalars.

        All depend on the fakes, directly and through the steps. Buffers that change as D judges (power iteration,
        batch statistics) change in copies.
        """
        weights: State = dict(self.discriminator.named_parameters())
        buffers: State = {name: buffer.clone() for name, buffer in self.discriminator.named_buffers()}
        losses = [self.value(weights | buffers, real, fake)]
        for _ in range(self.unrolled):
            steps = torch.autograd.grad(losses[-1], list(weights.values()), create_graph=True, allow_unused=True)
            weights = {
                name: weight if step is None else weight - self.unroll_lr * step
                for (name, weight), step in zip(weights.items(), steps, strict=True)
            }
            losses.append(self.value(weights | buffers, real, fake))
        return losses

    def value(self, state: State, real: Tensor, fake: Tensor) -> Tensor:
        """Return what D would minimise with these weights and buffers."""
        real_logits, fake_logits = (functional_call(self.discriminator, state, (x,)) for x in (real, fake))
        return self.rules.loss.discriminator_loss(real_logits, fake_logits)
