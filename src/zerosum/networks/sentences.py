"""Networks that judge sentences: whole, by convolutions over their tokens, or token by token, by what came before.

Sentences are tokens, int64 [N, L], or rows of weights on all tokens, floats [N, L, tokens], through which derivatives
reach who wrote them; a row with all its weight on one token is that token.
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import relu

from zerosum.networks.layers import Dropout
from zerosum.options import Chance, Count

KERNELS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 15, 20)
FILTERS = (100, 200, 200, 200, 200, 100, 100, 100, 100, 100, 160, 160)
"""Lengths and numbers of the SeqGAN paper's convolutions, for sentences of 20 tokens."""
CLOSED = -2.0
"""The bias of a highway's gate at the start, so that it first lets its input through (arXiv:1505.00387, section 2)."""


def embedded(embedding: nn.Embedding, sentences: Tensor) -> Tensor:
    """Return the numbers of each token, [N, L, width], or the mean of them over the weights of a row."""
    soft = sentences.is_floating_point()
    numbers: Tensor = sentences @ embedding.weight.to(sentences.dtype) if soft else embedding(sentences)
    return numbers


class Highway(nn.Module):
    """y = g relu(W x + b) + (1 - g) x with g = sigmoid(V x + c): equation 3 of Srivastava et al., arXiv:1505.00387."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.gate, self.change = nn.Linear(width, width), nn.Linear(width, width)
        nn.init.constant_(self.gate.bias, CLOSED)

    def forward(self, values: Tensor) -> Tensor:
        """Map [N, width] to [N, width]."""
        gate: Tensor = self.gate(values).sigmoid()
        return gate * relu(self.change(values)) + (1 - gate) * values


class Convolutional(nn.Module):
    """One logit a sentence: convolutions of several lengths, each its maximum over places, a highway, a linear head.

    Source: section 3.3 and appendix of the SeqGAN paper (Yu et al. 2016, arXiv:1609.05473), after Kim 2014
    (arXiv:1408.5882). Sentences shorter than a kernel are not seen by it, so kernels above `length` are left out.

    Args:
        tokens: how many ids there are.
        length: L, the most tokens of a sentence.
        embedding: numbers a token becomes.
        kernels: how many tokens each convolution sees.
        filters: how many numbers each of them makes.
        dropout: probability with which a number is dropped before the head, in training.

    Raises:
        ValueError: there are not as many filters as kernels, or no kernel is as short as a sentence.
    """

    def __init__(
        self,
        tokens: int,
        length: int,
        *,
        embedding: Count = 64,
        kernels: tuple[Count, ...] = KERNELS,
        filters: tuple[Count, ...] = FILTERS,
        dropout: Chance = 0.25,
    ) -> None:
        super().__init__()
        if len(kernels) != len(filters) or min(kernels) > length:
            raise ValueError(
                f"{len(kernels)} kernels and {len(filters)} filters: give as many, one of {length} or less"
            )
        sizes = [(kernel, count) for kernel, count in zip(kernels, filters, strict=True) if kernel <= length]
        self.embedding = nn.Embedding(tokens, embedding)
        self.convolutions = nn.ModuleList(nn.Conv1d(embedding, count, kernel) for kernel, count in sizes)
        width = sum(count for _, count in sizes)
        self.highway, self.dropout, self.head = Highway(width), Dropout(dropout), nn.Linear(width, 1)
        nn.init.normal_(self.embedding.weight, 0.0, 0.1)

    def forward(self, sentences: Tensor) -> Tensor:
        """Return logits [N] of sentences [N, L] or [N, L, tokens], float32 in every precision."""
        numbers = embedded(self.embedding, sentences).transpose(1, 2)
        features = torch.cat([relu(convolution(numbers)).amax(2) for convolution in self.convolutions], 1)
        features = self.dropout(self.highway(features))
        with torch.autocast(features.device.type, enabled=False):
            logits: Tensor = self.head(features.float())[:, 0]
        return logits


class Recurrent(nn.Module):
    """One logit a token: what long short-term memory says of it, having read all tokens up to it.

    Source: section 3 of the ScratchGAN paper (de Masson d'Autume et al. 2019, arXiv:1905.09922): a recurrent D with
    layer normalisation and dropout on embeddings.

    Args:
        tokens: how many ids there are.
        length: L, the most tokens of a sentence.
        embedding: numbers a token becomes.
        hidden: numbers of the state.
        depth: layers.
        dropout: probability with which a number of an embedding or an output is dropped, in training.
    """

    def __init__(
        self,
        tokens: int,
        length: int,
        *,
        embedding: Count = 64,
        hidden: Count = 128,
        depth: Count = 1,
        dropout: Chance = 0.1,
    ) -> None:
        super().__init__()
        self.length, self.embedding, self.dropout = length, nn.Embedding(tokens, embedding), Dropout(dropout)
        self.first, self.last = nn.LayerNorm(embedding), nn.LayerNorm(hidden)
        self.layers = nn.LSTM(embedding, hidden, depth, batch_first=True)
        self.head = nn.Linear(hidden, 1)
        nn.init.normal_(self.embedding.weight, 0.0, 0.1)

    def forward(self, sentences: Tensor) -> Tensor:
        """Return logits [N, L] of sentences [N, L] or [N, L, tokens], float32 in every precision."""
        values, _ = self.layers(self.dropout(self.first(embedded(self.embedding, sentences))))
        values = self.dropout(self.last(values))
        with torch.autocast(values.device.type, enabled=False):
            logits: Tensor = self.head(values.float())[..., 0]
        return logits
