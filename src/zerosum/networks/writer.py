"""What the networks that write sentences share: token after token, each by what stands before it."""

import abc
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import nll_loss, pad

from zerosum.core.tokens import PADDING, UNKNOWN, ended, mask

START = PADDING
"""What stands before the first token: nothing does, and padding is read nowhere else."""
BLOCK = 64
"""Tokens whose probabilities are summed before they are cumulated."""
NEVER = -1e4
"""The logit of what is never written: its probability is 0, and its product with that is finite."""


class Writer(nn.Module, abc.ABC):
    """p(x) = prod_t p(x_t | x_1, ..., x_t-1) of sentences, int64 [N, L]; see `zerosum.core.tokens`.

    Padding is never written, nor is what is unknown, though it is read.

    Args:
        tokens: how many ids there are.
        length: L, the most tokens of a sentence, its end among them.
    """

    def __init__(self, tokens: int, length: int) -> None:
        super().__init__()
        self.tokens, self.length = tokens, length

    @abc.abstractmethod
    def read(self, previous: Tensor, state: Any = None) -> tuple[Tensor, Any]:
        """Return the raw logits, [N, T, tokens], of what follows each of `previous`, int64 [N, T], and the state there.

        Where `previous` are rows of weights on all tokens, [N, T, tokens], derivatives reach them. States are trees of
        tensors with the sentences in dimension 1. `state` is that after what stood before them, None at the start.
        """

    def forward(self, ids: Tensor) -> Tensor:
        """Return the logits, [N, L, tokens], of the token at each place of sentences, given those before it."""
        logits, _ = self.read(torch.cat([ids.new_full((len(ids), 1), START), ids[:, :-1]], 1))
        return writable(logits)

    def step(self, previous: Tensor, state: Any = None) -> tuple[Tensor, Any]:
        """Return the logits, [N, tokens], of what follows the tokens `previous`, int64 [N], and the state there."""
        logits, state = self.read(previous[:, None], state)
        return writable(logits[:, 0]), state

    def log_probability(self, ids: Tensor) -> Tensor:
        """Return log p of each token given those before it, [N, L]; 0 behind ends and of what is unknown."""
        picked = self(ids).float().log_softmax(2).gather(2, ids[:, :, None])[:, :, 0]
        return torch.where(written(ids), picked, 0.0)

    def cross_entropy(self, ids: Tensor) -> Tensor:
        """Return the mean of -log p over the tokens of sentences, in nats; what is unknown does not count."""
        targets = torch.where(written(ids), ids, PADDING)
        logits = self(ids).float().flatten(0, 1)
        return nll_loss(logits.log_softmax(1), targets.flatten(), ignore_index=PADDING)

    def write(self, dice: Tensor, temperature: Tensor) -> Tensor:
        """Return sentences, int64 [N, L].

        Args:
            dice: [N, L] in [0, 1): what decides each token; see `thrown`.
            temperature: [N, 1], what logits are divided by.
        """
        previous, state, ids = torch.full((len(dice),), START, device=dice.device), None, []
        for at in range(self.length):
            logits, state = self.step(previous, state)
            previous = thrown(logits.float() / temperature, dice[:, at])
            ids.append(previous)
        return ended(torch.stack(ids, 1))


def writable(logits: Tensor) -> Tensor:
    """Return logits [..., tokens] with those of padding and of what is unknown so low that neither is written.

    They are changed in place: of a large vocabulary a copy takes a good part of a step of likelihood.
    """
    logits[..., [PADDING, UNKNOWN]] = NEVER
    return logits


def written(ids: Tensor) -> Tensor:
    """Return bool [N, L]: where there are tokens that can be written, ends among them."""
    return mask(ids) & (ids != PADDING) & (ids != UNKNOWN)


def thrown(logits: Tensor, dice: Tensor) -> Tensor:
    """Return the token, int64 [N], that a number in [0, 1) decides: the first whose cumulated probability exceeds it.

    So a token is the same however many rows there are. On CUDA sums would be added in any order: they go to the CPU.
    Of large vocabularies only the sums of blocks are cumulated, and then the block in which the number falls.
    """
    probabilities = logits.detach().softmax(1).cpu()
    blocks = pad(probabilities, (0, -probabilities.shape[1] % BLOCK)).view(len(logits), -1, BLOCK)
    sums = _running(blocks.sum(2))
    goal = dice.cpu().double()[:, None] * sums[:, -1:]
    block, before = _first_above(sums, goal)
    within = _running(blocks.gather(1, block[:, :, None].expand(-1, 1, BLOCK))[:, 0])
    place, _ = _first_above(within, goal - before)
    return (block * BLOCK + place)[:, 0].clamp(max=logits.shape[1] - 1).to(logits.device)


def _running(values: Tensor) -> Tensor:
    """Return the running sums of rows on the CPU, float64; by numpy, as torch's are refused where all must repeat."""
    return torch.from_numpy(np.cumsum(values.double().numpy(), 1))


def _first_above(sums: Tensor, goal: Tensor) -> tuple[Tensor, Tensor]:
    """Return the place of the first of rising sums [N, K] above a goal [N, 1], and the sum before it, each [N, 1]."""
    place = torch.searchsorted(sums, goal, right=True).clamp(max=sums.shape[1] - 1)
    return place, pad(sums, (1, 0)).gather(1, place)
