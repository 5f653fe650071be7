"""LAPGAN: a pyramid of games, each of which adds the detail of one octave (Denton et al. 2015, arXiv:1506.05751).

The coarsest level is a plain game on small images. Level k gets the image of the level below, enlarged, l = u(I_{k-1}),
and makes what is missing: I_k = l + h, h = G_k(z_k, l) (equation 4). Its D sees a residual h beside l, and says whether
h is that of a real image, h = I_k - u(d(I_k)) (equation 3), or a made one. Here d takes means of 2x2 pixels, and u is
bilinear.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, ClassVar, Literal, cast

import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, interpolate, one_hot

from zerosum.core.control import Control
from zerosum.core.forms import Latent, Prior
from zerosum.core.game import Batch, Facts, Game, Networks, Terms, Turn
from zerosum.data.size import shown, written
from zerosum.errors import UserError
from zerosum.networks.discriminator import Discriminator
from zerosum.networks.trunk import DiscriminatorTrunk
from zerosum.options import Count, Size, Weight
from zerosum.systems.adversarial import inputs_of
from zerosum.systems.rules import Rules, complete_rules


class Level(nn.Module):
    """The two players of one level."""

    def __init__(self, generator: nn.Module, discriminator: nn.Module) -> None:
        super().__init__()
        self.generator, self.discriminator = generator, discriminator


class LAPGAN(Game):
    """A game of two players a level, all trained on real coarse images, and played up the pyramid to sample.

    Args:
        pairs: the players of each level, the coarsest first: G_0(z), and G_k(z, enlarged image); D of an image, and of
            residual and enlarged image side by side.
        classes: names of the labels; empty for an unconditional game.
        octaves: levels; images are halved one time less.
        latent: dimensions of z for the coarsest level.
        detail: dimensions of z for each other level.
        prior: distribution of z.
        loss: name of a module in `zerosum.losses`.
        penalties: options by name in `zerosum.penalties.table.PENALTIES`.
        conditioning: how the label reaches the discriminators; "none" plays without labels.
        rounds: rounds after which it is another level's turn, the coarsest first; 0 plays the levels side by side.
        slower: side by side, level k plays in every slower^k-th round. A level has four times the pixels of the one
            below and an easier task: 1 plays all levels in every round, 4 gives each about as much time.
        noise: in training, coarse images get normal noise of a deviation drawn evenly from 0 to `noise`, pixels
            within +-1, before they are enlarged. The level above so learns to mend small errors of made ones instead
            of adding its own to them (conditioning augmentation, section 3.2 of Ho et al., arXiv:2106.15282).

    Raises:
        UserError: `slower` with levels that do not play side by side.
    """

    roles: ClassVar[dict[str, str]] = {
        "generator": "generator",
        "discriminator": "discriminator",
        "refiner": "refiner",
        "inspector": "discriminator",
    }

    def __init__(
        self,
        pairs: Sequence[Level],
        classes: tuple[str, ...] = (),
        *,
        octaves: Count = 3,
        latent: Count = 64,
        detail: Count = 32,
        prior: Prior = "normal",
        loss: str = "non_saturating",
        penalties: dict[str, dict[str, Any]] = {},  # noqa: B006 - never changed
        conditioning: Literal["none", "concatenation", "projection"] = "none",
        rounds: Size = 0,
        slower: Count = 1,
        noise: Weight = 0.0,
    ):
        super().__init__()
        if rounds and slower > 1:
            raise UserError("levels that play one by one cannot be slower than one another: use rounds=0 or slower=1")
        self.levels, self.classes, self.prior = nn.ModuleList(pairs), classes, prior
        self.rounds, self.slower, self.noise = rounds, slower, noise
        self.rules = Rules(loss, penalties)
        self.slices = [latent] + [detail] * (octaves - 1)

    @classmethod
    def complete(cls, options: dict[str, Any]) -> dict[str, Any]:
        """Fill in the options, those of the penalties by their own classes."""
        return complete_rules(super().complete(options))

    @classmethod
    def build(cls, facts: Facts, networks: Networks, options: dict[str, Any]) -> "LAPGAN":
        """Make two players a level, from the coarsest to the finest.

        Raises:
            UserError: labels are wanted and the data have none, or a network cannot make the size of its level.
        """
        conditioning = options["conditioning"]
        if conditioning != "none" and not facts.classes:
            raise UserError("these data have no labels: use --set conditioning=none, or sub-folders as labels")
        classes = facts.classes if conditioning != "none" else ()
        sizes = [options["latent"] + len(classes)] + [options["detail"] + len(classes)] * (options["octaves"] - 1)
        pairs = []
        for number, shape in enumerate(shapes(facts.shape, options["octaves"])):
            maker, judge = ("refiner", "inspector") if number else ("generator", "discriminator")
            inputs = (2 * shape[0], *shape[1:]) if number else shape
            try:
                trunk = networks(judge, inputs, len(classes) if conditioning == "concatenation" else 0)
                generator = networks(maker, sizes[number], shape)
            except UserError as error:
                # Users give the size of the finest level, and networks speak of their own.
                factor = 1 << (options["octaves"] - 1 - number)
                raise UserError(f"{'' if factor == 1 else f'the level at 1/{factor} of --size: '}{error}") from error
            critic = Discriminator(cast(DiscriminatorTrunk, trunk), classes=len(classes), conditioning=conditioning)
            pairs.append(Level(generator, critic))
        return cls(pairs, classes, **options)

    @property
    def players(self) -> dict[str, str]:
        """Name two players a level; those above the coarsest share the entries of refiner and inspector."""
        entries = [("generator", "discriminator")] + [("refiner", "inspector")] * (len(self.levels) - 1)
        return {
            f"levels.{number}.{name}": entry
            for number, pair in enumerate(entries)
            for name, entry in zip(("generator", "discriminator"), pair, strict=True)
        }

    @property
    def controls(self) -> tuple[Control, ...]:
        """Declare one latent, cut into a slice for each level, and for a conditional game the label."""
        return inputs_of(sum(self.slices), self.prior, self.classes)

    def turns(self, step: int) -> Iterator[Turn]:
        """Let the two players of each level move whose turn has come, the coarsest level first."""
        for number in range(len(self.levels)):
            waits = self.rounds and number != step // self.rounds % len(self.levels)
            own, between = divmod(step, self.slower**number)
            if not (waits or between):
                level = cast(Level, self.levels[number])
                yield Turn(level.discriminator, partial(self.discriminator_loss, number=number, step=own))
                yield Turn(level.generator, partial(self.generator_loss, number=number))

    def discriminator_loss(self, batch: Batch, *, number: int, step: int = 0) -> Terms:
        """Return what the discriminator of a level minimises."""
        critic, label, due = cast(Level, self.levels[number]).discriminator, self.label(batch), self.rules.due(step)
        real, coarse = self.octave(batch["real"], number)
        with torch.no_grad():
            fake = self.fake(number, coarse, len(real), label)
        samples = self.rules.watched(due, beside(real, coarse), beside(fake, coarse))
        logits = (critic(samples[0], label), critic(samples[1], label))
        return self.rules.discriminator(due, critic, samples, logits, label)

    def generator_loss(self, batch: Batch, *, number: int) -> Terms:
        """Return what the generator of a level minimises."""
        critic, label, real_logits = cast(Level, self.levels[number]).discriminator, self.label(batch), None
        real, coarse = self.octave(batch["real"], number)
        fake_logits = critic(beside(self.fake(number, coarse, len(real), label), coarse), label)
        if self.rules.paired:
            with torch.no_grad():
                real_logits = critic(beside(real, coarse), label)
        return {"adversarial": self.rules.loss.generator_loss(fake_logits, real_logits)}

    def octave(self, real: Tensor, number: int) -> tuple[Tensor, Tensor | None]:
        """Return what a level's discriminator is to take for real, and the enlarged coarse image beside it.

        For the coarsest level these are the small image itself, and None.
        """
        for _ in range(len(self.levels) - 1 - number):
            real = halved(real)
        if number == 0:
            return real, None
        coarse = halved(real)
        if self.training and self.noise:
            deviation = self.noise * torch.rand(len(coarse), 1, 1, 1, device=coarse.device)
            coarse = (coarse + deviation * torch.randn_like(coarse)).clamp(-1, 1)
        coarse = doubled(coarse)
        return real - coarse, coarse

    def fake(self, number: int, coarse: Tensor | None, n: int, label: Tensor | None) -> Tensor:
        """Return `n` new images of the coarsest level, or new residuals to the coarse images."""
        device = next(self.parameters()).device
        z = Latent(self.slices[number], self.prior).draw(n, device=device)
        return self.made(number, z, coarse, label)

    def made(self, number: int, z: Tensor, coarse: Tensor | None, label: Tensor | None) -> Tensor:
        """Return what the generator of a level makes of its slice of the latent, [N, *shape of the level]."""
        generator = cast(Level, self.levels[number]).generator
        if label is not None:
            z = torch.cat([z, one_hot(label, len(self.classes)).to(z.dtype)], 1)
        out: Tensor = generator(z) if coarse is None else generator(z, coarse)
        return out

    def stages(self, inputs: Batch) -> list[Tensor]:
        """Return the image of every level, the coarsest first."""
        label, images = inputs["label"] if self.classes else None, list[Tensor]()
        for number, z in enumerate(torch.split(inputs["latent"], self.slices, 1)):
            coarse = doubled(images[-1]) if images else None
            image = self.made(number, z, coarse, label)
            # Level by level no game holds an image within [-1, 1]; a real coarse image is.
            images.append(image if coarse is None else (coarse + image).clamp(-1, 1))
        return images

    def sample(self, inputs: Batch) -> Tensor:
        """Return the image at the top of the pyramid."""
        return self.stages(inputs)[-1]

    def logits(self, batch: Batch) -> Tensor | None:
        """Return what the finest level says of reals, whose coarse image is that of the sample itself."""
        critic = cast(Level, self.levels[-1]).discriminator
        logits: Tensor = critic(beside(*self.octave(batch["real"], len(self.levels) - 1)), self.label(batch))
        return logits

    def averaged(self) -> dict[str, nn.Module]:
        """Average the generators of all levels."""
        return {f"levels.{n}.generator": cast(Level, level).generator for n, level in enumerate(self.levels)}

    def label(self, batch: Batch) -> Tensor | None:
        """Return the batch's labels, or None in an unconditional game."""
        return batch["label"] if self.classes else None


