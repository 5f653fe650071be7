"""R1 and R2 by finite differences, without second derivatives."""

import math
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from zerosum.errors import UserError
from zerosum.options import Weight
from zerosum.penalties.gradients import full_precision, logits_of, per_sample
from zerosum.penalties.penalty import Critic, Penalty, Position


@dataclass(frozen=True, kw_only=True)
class FiniteDifference(Penalty):
    """E_v[(D(x + sigma v) - D(x))^2] / sigma^2, v ~ N(0, I): the zero-centred penalty without second derivatives.

    For small sigma the expectation over v is ||grad_x D(x)||^2, equation 9 of arXiv:1801.04406, so gamma keeps its
    meaning. x and x + sigma v pass D together, as one batch in float32: with one set of weights (spectral
    normalisation moves its estimate from pass to pass) and without the rounding of bfloat16, which sigma would magnify.
    A D that draws at random for each sample (dropout, an augmentation) makes the difference meaningless.

    Attributes:
        gamma: the loss gets gamma / 2 times the penalty.
        sigma: the size of the step, in the units of the data.
        share: the part of the batch it is estimated on, its first rows.
    """

    gamma: Weight = 1.0
    sigma: float = 0.05
    share: float = 0.25

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.sigma > 0:
            raise UserError(f"a finite difference needs a step above 0, not {self.sigma:g}: set sigma, such as 0.05")
        if not 0 < self.share <= 1:
            raise UserError(f"share is a part of the batch, not {self.share:g}: set it above 0 and up to 1")

    @property
    def strength(self) -> float:
        """Half of gamma."""
        return self.gamma / 2

    def quotient(self, discriminator: Critic, x: Tensor, label: Tensor | None) -> Tensor:
        """Return the mean squared difference quotient on the first `share` of the rows of `x`."""
        n = math.ceil(self.share * len(x))
        x, label = full_precision(x[:n].detach()), None if label is None else label[:n].repeat(2)
        both = torch.cat([x, x + self.sigma * torch.randn_like(x)])
        with torch.autocast(x.device.type, enabled=False):
            here, there = per_sample(logits_of(discriminator, both, label)).chunk(2)
            return ((there - here) / self.sigma).square().mean()


@dataclass(frozen=True, kw_only=True)
class FiniteDifferenceR1(FiniteDifference):
    """R1 by finite differences on reals; see `FiniteDifference`."""

    on: ClassVar = "real"

    def measure(self, at: Position) -> Tensor:
        """Return the mean squared difference quotient at reals."""
        return self.quotient(at.discriminator, at.real, at.label)


@dataclass(frozen=True, kw_only=True)
class FiniteDifferenceR2(FiniteDifference):
    """R2 by finite differences on fakes; see `FiniteDifference`."""

    on: ClassVar = "fake"

    def measure(self, at: Position) -> Tensor:
        """Return the mean squared difference quotient at fakes."""
        return self.quotient(at.discriminator, at.fake, at.label)
