"""A tiny writer, and all sentences that it can write, for tests of games of text."""

import itertools

import torch

from zerosum.core.tokens import END, ended
from zerosum.networks.recurrent import LSTM

TOKENS, LENGTH = 5, 3


def tiny_writer(tokens=TOKENS, length=LENGTH, seed=0):
    """A writer with large weights, so that it prefers some sentences to others."""
    torch.manual_seed(seed)
    writer = LSTM(tokens, length, embedding=4, hidden=4)
    with torch.no_grad():
        for parameter in writer.parameters():
            parameter.normal_()
    return writer


def every_sentence():
    """All sentences of the tokens 1 (end), 3 and 4, each once: int64 [15, 3]."""
    rows = torch.tensor(list(itertools.product([END, 3, 4], repeat=LENGTH)))
    return ended(rows).unique(dim=0)


def probabilities(writer, sentences):
    """p(x) of each sentence, [N]."""
    return writer.log_probability(sentences).sum(1).exp()
