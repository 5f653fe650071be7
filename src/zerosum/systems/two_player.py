"""The two-player family: one generator against one discriminator; losses, penalties and networks compose freely."""

from typing import Annotated, Any, Literal, cast

import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from zerosum.core.game import Batch, Facts, Networks, Terms
from zerosum.errors import UserError
from zerosum.networks import mlp
from zerosum.networks.augment import Augmentation
from zerosum.networks.discriminator import Discriminator
from zerosum.networks.trunk import DiscriminatorTrunk
from zerosum.options import Count, Weight
from zerosum.systems.adversarial import Adversarial, of_samples
from zerosum.systems.rules import Rules, Share

Opinion = tuple[Tensor, Tensor | None]
"""Logits, and the logits of the classes where D guesses labels."""


class TwoPlayer(Adversarial):
    """Algorithm 1 of Goodfellow et al. 2014 (arXiv:1406.2661) for any loss: k discriminator turns, one generator turn.

    Args:
        generator: z [N, latent + classes] -> samples [N, *shape]; the label is a one-hot part of its input.
        discriminator: (samples, label or None) -> logits [N].
        classes: names of the labels; empty for an unconditional game.
        latent: dimensions of z.
        prior: distribution of z, N(0, I) or U(-1, 1).
        loss: name of a module in `zerosum.losses`.
        penalties: options by name in `zerosum.penalties.table.PENALTIES`, such as {"r1": {"gamma": 1.0}}.
        n_critic: discriminator turns a round.
        clip: bound on the discriminator's weights after its turns (WGAN, arXiv:1701.07875); 0 does not clip.
        conditioning: how the label reaches the discriminator; with "auxiliary" it guesses the label instead (AC-GAN);
            "none" plays without labels.
        class_weight: factor on the cross-entropy of the guessed labels, with auxiliary conditioning.
        pack: samples that the discriminator judges together (PacGAN, arXiv:1712.04086); batches are multiples of it.
        augment: what D sees of all images in training (`networks.augment`), such as ["color", "translation", "cutout"].
        real_label: the discriminator's target for reals; below 1 is one-sided label smoothing (arXiv:1606.03498).
        label_noise: half the width of uniform noise on the discriminator's targets, which stay in [0, 1].
        label_flip: probability with which the target of a sample is swapped.
    """

    def __init__(
        self,
        generator: nn.Module,
        discriminator: nn.Module,
        classes: tuple[str, ...] = (),
        *,
        latent: Count = 128,
        prior: Literal["normal", "uniform"] = "normal",
        loss: str = "non_saturating",
        penalties: dict[str, dict[str, Any]] = {},  # noqa: B006 - never changed
        n_critic: Count = 1,
        clip: Annotated[float, Field(ge=0)] = 0.0,
        conditioning: Literal["none", "concatenation", "projection", "auxiliary"] = "none",
        class_weight: Weight = 1.0,
        pack: Count = 1,
        augment: tuple[Augmentation, ...] = (),
        real_label: Share = 1.0,
        label_noise: Share = 0.0,
        label_flip: Share = 0.0,
    ):
        softening = {"real_label": real_label, "label_noise": label_noise, "label_flip": label_flip}
        rules = Rules(loss, penalties, softening)
        super().__init__(
            generator, discriminator, rules, classes=classes, latent=latent, prior=prior, n_critic=n_critic, clip=clip
        )
        self.guesses, self.class_weight, self.pack = conditioning == "auxiliary", class_weight, pack
        self.at_once = gains_at_once(discriminator)

    @classmethod
    def complete(cls, options: dict[str, Any]) -> dict[str, Any]:
        """Fill in the options.

        Raises:
            UserError: packs of samples with labels.
        """
        full = super().complete(options)
        if full["pack"] > 1 and full["conditioning"] != "none":
            raise UserError(
                f"game.pack: {full['pack']} samples of a pack share no label; use conditioning=none or pack=1"
            )
        return full

    @classmethod
    def build(cls, facts: Facts, networks: Networks, options: dict[str, Any]) -> "TwoPlayer":
        """Make a generator and a discriminator, told the label in the way that `conditioning` says.

        Raises:
            UserError: labels are wanted, and the data have none.
        """
        conditioning, pack = options["conditioning"], options["pack"]
        if conditioning != "none" and not facts.classes:
            raise UserError("these data have no labels: use --set conditioning=none, or sub-folders as labels")
        classes = facts.classes if conditioning != "none" else ()
        generator = networks("generator", options["latent"] + len(classes), facts.shape)
        shape = (pack * facts.shape[0], *facts.shape[1:])
        trunk = networks("discriminator", shape, len(classes) if conditioning == "concatenation" else 0)
        discriminator = Discriminator(
            cast(DiscriminatorTrunk, trunk),
            classes=len(classes),
            conditioning=conditioning,
            pack=pack,
            augment=cls.augmentations(facts, options),
        )
        return cls(generator, discriminator, classes, **options)

    def discriminator_loss(self, batch: Batch, *, step: int = 0) -> Terms:
        """Return the discriminator's loss, its penalties due at `step`, and what it says of reals and fakes."""
        label, due = self.label(batch), self.rules.due(step)
        with torch.no_grad():
            fake = self.fake(batch["real"], label)
        real, fake = self.rules.watched(due, batch["real"], fake)
        (real_logits, real_guess), (fake_logits, fake_guess) = self.judged_both(real, fake, label)
        terms = self.rules.discriminator(due, self.discriminator, (real, fake), (real_logits, fake_logits), label)
        return terms | self.guessing({"class": real_guess, "fake_class": fake_guess}, label)

    def generator_loss(self, batch: Batch) -> Terms:
        """Return the generator's loss; a paired loss also sees the reals."""
        label, real_logits = self.label(batch), None
        fake_logits, fake_guess = self.judged(self.fake(batch["real"], label), label)
        if self.rules.paired:
            with torch.no_grad():
                real_logits = self.discriminator(batch["real"], label)
        adversarial = {"adversarial": self.rules.loss.generator_loss(fake_logits, real_logits)}
        return adversarial | self.guessing({"class": fake_guess}, label)

    def judged_both(self, real: Tensor, fake: Tensor, label: Tensor | None) -> tuple[Opinion, Opinion]:
        """Return what `judged` does of reals and fakes: in one pass where that gains and no penalty watches."""
        if not self.at_once or real.requires_grad or fake.requires_grad:
            return self.judged(real, label), self.judged(fake, label)
        logits, guesses = self.judged(torch.cat([real, fake]), None if label is None else label.repeat(2))
        real_guess, fake_guess = (None, None) if guesses is None else guesses.chunk(2)
        real_logits, fake_logits = logits.chunk(2)
        return (real_logits, real_guess), (fake_logits, fake_guess)

    def judged(self, samples: Tensor, label: Tensor | None) -> Opinion:
        """Return D's logits of samples and, where it guesses labels, the logits of the classes, [N, classes]."""
        if not self.guesses:
            return self.discriminator(samples, label), None
        return cast(Discriminator, self.discriminator).judge(samples)

    def guessing(self, guesses: dict[str, Tensor | None], label: Tensor | None) -> Terms:
        """Return -E[log P(C = c | X)] of guessed labels: L_C, equation 3 of Odena et al. 2016, arXiv:1610.09585."""
        if label is None:
            return {}
        present = {name: guess for name, guess in guesses.items() if guess is not None}
        return {name: self.class_weight * cross_entropy(guess.float(), label) for name, guess in present.items()}

    def logits(self, batch: Batch) -> Tensor | None:
        """Return for each real the logit of its pack, [N]; the first fills up the last pack."""
        real, label = batch["real"], self.label(batch)
        whole = torch.cat([real, *[real[:1]] * (-len(real) % self.pack)])
        return of_samples(self.discriminator(whole, label)).repeat_interleave(self.pack)[: len(real)]

    def opinion(self, samples: Tensor) -> Tensor | None:
        """Return D's chance that each sample is real, [N]; a game of packs has no opinion of one sample."""
        return super().opinion(samples) if self.pack == 1 else None


def gains_at_once(discriminator: nn.Module) -> bool:
    """Say whether reals and fakes are to pass D as one batch: a perceptron that treats each sample alone.

    There the calls cost as much as the arithmetic. Convolutions do not gain: twice the activations leave the cache.
    What has buffers keeps numbers of the batches that it sees, and must see reals and fakes apart.
    """
    perceptron = isinstance(discriminator, Discriminator) and isinstance(discriminator.trunk, mlp.Trunk)
    return perceptron and not any(True for _ in discriminator.buffers())
