"""ScratchGAN: text from scratch, with a reward for each token (de Masson d'Autume et al. 2019, arXiv:1905.09922).

D reads from left to right and says of each token whether, after those before it, it is real. So each token earns at
once (section 3.1), and no sentence need be written on:

    r_t = 2 sigmoid(D(x_t | x_1, ..., x_t-1)) - 1,   R_t = sum over s >= t of gamma^(s - t) r_s,

and G follows the policy gradient of R_t - b, with b the moving average of the mean of R. Batches are large, and G
learns nothing by likelihood.
"""

from collections.abc import Iterator
from typing import ClassVar

import torch
from torch import Tensor, nn

from zerosum.core.game import Batch, Terms, Turn
from zerosum.losses import non_saturating
from zerosum.networks.writer import Writer, written
from zerosum.options import Chance, Count
from zerosum.systems.policy import at_rest, policy_loss, returns
from zerosum.systems.rules import opinions
from zerosum.systems.writes import Writes


class ScratchGAN(Writes):
    """A writer, and a discriminator of each token.

    Args:
        generator: what writes.
        discriminator: sentences to logits [N, L], each of a token and those before it.
        n_critic: discriminator turns a round.
        discount: gamma, what a reward counts one token earlier.
        baseline_decay: what the baseline keeps of itself a round.
    """

    roles: ClassVar[dict[str, str]] = {"generator": "writer", "discriminator": "prefix_reader"}
    baseline: Tensor

    def __init__(
        self,
        generator: Writer,
        discriminator: nn.Module,
        *,
        n_critic: Count = 1,
        discount: Chance = 0.23,
        baseline_decay: Chance = 0.08,
    ) -> None:
        super().__init__(generator, discriminator)
        self.n_critic, self.discount, self.baseline_decay = n_critic, discount, baseline_decay
        self.register_buffer("baseline", torch.zeros(()))
        self.pending: list[Tensor] = []

    def turns(self, step: int) -> Iterator[Turn]:
        """Let D move, then G; then the baseline follows what G earned."""
        for _ in range(self.n_critic):
            yield Turn(self.discriminator, self.discriminator_loss)
        yield Turn(self.generator, self.policy_loss)
        self.follow()

    def discriminator_loss(self, batch: Batch) -> Terms:
        """Return the mean cross-entropy over tokens of real and of written sentences, and what D says of both."""
        real, fake = batch["real"], self.fake(batch["real"])
        logits = self.discriminator(torch.cat([real, fake]))
        real_logits, fake_logits = (part[written(x)] for part, x in zip(logits.chunk(2), (real, fake), strict=True))
        adversarial = non_saturating.discriminator_loss(real_logits, fake_logits)
        seen = (self.of_sentences(part, x).detach() for part, x in zip(logits.chunk(2), (real, fake), strict=True))
        return {"adversarial": adversarial} | opinions(*seen)

    def policy_loss(self, batch: Batch) -> Terms:
        """Return the loss whose gradient is minus the policy gradient of R - b, and the mean of R."""
        sentences = self.fake(batch["real"])
        counted = written(sentences)
        with torch.no_grad(), at_rest(self.discriminator):
            earned = returns(2 * self.discriminator(sentences).sigmoid() - 1, counted, self.discount)
        mean = (earned * counted).sum() / counted.sum()
        self.pending.append(mean)
        policy = policy_loss(self.generator.log_probability(sentences), earned - self.baseline, counted)
        return {"policy": policy, "reward": mean}

    def follow(self) -> None:
        """Let the baseline follow the mean of what was earned since the last call; where nothing was, it stays."""
        if not self.pending:
            return
        mean = torch.stack(self.pending).mean()
        self.pending.clear()
        self.baseline.mul_(self.baseline_decay).add_((1 - self.baseline_decay) * mean)

    def judged(self, sentences: Tensor) -> Tensor:
        """Return one logit a sentence, [N]: the mean over its tokens."""
        return self.of_sentences(super().judged(sentences), sentences)

    def of_sentences(self, logits: Tensor, sentences: Tensor) -> Tensor:
        """Return the mean of logits [N, L] over the tokens of each sentence, [N]."""
        counted = written(sentences)
        return (logits * counted).sum(1) / counted.sum(1).clamp(min=1)
