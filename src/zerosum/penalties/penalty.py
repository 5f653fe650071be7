"""A penalty that keeps D smooth, a small callable object: how much (`weight`), when (`due`) and what (the call).

    penalty(discriminator, real, fake, real_logits=None, fake_logits=None, label=None) -> Tensor

The result is an unweighted scalar; the game adds `penalty.weight * penalty(...)` on the steps when `penalty.due(step)`.
`discriminator(x)`, or `discriminator(x, label)` where labels are given, returns logits [N] or [N, 1, H, W]; a patch
discriminator counts as the mean of its patches, as it does in the losses. Under autocast fakes are bfloat16 and reals
float32: inputs are cast to float32 first, and norms and differences are taken in float32 outside autocast.
"""

import abc
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Literal, NamedTuple

from torch import Tensor

from zerosum.errors import UserError

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
