"""Penalties that keep D smooth, as small callable objects: how much (`weight`), when (`due`) and what (the call).

    penalty(discriminator, real, fake, real_logits=None, fake_logits=None, label=None) -> Tensor

The result is an unweighted scalar; the game adds `penalty.weight * penalty(...)` on the steps when `penalty.due(step)`.
`discriminator(x)`, or `discriminator(x, label)` where labels are given, returns logits [N] or [N, 1, H, W]; a patch
discriminator counts as the mean of its patches, as it does in the losses. Under autocast fakes are bfloat16 and reals
float32: inputs are cast to float32 first, and norms and differences are taken in float32 outside autocast.
"""

import abc
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Literal, NamedTuple

import torch
from torch import Tensor, nn

from zerosum.errors import UserError
from zerosum.options import Weight

Critic = Callable[..., Tensor]


class Position(NamedTuple):
    """What a penalty is measured on: the arguments of `Penalty.__call__`."""

    discriminator: Critic
    real: Tensor
    fake: Tensor
    real_logits: Tensor | None
    fake_logits: Tensor | None
    label: Tensor | None


@dataclass(frozen=True, kw_only=True)
class Penalty(abc.ABC):
    """A penalty on D, applied lazily where `every` > 1 (StyleGAN2, appendix B of arXiv:1912.04958).

    Attributes:
        every: it is applied on every so many steps of D, with as many times the weight.
        on: where the gradient is looked at: reals, fakes, between the two, or near reals.
        reuses: the inputs that, made float32 and to require gradients before the game's own forward pass, save this
            penalty a pass of its own when their logits are handed over; None where nothing can be reused.
    """

    every: int = 1
    on: ClassVar[Literal["real", "fake", "between", "near"]]
    reuses: ClassVar[Literal["real", "fake"] | None] = None

    def __post_init__(self) -> None:
        if self.every < 1:
            raise UserError(f"a penalty cannot be applied every {self.every} steps: set every to 1 or more")

    def due(self, step: int) -> bool:
        """Say whether the penalty is applied on discriminator step `step`."""
        return step % self.every == 0

    @property
    def weight(self) -> float:
        """The whole factor on a step when it is due, made up for the steps when it is not."""
        return self.every * self.strength

    @property
    @abc.abstractmethod
    def strength(self) -> float:
        """The paper's factor, before laziness."""

    def __call__(
        self,
        discriminator: Critic,
        real: Tensor,
        fake: Tensor,
        real_logits: Tensor | None = None,
        fake_logits: Tensor | None = None,
        label: Tensor | None = None,
    ) -> Tensor:
        """Return the unweighted penalty, a scalar.

        Args:
            discriminator: D, as in the module's description.
            real: [N, ...].
            fake: [N, ...].
            real_logits: D(real) where the game has it; used only where `real` requires gradients.
            fake_logits: the same for fakes.
            label: int64 [N], shared by the real and the fake of one index.
        """
        return self.measure(Position(discriminator, real, fake, real_logits, fake_logits, label))

    @abc.abstractmethod
    def measure(self, at: Position) -> Tensor:
        """Return the unweighted penalty, a scalar."""


@dataclass(frozen=True, kw_only=True)
class R1(Penalty):
    """E[||grad_x D(x)||^2] on reals, zero-centred: equation 9 of Mescheder et al. 2018, arXiv:1801.04406.

    Attributes:
        gamma: the loss gets gamma / 2 times the penalty.
    """

    gamma: Weight = 1.0
    on: ClassVar = "real"
    reuses: ClassVar = "real"

    @property
    def strength(self) -> float:
        """Half of gamma."""
        return self.gamma / 2

    def measure(self, at: Position) -> Tensor:
        """Return the mean squared norm of the gradient at reals."""
        return _zero_centered(at.discriminator, at.real, at.real_logits, at.label)


@dataclass(frozen=True, kw_only=True)
class R2(Penalty):
    """E[||grad_x D(x)||^2] on fakes, zero-centred: section 4.1 of Mescheder et al. 2018, arXiv:1801.04406.

    Attributes:
        gamma: the loss gets gamma / 2 times the penalty.
    """

    gamma: Weight = 1.0
    on: ClassVar = "fake"
    reuses: ClassVar = "fake"

    @property
    def strength(self) -> float:
        """Half of gamma."""
        return self.gamma / 2

    def measure(self, at: Position) -> Tensor:
        """Return the mean squared norm of the gradient at fakes."""
        return _zero_centered(at.discriminator, at.fake, at.fake_logits, at.label)


