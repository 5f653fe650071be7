"""Recurrent networks that write sentences."""

from itertools import pairwise
from typing import Any

from torch import Tensor, nn

from zerosum.networks.layers import Dropout
from zerosum.networks.writer import Writer
from zerosum.options import Chance, Count


class LSTM(Writer):
    """Embedding, `depth` layers of long short-term memory (Hochreiter and Schmidhuber 1997), linear logits.

    That of the SeqGAN paper (Yu et al. 2016, arXiv:1609.05473) has embedding and hidden of 32, depth 1.

    Args:
        tokens: how many ids there are.
        length: the most tokens of a sentence.
        embedding: numbers a token becomes.
        hidden: numbers of the state.
        depth: layers.
        dropout: probability with which a number is dropped in training, of embeddings and of each layer's outputs.
    """

    def __init__(
        self,
        tokens: int,
        length: int,
        *,
        embedding: Count = 128,
        hidden: Count = 256,
        depth: Count = 1,
        dropout: Chance = 0.0,
    ) -> None:
        super().__init__(tokens, length)
        self.embedding = nn.Embedding(tokens, embedding)
        sizes = [embedding, *[hidden] * depth]
        self.layers = nn.ModuleList(nn.LSTM(before, after, batch_first=True) for before, after in pairwise(sizes))
        self.out, self.dropout = nn.Linear(hidden, tokens), Dropout(dropout)
        nn.init.normal_(self.embedding.weight, 0.0, 0.1)

    def read(self, previous: Tensor, state: Any = None) -> tuple[Tensor, Any]:
        """Return logits and, of each layer, its state (h, c), each [1, N, hidden]."""
        values, states = self.dropout(self.embedding(previous)), []
        for layer, before in zip(self.layers, state or [None] * len(self.layers), strict=True):
            values, after = layer(values, before)
            values = self.dropout(values)
            states.append(after)
        logits: Tensor = self.out(values)
        return logits, states
