"""What every game of one generator against one discriminator shares: controls, turns, samples, opinions."""

import abc
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from zerosum.core.control import Control
from zerosum.core.forms import Label, Latent, Prior
from zerosum.core.game import Batch, Facts, Game, Terms, Turn
from zerosum.errors import UserError
from zerosum.networks.augment import Augmentation
from zerosum.networks.trunk import one_hot
from zerosum.penalties.clipping import clip_weights
from zerosum.systems.rules import Rules, complete_rules


class Adversarial(Game, abc.ABC):
    """Algorithm 1 of Goodfellow et al. 2014 (arXiv:1406.2661): k discriminator turns, one generator turn.

    Args:
        generator: z [N, latent + codes + classes] -> samples [N, *shape]; a label is a one-hot part of its input.
        discriminator: (samples, label or None) -> logits [N].
        rules: what both minimise.
        classes: names of the labels; empty for an unconditional game.
        latent: dimensions of z.
        prior: distribution of z, N(0, I) or U(-1, 1).
        n_critic: discriminator turns a round.
        clip: bound on the discriminator's weights after its turns (WGAN, arXiv:1701.07875); 0 does not clip.
    """

    roles: ClassVar[dict[str, str]] = {"generator": "generator", "discriminator": "discriminator"}

    def __init__(
        self,
        generator: nn.Module,
        discriminator: nn.Module,
        rules: Rules,
        *,
        classes: tuple[str, ...] = (),
        latent: int,
        prior: Prior,
        n_critic: int = 1,
        clip: float = 0.0,
    ):
        super().__init__()
        self.generator, self.discriminator, self.rules, self.classes = generator, discriminator, rules, classes
        self.latent, self.prior, self.n_critic, self.clip = latent, prior, n_critic, clip

    @classmethod
    def complete(cls, options: dict[str, Any]) -> dict[str, Any]:
        """Fill in the options, those of the penalties by their own classes."""
        return complete_rules(super().complete(options))

    @classmethod
    def augmentations(cls, facts: Facts, options: dict[str, Any]) -> Sequence[Augmentation]:
        """Return the augmentations of a game that has them as an option.

        Raises:
            UserError: the data are points, of which there are none.
        """
        if options["augment"] and len(facts.shape) == 1:
            raise UserError("game.augment is of images, and the data are points: leave it out")
        return tuple(options["augment"])

    @property
    def controls(self) -> tuple[Control, ...]:
        """Declare the latent and, for a conditional game, the label."""
        return inputs_of(self.latent, self.prior, self.classes)

    def turns(self, step: int) -> Iterator[Turn]:
        """Let D move `n_critic` times, its weights clipped after each where `clip` says so, then G."""
        for _ in range(self.n_critic):
            due = tuple(self.rules.due(step))
            yield Turn(self.discriminator, partial(self.discriminator_loss, step=step), key=("discriminator", *due))
            if self.clip:
                clip_weights(self.discriminator, self.clip)
        yield Turn(self.generator, self.generator_loss, key="generator")

    @abc.abstractmethod
    def discriminator_loss(self, batch: Batch, *, step: int = 0) -> Terms:
        """Return what the discriminator minimises in round `step`."""

    @abc.abstractmethod
    def generator_loss(self, batch: Batch) -> Terms:
        """Return what the generator minimises."""

    def sample(self, inputs: Batch) -> Tensor:
        """Return what the generator makes of the latent and the label."""
        samples: Tensor = self.generator(joined(self.controls, inputs))
        return samples

    def opinion(self, samples: Tensor) -> Tensor | None:
        """Return the sigmoid of the logit, [N]; a game with labels has no opinion without one."""
        return None if self.classes else of_samples(self.discriminator(samples)).sigmoid()

    def logits(self, batch: Batch) -> Tensor | None:
        """Return what D says of reals and their labels, [N]."""
        return of_samples(self.discriminator(batch["real"], self.label(batch)))

    def averaged(self) -> dict[str, nn.Module]:
        """Average the generator."""
        return {"generator": self.generator}

    def draw(self, real: Tensor) -> dict[str, Tensor]:
        """Draw an input of every control but the label for each of the reals."""
        return {c.name: c.draw(len(real), device=real.device) for c in self.controls if not isinstance(c.form, Label)}

    def fake(self, real: Tensor, label: Tensor | None) -> Tensor:
        """Generate as many samples as there are reals, with their labels."""
        return self.sample(self.draw(real) | ({} if label is None else {"label": label}))

    def label(self, batch: Batch) -> Tensor | None:
        """Return the batch's labels, or None in an unconditional game."""
        return batch["label"] if self.classes else None


def inputs_of(latent: int, prior: Prior, classes: tuple[str, ...]) -> tuple[Control, ...]:
    """Return the controls of a game: the latent and, where there are classes, the label."""
    label = (Control("label", Label(len(classes), classes)),) if classes else ()
    return (Control("latent", Latent(latent, prior)), *label)


def of_samples(logits: Tensor) -> Tensor:
    """Return one logit a sample, [N], of logits [N, ...] of patches or views: their mean."""
    return logits.reshape(len(logits), -1).mean(1)


def joined(controls: tuple[Control, ...], inputs: Batch) -> Tensor:
    """Return a generator's input, [N, width(controls)]: the numbers of every control side by side, classes one-hot."""
    first = inputs[controls[0].name]
    parts = [one_hot(inputs[c.name], c.form.size, first.dtype) if c.form.discrete else inputs[c.name] for c in controls]
    return torch.cat(parts, 1) if len(parts) > 1 else first


def width(controls: tuple[Control, ...]) -> int:
    """Return how many numbers `joined` makes of a sample's inputs."""
    return sum(control.form.size for control in controls)
