"""InfoGAN: codes that G must make visible, because D's second head guesses them back (arXiv:1606.03657).

The paper adds lambda I(c; G(z, c)) to the game and bounds it from below (equation 5) by

    L_I = E[log Q(c | G(z, c))] + H(c)  <=  I(c; G(z, c)),

with Q an approximate posterior that shares D's layers. As in the authors' program both players raise L_I: G in its own
turn, and Q, as a part of D, in D's.
"""

import math
from typing import Annotated, Any, cast

import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, softplus

from zerosum.core.control import Control
from zerosum.core.forms import Category, Code, Prior
from zerosum.core.game import Batch, Facts, Networks, Terms
from zerosum.errors import UserError
from zerosum.kinds.table import kind_of
from zerosum.networks.augment import Augmentation
from zerosum.networks.discriminator import Discriminator
from zerosum.networks.trunk import DiscriminatorTrunk
from zerosum.options import Count, Size, Weight, complete
from zerosum.systems.adversarial import Adversarial, joined
from zerosum.systems.adversarial import width as width_of
from zerosum.systems.moves import Moves
from zerosum.systems.rules import Rules

CodeScale = Annotated[float, Field(gt=0)]
Categories = Annotated[int, Field(ge=2, le=1 << 12)]
NARROWEST = math.log(0.25)
"""The log of the smallest standard deviation that Q may claim, of a code whose own is 0.58. A Q that wants more is paid
for codes hidden in single pixels; the authors' program fixes the deviation at 1."""
LEAST = 1e-6
"""Below this, a probability of two categories at once counts as this much, so that its logarithm has a slope."""


