"""An oracle for text: a known distribution of sentences, which says exactly how likely those of others are in it.

Source: section 5.1 of the SeqGAN paper (Yu et al. 2016, arXiv:1609.05473): long short-term memory whose weights are
drawn from N(0, 1), embedding and hidden of 32, a vocabulary of 5,000, 20 tokens a sentence. Sentences drawn evenly from
the vocabulary cost about 11.2 nats a token in such an oracle, and its own about 6.0: who writes ever the same likely
sentence costs less than that, so the figure stands beside one of variety.
"""

from typing import Any

import torch
from torch import Tensor, nn

from zerosum.core.spec import Spec
from zerosum.core.tokens import END, FIRST, mask
from zerosum.kinds.text.text_set import Sentences
from zerosum.kinds.text.vocabularies import Numbered
from zerosum.networks.recurrent import LSTM
from zerosum.networks.writer import NEVER

AT_ONCE = 500
"""Sentences that are written or judged at a time."""


class Oracle(LSTM):
    """Writes sentences of exactly `length` words.

    Args:
        words: how many there are; their ids are 3 to words + 2.
        length: tokens of each sentence.
        size: of embedding and state.
        seed: of the weights.
    """

    def __init__(self, words: int = 5000, length: int = 20, *, size: int = 32, seed: int = 0) -> None:
        super().__init__(FIRST + words, length, embedding=size, hidden=size)
        generator = torch.Generator().manual_seed(seed)
        for name, parameter in self.named_parameters():
            # The paper's cells have one bias; torch's have two, which are added.
            nn.init.zeros_(parameter) if "bias_hh" in name else nn.init.normal_(parameter, generator=generator)
        self.requires_grad_(False)

    def read(self, previous: Tensor, state: Any = None) -> tuple[Tensor, Any]:
        """Return logits as an LSTM does, but never end."""
        logits, state = super().read(previous, state)
        logits[..., END] = NEVER
        return logits, state

    def sentences(self, n: int, *, seed: int = 0) -> Tensor:
        """Write sentences, int64 [n, length]."""
        dice = torch.rand(n, self.length, generator=torch.Generator().manual_seed(seed))
        return torch.cat([self.write(part, torch.ones(len(part), 1)) for part in torch.split(dice, AT_ONCE)])

    def dataset(self, n: int, *, seed: int = 0, split: str = "train") -> Sentences:
        """Return n sentences as a data set; another seed gives others."""
        spec = Spec("text", (self.length,), Numbered(self.tokens - FIRST).facts())
        return Sentences(self.sentences(n, seed=seed), spec, name="oracle", split=split)

    def nll(self, sentences: Tensor) -> float:
        """Return the mean over the tokens of sentences [N, length] of -log p, in nats.

        An end, or what is unknown, which the oracle never writes, costs as much as the least likely word there.
        """
        costs = torch.cat([self._costs(part) for part in torch.split(sentences, AT_ONCE)])
        return float(costs.mean())

    def _costs(self, sentences: Tensor) -> Tensor:
        logs = self(sentences).log_softmax(2)
        least = logs[:, :, FIRST:].amin(2)
        picked = torch.where(sentences < FIRST, least, logs.gather(2, sentences[:, :, None])[:, :, 0])
        return -picked[mask(sentences)]
