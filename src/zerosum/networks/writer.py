"""What the networks that write sentences share: token after token, each by what stands before it."""

import abc
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import nll_loss

from zerosum.core.tokens import PADDING, UNKNOWN, ended, mask

START = PADDING
"""What stands before the first token: nothing does, and padding is read nowhere else."""
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

        `state` is that after what stood before them, None at the start.
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
    """Return logits [..., tokens] with those of padding and of what is unknown so low that neither is written."""
    never = torch.zeros(logits.shape[-1], dtype=torch.bool, device=logits.device)
    never[[PADDING, UNKNOWN]] = True
    return logits.masked_fill(never, NEVER)


def written(ids: Tensor) -> Tensor:
    """Return bool [N, L]: where there are tokens that can be written, ends among them."""
    return mask(ids) & (ids != PADDING) & (ids != UNKNOWN)


def thrown(logits: Tensor, dice: Tensor) -> Tensor:
    """Return the token, int64 [N], that a number in [0, 1) decides: the first whose cumulated probability exceeds it.

    So a token is the same however many rows there are. On CUDA sums would be added in any order: they go to the CPU.
    """
    cumulated = logits.softmax(1).cpu().double().cumsum(1)
    places = torch.searchsorted(cumulated, dice.cpu().double()[:, None] * cumulated[:, -1:], right=True)[:, 0]
    return places.clamp(max=logits.shape[1] - 1).to(logits.device)