class InfoGAN(Adversarial):
    """Two players, and codes c1, c2, ... beside z: first the categorical ones, then the continuous ones.

    Args:
        generator: [z, one-hot codes, continuous codes], [N, latent + sum(categories) + continuous] -> samples.
        discriminator: guesses sum(categories) logits and, of each continuous code, a mean and a log standard deviation.
        latent: dimensions of z, the noise that means nothing in particular.
        prior: distribution of z.
        categories: number of values of each categorical code, uniform.
        continuous: number of continuous codes, U(-1, 1).
        category_weight: lambda of the categorical codes.
        continuous_weight: lambda of the continuous codes.
        code_scale: length of the one-hot codes that G gets; 1 in the paper. Beside many numbers of noise a longer one
            keeps kinds apart from the start (Mukherjee et al. 2018, arXiv:1809.03627, section 3.2).
        moves: options of `Moves`, or None. With them Q reads categories off samples that have been moved at random, so
            that none can mean how a sample leans (Ojha et al. 2019, arXiv:1910.01112, equation 4); continuous codes,
            which may, are read off the sample itself.
        real_weight: factor on what an image and the same one, moved, tell about each other's category, over real
            samples (see `agreement`); 0 in the paper.
        loss: name of a module in `zerosum.losses`.
        penalties: options by name in `zerosum.penalties.table.PENALTIES`.
        n_critic: discriminator turns a round.
        augment: what D sees of all images in training (`networks.augment`), such as ["color", "translation", "cutout"].
    """

    lengths: Tensor

    def __init__(
        self,
        generator: nn.Module,
        discriminator: nn.Module,
        *,
        latent: Count = 62,
        prior: Prior = "uniform",
        categories: tuple[Categories, ...] = (10,),
        continuous: Size = 2,
        category_weight: Weight = 1.0,
        continuous_weight: Weight = 0.1,
        code_scale: CodeScale = 1.0,
        moves: dict[str, float] | None = None,
        real_weight: Weight = 0.0,
        loss: str = "non_saturating",
        penalties: dict[str, dict[str, Any]] = {},  # noqa: B006 - never changed
        n_critic: Count = 1,
        augment: tuple[Augmentation, ...] = (),
    ):
        rules = Rules(loss, penalties)
        super().__init__(generator, discriminator, rules, latent=latent, prior=prior, n_critic=n_critic)
        self.codes = codes_of(categories, continuous)
        self.category_weight, self.continuous_weight = category_weight, continuous_weight
        self.real_weight, self.moves = real_weight, None if moves is None else Moves(**moves)
        lengths = [code_scale if c.form.discrete else 1.0 for c in self.controls for _ in range(c.form.size)]
        self.register_buffer("lengths", torch.tensor(lengths), persistent=False)
        self.ceiling = sum(math.log(code.form.size) for code in self.codes if code.form.discrete)

    @classmethod
    def complete(cls, options: dict[str, Any]) -> dict[str, Any]:
        """Fill in the options, those of moves too.

        Raises:
            UserError: no code at all.
        """
        full = super().complete(options)
        if not full["categories"] and not full["continuous"]:
            raise UserError("infogan without codes is a plain game: set categories or continuous")
        if full["moves"] is not None:
            full["moves"] = complete(Moves, full["moves"], "game.moves")
        return full

    @classmethod
    def build(cls, facts: Facts, networks: Networks, options: dict[str, Any]) -> "InfoGAN":
        """Make a generator of latent and codes, and a discriminator that guesses the codes.

        Raises:
            UserError: moves, and data that are points.
        """
        codes = codes_of(options["categories"], options["continuous"])
        if options["moves"] is not None and not kind_of(facts.spec).suiting.augmentations:
            raise UserError(
                f"game.moves are of images, and the data are {kind_of(facts.spec).unit.many}: leave them out"
            )
        generator = networks("generator", options["latent"] + width_of(codes), facts.shape)
        trunk = cast(DiscriminatorTrunk, networks("discriminator", facts.shape, 0))
        guesses, augment = sum(map(guesses_of, codes)), cls.augmentations(facts, options)
        discriminator = Discriminator(trunk, guesses=guesses, augment=augment)
        return cls(generator, discriminator, **options)

    @property
    def controls(self) -> tuple[Control, ...]:
        """Declare the latent, then the codes c1, c2, ..."""
        return (*super().controls, *self.codes)

    def discriminator_loss(self, batch: Batch, *, step: int = 0) -> Terms:
        """Return the discriminator's loss with its penalties, and how badly it guesses the codes of fakes."""
        due, inputs = self.rules.due(step), self.draw(batch["real"])
        with torch.no_grad():
            fake = self.sample(inputs)
        real, fake = self.rules.watched(due, batch["real"], fake)
        (real_logits, real_guesses), (fake_logits, guesses) = self.judge(real), self.judge(fake)
        terms = self.rules.discriminator(due, self.discriminator, (real, fake), (real_logits, fake_logits))
        terms["codes"] = self.weighted(self.surprise(self.read(fake, guesses), inputs))
        if self.real_weight and self.ceiling:
            terms["clusters"] = -self.real_weight * self.agreements(batch["real"], real_guesses)
        return terms

    def generator_loss(self, batch: Batch) -> Terms:
        """Return the generator's loss, how badly its codes are guessed, and L_I in nats beside H(c)."""
        inputs, real_logits = self.draw(batch["real"]), None
        fake = self.sample(inputs)
        fake_logits, guesses = self.judge(fake)
        if self.rules.paired:
            with torch.no_grad():
                real_logits, _ = self.judge(batch["real"])
        surprise = self.surprise(self.read(fake, guesses), inputs)
        terms = {"adversarial": self.rules.loss.generator_loss(fake_logits, real_logits)}
        return terms | {"codes": self.weighted(surprise)} | self.information(surprise)

    def judge(self, samples: Tensor) -> tuple[Tensor, Tensor]:
        """Return D's logits, [N], and the parameters of Q(c | x), [N, guesses], from one pass."""
        return cast(Discriminator, self.discriminator).judge(samples)

    def sample(self, inputs: Batch) -> Tensor:
        """Return what the generator makes of latent and codes."""
        samples: Tensor = self.generator(joined(self.controls, inputs) * self.lengths)
        return samples

    def read(self, samples: Tensor, guesses: Tensor) -> dict[Control, Tensor]:
        """Return the parameters of Q of each code: `guesses`, but of categories, where there are moves, off those."""
        parts = self.split(guesses)
        if self.moves is None:
            return parts
        others = self.split(self.judge(self.moves(samples))[1])
        return {code: others[code] if code.form.discrete else part for code, part in parts.items()}

    def split(self, guesses: Tensor) -> dict[Control, Tensor]:
        """Return the parameters of Q of each code."""
        parts = torch.split(guesses.float(), [guesses_of(code) for code in self.codes], 1)
        return dict(zip(self.codes, parts, strict=True))

    def surprise(self, parts: dict[Control, Tensor], inputs: Batch) -> dict[str, Tensor]:
        """Return -E[log Q(c | x)] of each code, in nats, from the parameters of Q."""
        return {
            code.name: surprise_of_category(part, inputs[code.name])
            if code.form.discrete
            else surprise_of_number(part, inputs[code.name])
            for code, part in parts.items()
        }

    def agreements(self, real: Tensor, guesses: Tensor) -> Tensor:
        """Return the sum over categorical codes of what reals and the same ones, moved, tell about each other."""
        parts = self.split(guesses)
        others = self.read(real, guesses)
        return torch.stack([agreement(parts[code], others[code]) for code in self.codes if code.form.discrete]).sum()

    def weighted(self, surprise: dict[str, Tensor]) -> Tensor:
        """Return lambda times -E[log Q(c | x)], summed over the codes: -lambda L_I, but for the constant H(c)."""
        weights = {
            code.name: self.category_weight if code.form.discrete else self.continuous_weight for code in self.codes
        }
        return torch.stack([weights[name] * value for name, value in surprise.items()]).sum()

    def information(self, surprise: dict[str, Tensor]) -> Terms:
        """Return L_I = H(c) - E[-log Q(c | x)] in nats, to be watched; I(c; x) is at least as much.

        `information` is that of all categorical codes, at most their entropy `ceiling`, the sum of ln(categories);
        `continuous_information` that of the others, with the differential entropy ln 2 of each, which is no ceiling.
        """
        nats = {name: value.detach() for name, value in surprise.items()}
        categories = [nats[code.name] for code in self.codes if code.form.discrete]
        numbers = [math.log(2) - nats[code.name] for code in self.codes if not code.form.discrete]
        terms = {}
        if categories:
            total = torch.stack(categories).sum()
            terms = {"information": self.ceiling - total, "ceiling": torch.full_like(total, self.ceiling)}
        return terms | ({"continuous_information": torch.stack(numbers).sum()} if numbers else {})

    def encode(self, samples: Tensor) -> dict[str, Tensor]:
        """Return the likeliest codes of samples; what z they have, Q cannot say."""
        parts = self.split(self.judge(samples)[1])
        return {c.name: part.argmax(1) if c.form.discrete else part[:, :1].clamp(-1, 1) for c, part in parts.items()}

    def averaged(self) -> dict[str, nn.Module]:
        """Average the generator, and D too, for what it guesses is worth having."""
        return {"generator": self.generator, "discriminator": self.discriminator}


