"""Adversarial losses: one module a formulation, each with the same two functions.

The contract:

    discriminator_loss(real_logits, fake_logits) -> Tensor
    generator_loss(fake_logits, real_logits=None) -> Tensor

Logits are raw outputs of D, of shape [N], or [N, 1, H, W] for patches; both functions return a mean over all entries,
a scalar that its player minimises. Two things are read from the signatures, so a module declares nothing twice: a loss
that can be trained on softened labels takes the keywords `real_target` and `fake_target` (`supports_targets`), and one
whose generator needs D's opinion of the reals has no default for `real_logits` (`needs_real_logits`).
"""

import functools
import inspect
from typing import Any, Protocol, cast

from torch import Tensor

from zerosum.core.registry import Registry
from zerosum.losses.table import LOSSES

_signature = functools.cache(inspect.signature)


class Loss(Protocol):
    """What every loss module provides."""

    def discriminator_loss(self, real_logits: Tensor, fake_logits: Tensor, **targets: float | Tensor) -> Tensor:
        """Return what the discriminator minimises, a scalar."""

    def generator_loss(self, fake_logits: Tensor, real_logits: Tensor | None = None) -> Tensor:
        """Return what the generator minimises, a scalar."""


def load_loss(name: str) -> Loss:
    """Return the loss called `name`: one of zerosum's modules, or what a package has of the same form.

    Raises:
        UserError: there is no such loss, its package is not trusted or is broken, or it has not the two functions.
    """
    return cast(Loss, REGISTRY.load(name))


def _unfit(thing: Any) -> str:
    both = [getattr(thing, f"{player}_loss", None) for player in ("discriminator", "generator")]
    if not all(map(callable, both)):
        return "it has no discriminator_loss and generator_loss"
    takes_reals = "real_logits" in _signature(both[1]).parameters
    return "" if takes_reals else "its generator_loss takes no real_logits; write real_logits=None where it needs none"


REGISTRY = Registry("loss", "zerosum.losses", LOSSES, _unfit)


def supports_targets(loss: Loss) -> bool:
    """Say whether `loss.discriminator_loss` takes `real_target` and `fake_target` (label smoothing and noise)."""
    return "real_target" in _signature(loss.discriminator_loss).parameters


def needs_real_logits(loss: Loss) -> bool:
    """Say whether `loss.generator_loss` cannot do without the logits of reals."""
    return _signature(loss.generator_loss).parameters["real_logits"].default is inspect.Parameter.empty