def shapes(shape: tuple[int, ...], octaves: int) -> list[tuple[int, ...]]:
    """Return the shape of every level, the coarsest first.

    Raises:
        UserError: points, or images that cannot be halved so often.
    """
    if octaves == 1:
        return [shape]
    if len(shape) != 3:
        raise UserError("points have no octaves: use --set octaves=1, or another system")
    unit = 2 ** (octaves - 1)
    if any(side % unit for side in shape[1:]):
        height, width = (max(unit, round(side / unit) * unit) for side in shape[1:])
        nearest = written((height, width))
        raise UserError(
            f"{shown(shape[1], shape[2])} images have no {octaves} octaves: use --size {nearest}, or fewer octaves"
        )
    return [(shape[0], shape[1] >> k, shape[2] >> k) for k in reversed(range(octaves))]


def halved(images: Tensor) -> Tensor:
    """Return images of half the size: means of 2x2 pixels."""
    return avg_pool2d(images, 2)


def doubled(images: Tensor) -> Tensor:
    """Return images of twice the size, by bilinear interpolation."""
    return interpolate(images, scale_factor=2, mode="bilinear", align_corners=False)


def beside(residual: Tensor, coarse: Tensor | None) -> Tensor:
    """Lay a residual and its coarse image over one another as channels, where there is a coarse image."""
    return residual if coarse is None else torch.cat([residual, coarse], 1)