@dataclass(frozen=True, kw_only=True)
class OneCentered(Penalty):
    """E[(||grad_x D(x)||_2 - 1)^2] on lines between reals and fakes: WGAN-GP, equation 3 of arXiv:1704.00028.

    Attributes:
        gp_weight: lambda in the paper.
    """

    gp_weight: Weight = 10.0
    on: ClassVar = "between"

    @property
    def strength(self) -> float:
        """All of gp_weight."""
        return self.gp_weight

    def measure(self, at: Position) -> Tensor:
        """Return the mean squared distance of the gradient's norm from 1 at a random point between each pair."""
        real, fake = _float(at.real.detach()), _float(at.fake.detach())
        t = torch.rand(len(real), *[1] * (real.ndim - 1), dtype=real.dtype, device=real.device)
        return _one_centered(at.discriminator, torch.lerp(real, fake, t), at.label)


@dataclass(frozen=True, kw_only=True)
class Local(Penalty):
    """E[(||grad_x D(x + d)||_2 - 1)^2] close to reals: DRAGAN, Kodali et al. 2017, arXiv:1705.07215.

    Each entry of d is spread * std(x) * U[0, 1), with std over the whole batch, as in the authors' code.

    Attributes:
        gp_weight: lambda in the paper.
        spread: the size of the neighbourhood in standard deviations of the data.
    """

    gp_weight: Weight = 10.0
    spread: float = 0.5
    on: ClassVar = "near"

    @property
    def strength(self) -> float:
        """All of gp_weight."""
        return self.gp_weight

    def measure(self, at: Position) -> Tensor:
        """Return the mean squared distance of the gradient's norm from 1 near reals."""
        real = _float(at.real.detach())
        return _one_centered(at.discriminator, real + self.spread * real.std() * torch.rand_like(real), at.label)


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
        x, label = _float(x[:n].detach()), None if label is None else label[:n].repeat(2)
        both = torch.cat([x, x + self.sigma * torch.randn_like(x)])
        with torch.autocast(x.device.type, enabled=False):
            here, there = _per_sample(_logits(discriminator, both, label)).chunk(2)
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


PENALTIES: dict[str, type[Penalty]] = {
    "r1": R1,
    "r2": R2,
    "one_centered": OneCentered,
    "local": Local,
    "fd_r1": FiniteDifferenceR1,
    "fd_r2": FiniteDifferenceR2,
}


@torch.no_grad()
def clip_weights(module: nn.Module, bound: float) -> None:
    """Clamp every parameter of `module` to [-bound, bound]: Algorithm 1, line 7 of WGAN, arXiv:1701.07875.

    Raises:
        UserError: `bound` is not above 0.
    """
    if not bound > 0:
        raise UserError(f"weights are clipped to a bound above 0, not {bound:g}: the paper's is 0.01")
    for weight in module.parameters():
        weight.clamp_(-bound, bound)


def _zero_centered(discriminator: Critic, x: Tensor, logits: Tensor | None, label: Tensor | None) -> Tensor:
    """E[||grad_x D(x)||^2], from the game's own `logits` where they lead back to `x`."""
    if logits is None or not x.requires_grad:
        x = _float(x.detach()).requires_grad_()
        logits = _logits(discriminator, x, label)
    with torch.autocast(x.device.type, enabled=False):
        return _gradient(x, logits).square().sum(1).mean()


def _one_centered(discriminator: Critic, x: Tensor, label: Tensor | None) -> Tensor:
    """E[(||grad_x D(x)||_2 - 1)^2]."""
    logits = _logits(discriminator, x.requires_grad_(), label)
    with torch.autocast(x.device.type, enabled=False):
        norms: Tensor = torch.linalg.vector_norm(_gradient(x, logits), dim=1)
        return (norms - 1).square().mean()


def _gradient(x: Tensor, logits: Tensor) -> Tensor:
    """The gradient d D(x_i) / d x_i, [N, -1] in float32, which stays in the graph."""
    (gradient,) = torch.autograd.grad(_per_sample(logits).sum(), x, create_graph=True)
    flat: Tensor = _float(gradient).flatten(1)
    return flat


def _logits(discriminator: Critic, x: Tensor, label: Tensor | None) -> Tensor:
    logits: Tensor = discriminator(x) if label is None else discriminator(x, label)
    return logits


def _per_sample(logits: Tensor) -> Tensor:
    """[N, ...] -> [N]: the mean over patches, in float32."""
    return _float(logits).flatten(1).mean(1) if logits.ndim > 1 else _float(logits)


def _float(x: Tensor) -> Tensor:
    """`x` in float32, or in float64 where it came so."""
    return x.to(torch.promote_types(x.dtype, torch.float32))
