"""Gumbel: words that a derivative flows through (Jang et al. 2016, arXiv:1611.01144; Kusner et al. 2016, 1611.04051).

A token is drawn as the largest of its logits plus Gumbel noise g, and made as soft as a temperature t says,

    y = softmax((logits + g) / t),   x = one-hot of the largest,

and D sees x, while G's derivative is that of y (straight-through). As t falls from round to round y comes near x: the
derivative becomes less biased, and varies more. Players are relativistic (RelGAN, Nie et al. 2019, section 2.3).
"""

from collections.abc import Iterator
from functools import partial
from typing import Annotated, Any, ClassVar

import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn.functional import one_hot

from zerosum.core.game import Batch, Terms, Turn
from zerosum.core.tokens import PADDING, ended
from zerosum.losses.loss import load_loss, needs_real_logits
from zerosum.networks.writer import START, Writer
from zerosum.options import Count, Size
from zerosum.systems.rules import opinions
from zerosum.systems.writes import Rate, Writes

Softness = Annotated[float, Field(gt=0)]


class Gumbel(Writes):
    """A writer of soft words, and a discriminator of whole sentences.

    Args:
        generator: what writes; it reads rows of weights on all tokens too.
        discriminator: sentences, int64 [N, L] or weights [N, L, tokens], to logits [N].
        loss: name of a module in `zerosum.losses`.
        likelihood_rounds: rounds at the start in which only G moves, by likelihood.
        n_critic: discriminator turns in each round after that.
        contest_rate: how much of its step G keeps in each of them.
        softness: the relaxation's temperature t in the first round of the contest.
        final_softness: that in which it ends.
        cooling_rounds: rounds in which it falls there, by the same factor each.
    """

    roles: ClassVar[dict[str, str]] = {"generator": "writer", "discriminator": "reader"}

    def __init__(
        self,
        generator: Writer,
        discriminator: nn.Module,
        *,
        loss: str = "relativistic",
        likelihood_rounds: Size = 1000,
        n_critic: Count = 1,
        contest_rate: Rate = 1.0,
        softness: Softness = 1.0,
        final_softness: Softness = 0.1,
        cooling_rounds: Count = 2000,
    ) -> None:
        super().__init__(generator, discriminator)
        self.loss, self.likelihood_rounds, self.n_critic = load_loss(loss), likelihood_rounds, n_critic
        self.contest_rate = contest_rate
        self.softness, self.final_softness, self.cooling_rounds = softness, final_softness, cooling_rounds

    @classmethod
    def complete(cls, options: dict[str, Any]) -> dict[str, Any]:
        """Fill in the options; UserError names a loss that is none."""
        full = super().complete(options)
        load_loss(full["loss"])
        return full

    def turns(self, step: int) -> Iterator[Turn]:
        """Let G learn by likelihood, then let D and G play."""
        if step < self.likelihood_rounds:
            yield Turn(self.generator, self.likelihood_loss)
            return
        for _ in range(self.n_critic):
            yield Turn(self.discriminator, self.discriminator_loss)
        yield from self.gently(partial(self.generator_loss, softness=self.softness_at(step)), self.contest_rate)

    def softness_at(self, step: int) -> float:
        """Return the relaxation's temperature in round `step`."""
        share = min((step - self.likelihood_rounds) / self.cooling_rounds, 1.0)
        return float(self.softness * (self.final_softness / self.softness) ** share)

    def discriminator_loss(self, batch: Batch) -> Terms:
        """Return what D minimises, and what it says of real and written sentences."""
        real_logits, fake_logits = self.discriminator(torch.cat([batch["real"], self.fake(batch["real"])])).chunk(2)
        adversarial = self.loss.discriminator_loss(real_logits, fake_logits)
        return {"adversarial": adversarial} | opinions(real_logits.detach(), fake_logits.detach())

    def generator_loss(self, batch: Batch, *, softness: float = 1.0) -> Terms:
        """Return what G minimises, through soft words; a paired loss also sees the reals."""
        fake_logits, real_logits = self.discriminator(self.soft(len(batch["real"]), softness)), None
        if needs_real_logits(self.loss):
            with torch.no_grad():
                real_logits = self.discriminator(batch["real"])
        return {"adversarial": self.loss.generator_loss(fake_logits, real_logits)}

    def soft(self, n: int, softness: float) -> Tensor:
        """Write n sentences: one-hot rows [n, L, tokens], whose derivative is that of the relaxed words."""
        start = torch.full((n,), START, device=self.device)
        row, state, rows = one_hot(start, self.generator.tokens).float(), None, []
        for _ in range(self.generator.length):
            logits, state = self.generator.step(row, state)
            row = straight_through(logits.float(), softness)
            rows.append(row)
        return closed(torch.stack(rows, 1))

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return next(self.parameters()).device


def straight_through(logits: Tensor, softness: float) -> Tensor:
    """Return one-hot rows [N, tokens] drawn from softmax(logits), with the derivative of the relaxed ones."""
    uniform = torch.rand_like(logits).clamp(min=torch.finfo(logits.dtype).tiny)
    noisy = logits - (-uniform.log()).log()
    relaxed = (noisy / softness).softmax(1)
    return one_hot(noisy.argmax(1), logits.shape[1]).to(relaxed) + relaxed - relaxed.detach()


def closed(rows: Tensor) -> Tensor:
    """Return one-hot sentences [N, L, tokens] with padding behind their ends, from which no derivative flows."""
    ids = rows.argmax(2)
    padded = ended(ids) != ids
    padding = one_hot(torch.tensor(PADDING, device=rows.device), rows.shape[2]).to(rows)
    return torch.where(padded[:, :, None], padding, rows)
