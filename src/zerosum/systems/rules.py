"""The rules of a contest between real and fake: the loss, its softened targets, and the penalties on D."""

from collections.abc import Mapping
from typing import Annotated, Any

import torch
from pydantic import Field
from torch import Tensor

from zerosum.core.game import Terms
from zerosum.errors import UserError
from zerosum.losses.loss import load_loss, needs_real_logits, supports_targets
from zerosum.losses.targets import softened
from zerosum.options import complete
from zerosum.penalties.load import penalty_class
from zerosum.penalties.penalty import Critic, Penalty

Share = Annotated[float, Field(ge=0, le=1)]
EXACT = {"real_label": 1.0, "label_noise": 0.0, "label_flip": 0.0}
Due = Mapping[str, Penalty]


class Rules:
    """What D and G minimise, whatever the samples are.

    Args:
        loss: name of a module in `zerosum.losses`.
        penalties: options by name in `zerosum.penalties.table.PENALTIES`, such as {"r1": {"gamma": 1.0}}.
        softening: arguments of `losses.targets.softened`; empty for exact targets.
    """

    def __init__(self, loss: str, penalties: Mapping[str, dict[str, Any]], softening: Mapping[str, float] = EXACT):
        self.loss = load_loss(loss)
        self.penalties = {name: make_penalty(name, options) for name, options in penalties.items()}
        self.softening = dict(softening) if dict(softening) != EXACT else {}

    def due(self, step: int) -> Due:
        """Return the penalties that are applied in round `step`."""
        return {name: penalty for name, penalty in self.penalties.items() if penalty.due(step)}

    def watched(self, due: Due, real: Tensor, fake: Tensor) -> tuple[Tensor, Tensor]:
        """Return reals and fakes so that penalties can read gradients off the game's own forward pass."""
        reused = {penalty.reuses for penalty in due.values()}
        return watched(real, "real" in reused), watched(fake, "fake" in reused)

    def discriminator(
        self,
        due: Due,
        critic: Critic,
        samples: tuple[Tensor, Tensor],
        logits: tuple[Tensor, Tensor],
        label: Tensor | None = None,
    ) -> Terms:
        """Return the discriminator's loss, the penalties that are due, and what it says of reals and fakes.

        Args:
            due: what `due` returned.
            critic: D, as penalties call it.
            samples: reals and fakes, as `watched` returned them, each [N, ...].
            logits: D's of both.
            label: int64 [N], where D takes one.
        """
        return self.judged(*logits) | self.penalised(due, critic, samples, logits, label)

    def judged(self, real_logits: Tensor, fake_logits: Tensor) -> Terms:
        """Return the discriminator's loss without penalties, and what it says of reals and fakes."""
        targets = softened(real_logits, fake_logits, **self.softening) if self.softening else {}
        adversarial = self.loss.discriminator_loss(real_logits, fake_logits, **targets)
        return {"adversarial": adversarial} | opinions(real_logits.detach(), fake_logits.detach())

    def penalised(
        self,
        due: Due,
        critic: Critic,
        samples: tuple[Tensor, Tensor],
        logits: tuple[Tensor, Tensor],
        label: Tensor | None = None,
    ) -> Terms:
        """Return the penalties that are due, with their weights on them; arguments as those of `discriminator`."""
        return {name: penalty.weight * penalty(critic, *samples, *logits, label) for name, penalty in due.items()}

    @property
    def paired(self) -> bool:
        """Whether the generator's loss needs the logits of reals."""
        return needs_real_logits(self.loss)


def complete_rules(full: dict[str, Any]) -> dict[str, Any]:
    """Check a game's options `loss`, `penalties` and, where it has them, softened targets; complete the penalties.

    Raises:
        UserError: the first that is wrong.
    """
    loss = load_loss(full["loss"])
    for name, options in full["penalties"].items():
        full["penalties"][name] = complete(penalty_class(name), options or {}, f"game.penalties.{name}")
    if {name: full.get(name, exact) for name, exact in EXACT.items()} != EXACT and not supports_targets(loss):
        raise UserError(f"game.real_label: the {full['loss']} loss has no labels to soften; use loss=non_saturating")
    return full


def watched(samples: Tensor, needed: bool) -> Tensor:
    """Return samples whose gradient a penalty can read off the game's own forward pass, where that is needed."""
    return samples.float().requires_grad_() if needed else samples


def opinions(real_logits: Tensor, fake_logits: Tensor) -> Terms:
    """Return what is watched of a discriminator: mean logit and probability of reals and fakes."""
    logits = torch.stack([real_logits, fake_logits]).float().flatten(1)
    (real_logit, fake_logit), (real_probability, fake_probability) = logits.mean(1), logits.sigmoid().mean(1)
    return {
        "real_logit": real_logit,
        "fake_logit": fake_logit,
        "real_probability": real_probability,
        "fake_probability": fake_probability,
    }


def make_penalty(name: str, options: dict[str, Any]) -> Penalty:
    """Make a penalty from a recipe's options."""
    return penalty_class(name)(**options)
