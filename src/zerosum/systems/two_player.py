"""The two-player family: one generator against one discriminator; losses, penalties and networks compose freely."""

from collections.abc import Iterator
from functools import partial
from typing import Annotated, Any, ClassVar, Literal, cast

import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn.functional import one_hot

from zerosum import losses, penalties
from zerosum.errors import UserError, suggest
from zerosum.game import Batch, Control, Facts, Game, Networks, Terms, Turn
from zerosum.losses.targets import softened
from zerosum.networks.discriminator import Discriminator
from zerosum.networks.trunk import DiscriminatorTrunk
from zerosum.options import Count, complete

Share = Annotated[float, Field(ge=0, le=1)]
EXACT = {"real_label": 1.0, "label_noise": 0.0, "label_flip": 0.0}


class TwoPlayer(Game):
    """Algorithm 1 of Goodfellow et al. 2014 (arXiv:1406.2661) for any loss: k discriminator turns, one generator turn.

    Args:
        generator: z [N, latent + classes] -> samples [N, *shape]; the label is a one-hot part of its input.
        discriminator: (samples, label or None) -> logits [N].
        classes: names of the labels; empty for an unconditional game.
        latent: dimensions of z.
        prior: distribution of z, N(0, I) or U(-1, 1).
        loss: name of a module in `zerosum.losses`.
        penalties: options by name in `zerosum.penalties.PENALTIES`, such as {"r1": {"gamma": 1.0}}.
        n_critic: discriminator turns a round.
        clip: bound on the discriminator's weights after its turns (WGAN, arXiv:1701.07875); 0 does not clip.
        conditioning: how the label reaches the discriminator; "none" plays without labels.
        real_label: the discriminator's target for reals; below 1 is one-sided label smoothing (arXiv:1606.03498).
        label_noise: half the width of uniform noise on the discriminator's targets, which stay in [0, 1].
        label_flip: probability with which the target of a sample is swapped.
    """

    roles: ClassVar[dict[str, str]] = {"generator": "generator", "discriminator": "discriminator"}

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
        conditioning: Literal["none", "concatenation", "projection"] = "none",
        real_label: Share = 1.0,
        label_noise: Share = 0.0,
        label_flip: Share = 0.0,
    ):
        super().__init__()
        self.generator, self.discriminator, self.classes = generator, discriminator, classes
        self.latent, self.prior, self.n_critic, self.clip = latent, prior, n_critic, clip
        self.loss = losses.load(loss)
        self.penalties = {name: make_penalty(name, options) for name, options in penalties.items()}
        self.softening = {"real_label": real_label, "label_noise": label_noise, "label_flip": label_flip}
        self.softened = self.softening != EXACT

    @classmethod
    def complete(cls, options: dict[str, Any]) -> dict[str, Any]:
        """See `Game.complete`; penalties are completed by their own classes."""
        full = super().complete(options)
        loss = losses.load(full["loss"])
        for name, given in full["penalties"].items():
            full["penalties"][name] = complete(penalty_class(name), given or {}, f"game.penalties.{name}")
        if {name: full[name] for name in EXACT} != EXACT and not losses.supports_targets(loss):
            raise UserError(
                f"game.real_label: the {full['loss']} loss has no labels to soften; use loss=non_saturating"
            )
        return full

    @classmethod
    def build(cls, facts: Facts, networks: Networks, options: dict[str, Any]) -> "TwoPlayer":
        """See `Game.build`."""
        conditioning = options["conditioning"]
        if conditioning != "none" and not facts.classes:
            raise UserError("these data have no labels: use --set conditioning=none, or sub-folders as labels")
        classes = facts.classes if conditioning != "none" else ()
        generator = networks("generator", options["latent"] + len(classes), facts.shape)
        trunk = networks("discriminator", facts.shape, len(classes) if conditioning == "concatenation" else 0)
        discriminator = Discriminator(cast(DiscriminatorTrunk, trunk), classes=len(classes), conditioning=conditioning)
        return cls(generator, discriminator, classes, **options)

    @property
    def controls(self) -> tuple[Control, ...]:
        """See `Game.controls`: the latent and, for a conditional game, the label."""
        latent = Control("latent", "latent", self.latent, self.prior)
        label = Control("label", "label", len(self.classes), names=self.classes)
        return (latent, label) if self.classes else (latent,)

    def turns(self, step: int) -> Iterator[Turn]:
        """See `Game.turns`."""
        for _ in range(self.n_critic):
            yield Turn(self.discriminator, partial(self.discriminator_loss, step=step))
            if self.clip:
                penalties.clip_weights(self.discriminator, self.clip)
        yield Turn(self.generator, self.generator_loss)

    def discriminator_loss(self, batch: Batch, *, step: int = 0) -> Terms:
        """Return the discriminator's loss, its penalties due at `step`, and what it says of reals and fakes."""
        due = {name: penalty for name, penalty in self.penalties.items() if penalty.due(step)}
        reused = {penalty.reuses for penalty in due.values()}
        label = self.label(batch)
        with torch.no_grad():
            fake = self.fake(batch["real"], label)
        real, fake = watched(batch["real"], "real" in reused), watched(fake, "fake" in reused)
        real_logits, fake_logits = self.discriminator(real, label), self.discriminator(fake, label)
        targets = softened(real_logits, fake_logits, **self.softening) if self.softened else {}
        terms = {"adversarial": self.loss.discriminator_loss(real_logits, fake_logits, **targets)}
        for name, penalty in due.items():
            terms[name] = penalty.weight * penalty(self.discriminator, real, fake, real_logits, fake_logits, label)
        return terms | opinions(real_logits.detach(), fake_logits.detach())

    def generator_loss(self, batch: Batch) -> Terms:
        """Return the generator's loss; a paired loss also sees the reals."""
        label = self.label(batch)
        fake_logits = self.discriminator(self.fake(batch["real"], label), label)
        if not losses.needs_real_logits(self.loss):
            return {"adversarial": self.loss.generator_loss(fake_logits)}
        with torch.no_grad():
            real_logits = self.discriminator(batch["real"], label)
        return {"adversarial": self.loss.generator_loss(fake_logits, real_logits)}

    def sample(self, inputs: Batch) -> Tensor:
        """See `Game.sample`."""
        z = inputs["latent"]
        if self.classes:
            z = torch.cat([z, one_hot(inputs["label"], len(self.classes)).to(z.dtype)], 1)
        samples: Tensor = self.generator(z)
        return samples

    def opinion(self, samples: Tensor) -> Tensor | None:
        """See `Game.opinion`: the sigmoid of the logit; a game with labels has no opinion without one."""
        return None if self.classes else self.discriminator(samples).sigmoid()

    def logits(self, batch: Batch) -> Tensor | None:
        """See `Game.logits`."""
        logits: Tensor = self.discriminator(batch["real"], self.label(batch))
        return logits

    def averaged(self) -> dict[str, nn.Module]:
        """See `Game.averaged`."""
        return {"generator": self.generator}

    def fake(self, real: Tensor, label: Tensor | None) -> Tensor:
        """Generate as many samples as there are reals, with their labels."""
        inputs = {"latent": self.controls[0].draw(len(real), device=real.device)}
        return self.sample(inputs if label is None else inputs | {"label": label})

    def label(self, batch: Batch) -> Tensor | None:
        """Return the batch's labels, or None in an unconditional game."""
        return batch["label"] if self.classes else None


def watched(samples: Tensor, needed: bool) -> Tensor:
    """Return samples whose gradient a penalty can read off the game's own forward pass, where that is needed."""
    return samples.float().requires_grad_() if needed else samples


def opinions(real_logits: Tensor, fake_logits: Tensor) -> Terms:
    """Return what is watched of a discriminator: mean logit and probability of reals and fakes."""
    return {
        "real_logit": real_logits.mean(),
        "fake_logit": fake_logits.mean(),
        "real_probability": real_logits.float().sigmoid().mean(),
        "fake_probability": fake_logits.float().sigmoid().mean(),
    }


def penalty_class(name: str) -> type[penalties.Penalty]:
    """Return the penalty of this name; UserError suggests the nearest."""
    if name not in penalties.PENALTIES:
        raise UserError(f"game.penalties: no penalty '{name}'{suggest(name, penalties.PENALTIES)}")
    return penalties.PENALTIES[name]


def make_penalty(name: str, options: dict[str, Any]) -> penalties.Penalty:
    """Make a penalty from a recipe's options."""
    return penalty_class(name)(**options)
