"""Inpainting: fill holes so that nobody sees them (context encoders, Pathak et al. 2016, arXiv:1604.07379).

G gets the image with a first guess in place of the hole's pixels and the mask M beside it (1 in the hole): what is
known around the hole, spread into it smoothly, so that G sees across holes that are wider than its reach. What is shown
is composited,

    y = M G(x, M) + (1 - M) x,

so known pixels stay what they are. G minimises l2_weight E[(G - real)^2] + l1_weight E[|G - real|] over the hole and
its surroundings, and the adversarial loss of the patches that see them; D gets the composited image and the mask, as
SN-PatchGAN of Yu et al. 2018, arXiv:1806.03589, does. The squared error is the paper's (equation 1). What is left of a
smooth guess lies mostly near 0, as often above as below, and the median of that is 0: with the absolute error alone, G
learns to leave the guess as it is.
"""

from collections.abc import Iterator
from typing import Any, ClassVar, Literal

import torch
from torch import Tensor, nn
from torch.nn.functional import adaptive_max_pool2d, max_pool2d

from zerosum.core.control import Control
from zerosum.core.forms import Given
from zerosum.core.game import Batch, Facts, Networks, Terms, Turn
from zerosum.errors import UserError
from zerosum.networks.any_size import clamped
from zerosum.options import Size, Weight
from zerosum.systems.rules import Rules
from zerosum.systems.spread import spread
from zerosum.systems.translator import Translating, same_channels, source_of


