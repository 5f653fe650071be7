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
import importlib
import inspect
from typing import Protocol, cast

from torch import Tensor

from zerosum.errors import UserError, suggest
from zerosum.losses.table import LOSSES

_signature = functools.cache(inspect.signature)


class Loss(Protocol):
    """What every loss module provides."""

    def discriminator_loss(self, real_logits: Tensor, fake_logits: Tensor, **targets: float | Tensor) -> Tensor:
        """Return what the discriminator minimises, a scalar."""

    def generator_loss(self, fake_logits: Tensor, real_logits: Tensor | None = None) -> Tensor:
        """Return what the generator minimises, a scalar."""


def load_loss(name: str) -> Loss:
    """Return the loss module called `name`.

    Raises:
        UserError: there is no such loss.
    """
    if name not in LOSSES:
        raise UserError(f"no loss is called '{name}'{suggest(name, LOSSES)}")
    return cast(Loss, importlib.import_module(LOSSES[name]))


def supports_targets(loss: Loss) -> bool:
    """Say whether `loss.discriminator_loss` takes `real_target` and `fake_target` (label smoothing and noise)."""
    return "real_target" in _signature(loss.discriminator_loss).parameters


def needs_real_logits(loss: Loss) -> bool:
    """Say whether `loss.generator_loss` cannot do without the logits of reals."""
    return _signature(loss.generator_loss).parameters["real_logits"].default is inspect.Parameter.empty
