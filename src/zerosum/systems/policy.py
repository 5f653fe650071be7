"""Policy gradients for sentences (Williams 1992): what a writer learns from rewards that have no derivative.

A writer is a policy: its action is the next token, its state the tokens so far. Of rewards R_t, one a token,

    grad E[R] = E[sum_t (R_t - b) grad log p(x_t | x_1, ..., x_t-1)],

for any baseline b that does not depend on x_t.
"""

import contextlib
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from zerosum.core.tokens import ended
from zerosum.networks.writer import START, Writer, thrown

ROOM = 1 << 24
"""How many logits of roll-outs are kept at a time: 64 MiB."""


def policy_loss(log_probability: Tensor, rewards: Tensor, counted: Tensor) -> Tensor:
    """Return -(sum of R_t log p_t) / (number of tokens), whose gradient is minus the policy gradient a token.

    Args:
        log_probability: log p of each token, [N, L].
        rewards: R_t - b, [N, L]; no gradient flows through them.
        counted: bool [N, L], where there are tokens.
    """
    return -(rewards.detach() * log_probability * counted).sum() / counted.sum()


def returns(rewards: Tensor, counted: Tensor, discount: float) -> Tensor:
    """Return R_t = sum over s >= t of discount^(s - t) r_s, [N, L], over the tokens that count."""
    total, totals = torch.zeros_like(rewards[:, 0]), []
    for reward in (rewards * counted).unbind(1)[::-1]:
        total = reward + discount * total
        totals.append(total)
    return torch.stack(totals[::-1], 1)


def centred(rewards: Tensor, counted: Tensor) -> Tensor:
    """Return rewards less the mean of their place over the sentences that reach it, [N, L]."""
    return rewards - (rewards * counted).sum(0) / counted.sum(0).clamp(min=1)


@torch.no_grad()
def rollouts(writer: Writer, sentences: Tensor, starts: range, count: int) -> Tensor:
    """Return sentences written on from their first tokens, int64 [len(starts), count, N, L].

    Args:
        writer: who writes on.
        sentences: int64 [N, L].
        starts: how many tokens are kept, one number after the other, each 1 to L - 1.
        count: how often each is written on.
    """
    if not starts:
        return sentences.new_empty(0, count, *sentences.shape)
    at_once = max(1, ROOM // (writer.tokens * len(starts) * count))
    return torch.cat([_written_on(writer, part, starts, count) for part in torch.split(sentences, at_once)], 2)


def _written_on(writer: Writer, sentences: Tensor, starts: range, count: int) -> Tensor:
    """Roll all starts out at once: rows join when their kept tokens have been read, so that nothing is read twice."""
    n, length = sentences.shape
    rows, state, reading = sentences[:0], None, None
    for at in range(length):
        if at in starts:
            rows = torch.cat([rows, sentences.repeat(count, 1)])
            state = joined(state, reading, count)
        if len(rows):
            logits, state = writer.step(rows[:, at - 1], state)
            rows[:, at] = thrown(logits.float(), torch.rand(len(rows), device=rows.device))
        before = sentences[:, at - 1] if at else torch.full_like(sentences[:, 0], START)
        _, reading = writer.step(before, reading)
    return ended(rows).view(len(starts), count, n, length)


def credited(values: Tensor, starts: range, length: int) -> Tensor:
    """Return the value of each token, [N, L], from those of roll-outs, [len(starts), N], and of whole sentences last.

    The value of a token is that of the shortest start which holds it. Where starts leave tokens out this is as
    unbiased as roll-outs of their own, since what stands between was written by the policy too; it varies more.

    Args:
        values: [len(starts) + 1, N].
        starts: see `rollouts`.
        length: L.
    """
    places = [sum(start <= at for start in starts) for at in range(length)]
    return values[places].T


def joined(state: Any, other: Any, count: int) -> Any:
    """Return a state and behind its rows those of another, `count` times: trees of tensors with rows in dimension 1."""
    if isinstance(other, Tensor):
        repeated = other.repeat(1, count, 1)
        return repeated if state is None else torch.cat([state, repeated], 1)
    return [joined(None if state is None else state[at], part, count) for at, part in enumerate(other)]


@contextlib.contextmanager
def at_rest(discriminator: nn.Module) -> Iterator[None]:
    """Let a discriminator drop nothing inside the block: what it gives is a judgement, not a lesson."""
    training = discriminator.training
    discriminator.eval()
    try:
        yield
    finally:
        discriminator.train(training)
