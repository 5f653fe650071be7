"""SeqGAN: a writer learns by policy gradient what a discriminator takes for real (Yu et al. 2016, arXiv:1609.05473).

D judges whole sentences. What it would say of one that is not yet whole is the mean over roll-outs, sentences that the
policy G_b writes on from there (equation 4):

    Q(x_1, ..., x_t) = mean over n of D(x_1, ..., x_t, y_t+1^n, ..., y_T^n),   Q(x_1, ..., x_T) = D(x),

and G follows the policy gradient of these rewards (equation 8). G_b is G, a little behind. First G learns by
likelihood, then D learns to know it; only then they play (Algorithm 1).
"""

import copy
from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

import torch
from pydantic import Field
from torch import Tensor, nn

from zerosum.core.game import Batch, Terms, Turn
from zerosum.losses import non_saturating
from zerosum.networks.writer import Writer, written
from zerosum.options import Count, Size, Weight
from zerosum.systems.policy import at_rest, centred, credited, policy_loss, rollouts
from zerosum.systems.rules import opinions
from zerosum.systems.writes import Rate, Writes

Lag = Annotated[float, Field(ge=0, lt=1)]


class SeqGAN(Writes):
    """A writer, a discriminator of whole sentences, and the writer's copy that rolls out.

    Args:
        generator: what writes.
        discriminator: sentences to logits [N]; its `head` is its last layer.
        likelihood_rounds: rounds at the start in which only G moves, by likelihood.
        discriminator_rounds: rounds after them in which only D moves.
        n_critic: discriminator turns in each round after that.
        n_policy: policy turns in each of them.
        contest_rate: how much of a policy turn's step G keeps.
        n_likelihood: likelihood turns in each of them: teacher forcing between the games (Li et al. 2017,
            arXiv:1701.06547, section 3.2); 0 in the paper.
        rollouts: how often each beginning is written on.
        every: tokens between two beginnings that are written on; 1 in the paper. Tokens between share what the next
            beginning earned.
        lag: what the copy keeps of itself a policy turn: copy <- lag * copy + (1 - lag) * G.
        reward: what is earned: the probability that D gives, or its logit, which does not flatten where D is sure.
        baseline: what rewards are compared to: nothing, or the mean of their place over the batch.
        decay: weight of the squared weights and biases of D's last layer, halved.
    """

    roles: ClassVar[dict[str, str]] = {"generator": "writer", "discriminator": "reader"}

    def __init__(
        self,
        generator: Writer,
        discriminator: nn.Module,
        *,
        likelihood_rounds: Size = 1000,
        discriminator_rounds: Size = 200,
        n_critic: Count = 15,
        n_policy: Count = 1,
        contest_rate: Rate = 1.0,
        n_likelihood: Size = 0,
        rollouts: Count = 16,
        every: Count = 1,
        lag: Lag = 0.8,
        reward: Literal["probability", "logit"] = "probability",
        baseline: Literal["none", "batch"] = "none",
        decay: Weight = 0.2,
    ) -> None:
        super().__init__(generator, discriminator)
        self.copy = copy.deepcopy(generator).requires_grad_(False)
        self.likelihood_rounds, self.discriminator_rounds = likelihood_rounds, discriminator_rounds
        self.n_critic, self.n_policy, self.n_likelihood = n_critic, n_policy, n_likelihood
        self.rollouts, self.every, self.lag = rollouts, every, lag
        self.reward, self.baseline, self.decay, self.contest_rate = reward, baseline, decay, contest_rate

    def turns(self, step: int) -> Iterator[Turn]:
        """Let G learn by likelihood, then D learn to know it, then both play."""
        if step < self.likelihood_rounds:
            yield Turn(self.generator, self.likelihood_loss)
            self.follow(0.0)
        elif step < self.likelihood_rounds + self.discriminator_rounds:
            yield Turn(self.discriminator, self.discriminator_loss)
        else:
            yield from self.contest()

    def contest(self) -> Iterator[Turn]:
        """Let G move by policy gradient, then D (Algorithm 1, lines 6 to 18)."""
        for _ in range(self.n_policy):
            yield from self.gently(self.policy_loss, self.contest_rate)
            self.follow(self.lag)
        for _ in range(self.n_likelihood):
            yield Turn(self.generator, self.likelihood_loss)
        for _ in range(self.n_critic):
            yield Turn(self.discriminator, self.discriminator_loss)

    def discriminator_loss(self, batch: Batch) -> Terms:
        """Return the cross-entropy of real and written sentences, the decay of the head, and what D says of both."""
        real_logits, fake_logits = self.discriminator(torch.cat([batch["real"], self.fake(batch["real"])])).chunk(2)
        head = self.discriminator.get_submodule("head")
        squares = torch.stack([parameter.square().sum() for parameter in head.parameters()])
        adversarial = non_saturating.discriminator_loss(real_logits, fake_logits)
        terms = {"adversarial": adversarial, "decay": self.decay / 2 * squares.sum()}
        return terms | opinions(real_logits.detach(), fake_logits.detach())

    def policy_loss(self, batch: Batch) -> Terms:
        """Return the loss whose gradient is minus the policy gradient of what D gives, and the mean reward."""
        sentences = self.fake(batch["real"])
        counted, rewards = written(sentences), self.rewards(sentences)
        compared = centred(rewards, counted) if self.baseline == "batch" else rewards
        policy = policy_loss(self.generator.log_probability(sentences), compared, counted)
        return {"policy": policy, "reward": (rewards * counted).sum() / counted.sum()}

    @torch.no_grad()
    def rewards(self, sentences: Tensor) -> Tensor:
        """Return what each token of sentences [N, L] earned, Q, [N, L]."""
        length = sentences.shape[1]
        starts = range(self.every, length, self.every)
        with at_rest(self.discriminator):
            whole = self.earned(sentences)
            parts = self.earned(rollouts(self.copy, sentences, starts, self.rollouts).flatten(0, 2))
        values = parts.view(len(starts), self.rollouts, len(sentences)).mean(1)
        return credited(torch.cat([values, whole[None]]), starts, length)

    def earned(self, sentences: Tensor) -> Tensor:
        """Return what D gives for whole sentences, [N]."""
        logits = torch.cat([self.judged(part) for part in torch.split(sentences, 1024)])
        return logits if self.reward == "logit" else logits.sigmoid()

    @torch.no_grad()
    def follow(self, lag: float) -> None:
        """Let the copy follow G."""
        for copied, parameter in zip(self.copy.parameters(), self.generator.parameters(), strict=True):
            copied.lerp_(parameter, 1 - lag)