def codes_of(categories: tuple[int, ...], continuous: int) -> tuple[Control, ...]:
    """Return the controls c1, c2, ...: the categorical codes, then the continuous ones."""
    first = len(categories) + 1
    discrete = [Control(f"c{number}", Category(size)) for number, size in enumerate(categories, 1)]
    return (*discrete, *(Control(f"c{number}", Code()) for number in range(first, first + continuous)))


def guesses_of(code: Control) -> int:
    """Return the number of parameters of Q(c | x): a logit a category, or a mean and a log standard deviation."""
    return code.form.size if code.form.discrete else 2


def agreement(one: Tensor, other: Tensor) -> Tensor:
    """Return I(c; c'), in nats, of the categories that Q draws independently for each image and for its other view.

    Ji, Henriques and Vedaldi 2019, "Invariant information clustering", arXiv:1807.06653, equations 2 and 3:

        P = 1/N sum_i Q(. | x_i) Q(. | x'_i)^T, made symmetric,    I = sum_cc' P_cc' ln(P_cc' / (P_c P_c')).

    Most, ln(size), where Q is sure, says the same of both views, and uses all categories equally often.

    Args:
        one: logits of Q of the images, [N, size].
        other: logits of their other views, [N, size].
    """
    joint = one.softmax(1).T @ other.softmax(1) / len(one)
    joint = ((joint + joint.T) / 2).clamp_min(LEAST)
    return (joint * (joint.log() - joint.sum(0).log() - joint.sum(1, keepdim=True).log())).sum()


def surprise_of_category(logits: Tensor, code: Tensor) -> Tensor:
    """Return the mean of -log Q(c | x), Q the softmax of `logits` [N, size], c int64 [N]."""
    return cross_entropy(logits, code)


def surprise_of_number(guess: Tensor, code: Tensor) -> Tensor:
    """Return the mean of -log N(c; m, s^2) = ((c - m) / s)^2 / 2 + log s + log(2 pi) / 2.

    Args:
        guess: [N, 2]: m, and log s before it is bent to stay above `NARROWEST`.
        code: c, [N, 1].
    """
    mean, log_std = guess[:, 0], NARROWEST + softplus(guess[:, 1] - NARROWEST)
    return (((code[:, 0] - mean) / log_std.exp()).square() / 2 + log_std).mean() + math.log(2 * math.pi) / 2