class Inpainting(Translating):
    """A translator that fills holes against a discriminator that looks for them.

    Args:
        generator: image and mask side by side [N, C + 1, H, W] -> [N, C, H, W].
        discriminator: image and mask side by side -> logits of patches.
        channels: of the images.
        loss: name of a module in `zerosum.losses`.
        penalties: options by name in `zerosum.penalties.table.PENALTIES`.
        adversarial_weight: factor on the adversarial term; 0 is regression alone, and D does not move.
        l2_weight: factor on the mean squared difference in the hole and its surroundings.
        l1_weight: factor on the mean absolute difference there.
        margin: pixels around the hole that are its surroundings.
        guess: what G finds in the hole: "smooth", see `systems.spread`, or "grey", nothing.
    """

    learns: ClassVar[Literal["holes"]] = "holes"

    def __init__(
        self,
        generator: nn.Module,
        discriminator: nn.Module,
        channels: int = 3,
        *,
        loss: str = "hinge",
        penalties: dict[str, dict[str, Any]] = {},  # noqa: B006 - never changed
        adversarial_weight: Weight = 1.0,
        l2_weight: Weight = 30.0,
        l1_weight: Weight = 0.0,
        margin: Size = 2,
        guess: Literal["smooth", "grey"] = "smooth",
    ):
        super().__init__(generator, discriminator, Rules(loss, penalties), channels=channels)
        self.adversarial_weight, self.l2_weight, self.l1_weight = adversarial_weight, l2_weight, l1_weight
        self.margin, self.guess = margin, guess

    @classmethod
    def complete(cls, options: dict[str, Any]) -> dict[str, Any]:
        """Fill in the options.

        Raises:
            UserError: all weights are 0, so that nothing is minimised.
        """
        full = super().complete(options)
        if not any(full[weight] for weight in ("adversarial_weight", "l2_weight", "l1_weight")):
            raise UserError("game.l2_weight: all weights are 0, so there is nothing to learn; set one above 0")
        return full

    @classmethod
    def build(cls, facts: Facts, networks: Networks, options: dict[str, Any]) -> "Inpainting":
        """Make a generator and a discriminator of patches, both told the mask beside the image.

        Raises:
            UserError: sources and targets of unlike channels.
        """
        source = source_of(facts, "inpainting")
        same_channels(facts, "filling holes", "or --channels 1")
        inputs = (source[0] + 1, *source[1:])
        return cls(networks("generator", inputs, facts.shape), networks("discriminator", inputs), source[0], **options)

    @property
    def controls(self) -> tuple[Control, ...]:
        """Declare the image, and the mask of its holes."""
        return (*super().controls, Control("mask", Given(1)))

    def turns(self, step: int) -> Iterator[Turn]:
        """Let the discriminator move, then the generator; regression alone is the generator's turn alone.

        How many patches count differs from batch to batch, so no two turns are the same function of tensors' shapes.
        """
        for turn in super().turns(step):
            if self.adversarial_weight or turn.player is self.generator:
                yield Turn(turn.player, turn.loss)

    def discriminator_loss(self, batch: Batch, *, step: int = 0) -> Terms:
        """Return what the discriminator minimises: over the patches that see the hole or its surroundings."""
        due, mask = self.rules.due(step), mask_of(batch)
        with torch.no_grad():
            fake = filled(batch["x"], self.said(batch), mask)
        samples = self.rules.watched(due, self.seen(batch, batch["real"]), self.seen(batch, fake))
        real_logits, fake_logits = self.discriminator(samples[0]), self.discriminator(samples[1])
        near = self.near(mask, fake_logits)
        terms = self.rules.judged(real_logits[near], fake_logits[near])
        return terms | self.rules.penalised(due, self.discriminator, samples, (real_logits, fake_logits))

    def generator_loss(self, batch: Batch) -> Terms:
        """Return what the generator minimises; the difference to the true image is also logged as it is."""
        output, mask = self.said(batch), mask_of(batch)
        around = widened(mask, self.margin)
        off, count = (output.float() - batch["real"]) * around, (around.sum() * output.shape[1]).clamp_min(1)
        difference, terms = off.abs().sum() / count, dict[str, Tensor]()
        if self.l2_weight:
            terms["l2"] = self.l2_weight * off.square().sum() / count
        if self.l1_weight:
            terms["l1"] = self.l1_weight * difference
        else:
            terms["difference"] = difference.detach()
        if not self.adversarial_weight:
            return terms
        fake, real_logits = self.seen(batch, filled(batch["x"], output, mask)), None
        fake_logits = self.discriminator(fake)
        near = self.near(mask, fake_logits)
        if self.rules.paired:
            with torch.no_grad():
                real_logits = self.discriminator(self.seen(batch, batch["real"]))[near]
        adversarial = self.rules.loss.generator_loss(fake_logits[near], real_logits)
        return terms | {"adversarial": self.adversarial_weight * adversarial}

    def near(self, mask: Tensor, logits: Tensor) -> Tensor:
        """Return which logits judge the hole or its surroundings, bool of their shape; all, where there is no hole."""
        touching = adaptive_max_pool2d(widened(mask, self.margin), logits.shape[2:]) > 0
        return (touching | ~touching.any()).expand_as(logits)

    def prepared(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        """Return images as they are shown to the generator: with the first guess in the holes."""
        if mask is None or self.guess == "grey":
            return super().prepared(x, mask)
        return clamped(spread(x, mask))

    def translate(self, x: Tensor, *, direction: str = "forward", mask: Tensor | None = None) -> Tensor:
        """Fill the pixels where the mask is 1, and leave all others as they are."""
        if direction != "forward":
            raise UserError(f"inpainting has no direction '{direction}': use forward")
        if mask is None:
            raise UserError(
                "inpainting needs to know where the holes are: give a mask (--mask), white (1) where pixels are missing"
            )
        return filled(x, clamped(self.generator(self.seen({"mask": mask}, x))), mask)

    def said(self, batch: Batch) -> Tensor:
        """Return what the generator says of the whole image."""
        output: Tensor = self.generator(self.seen(batch, self.prepared(batch["x"], mask_of(batch))))
        return output

    def seen(self, batch: Batch, images: Tensor) -> Tensor:
        """Return the image and the mask side by side, [N, C + 1, H, W]."""
        return torch.cat([images, mask_of(batch).to(images.dtype)], 1)


def mask_of(batch: Batch) -> Tensor:
    """Return the mask of the batch's holes, [N, 1, H, W] in {0, 1}.

    Raises:
        UserError: these data have no holes.
    """
    if "mask" not in batch:
        raise UserError("these images have no holes: give --pairs masked")
    return batch["mask"]


def filled(x: Tensor, output: Tensor, mask: Tensor) -> Tensor:
    """Return `output` in the holes of `x` and `x` itself, bit for bit, everywhere else."""
    return torch.where(mask > 0, output.to(x.dtype), x)


def widened(mask: Tensor, margin: int) -> Tensor:
    """Return the mask [N, 1, H, W] with `margin` pixels around its holes."""
    return max_pool2d(mask, 2 * margin + 1, stride=1, padding=margin) if margin else mask
