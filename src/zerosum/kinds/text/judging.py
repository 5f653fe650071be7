"""Sentences are laid beside one another by the words, and the pairs of words, that they have in common."""

from functools import cache as kept
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import embedding_bag

from zerosum.core.spec import Spec
from zerosum.core.tokens import mask, unpacked
from zerosum.data.dataset import Dataset
from zerosum.data.keyed_random import normal
from zerosum.kinds.kind import Judging
from zerosum.kinds.text.encoder import encoder_of, fingerprint
from zerosum.kinds.text.vocabularies import vocabulary_of
from zerosum.kinds.text.words import words
from zerosum.metrics.space import Features

BUCKETS, WIDTH = 1 << 16, 64
"""Random vectors, and the numbers of each: tokens and pairs share them by their hashes."""
FACTOR, OFFSET = 1_000_003, 7_919


class Judges(Judging):
    """See `Judging`."""

    def place(self, samples: Tensor, spec: Spec) -> Tensor:
        """Return the sums of a random vector a token, and of one a pair of neighbours, over sqrt(L): float32 [N, 128].

        Vectors are N(0, I / 64), so that squared distances are those between the counts of tokens and of pairs, over L,
        but for chance (Johnson and Lindenstrauss).
        """
        ids = samples.long().cpu()
        pairs = (ids[:, :-1] * FACTOR + ids[:, 1:] + OFFSET) % BUCKETS
        there = mask(ids).float()
        sums = [_summed(ids % BUCKETS, there), _summed(pairs, there[:, 1:])]
        place: Tensor = torch.cat(sums, 1) / ids.shape[1] ** 0.5
        return place

    def words(self, samples: Tensor, spec: Spec) -> list[list[str]]:
        """Return the words of each row of outside samples, by which text is compared whatever its tokens are.

        Of windows the first and the last are left out: they may be parts of words.
        """
        vocabulary = vocabulary_of(spec)
        rows = [words(vocabulary.decode(row)) for row in unpacked(samples)]
        return [row[1:-1] for row in rows] if self.within(spec) else rows

    def within(self, spec: Spec) -> bool:
        """Return whether samples are windows of running text, not sentences."""
        return spec.facts.get("sentences") == "window"

    def features(self, train: Dataset, test: Dataset, *, device: Any = "cpu", cache: Path | None) -> Features:
        """Return what the encoder of these data says of sentences, [N, 96]."""
        encoder = encoder_of(train, vocabulary_of(train.spec).size, cache)
        about = f"mean state of a recurrent network that tells the next token, learned on {len(train):,} samples"
        return Features("sentences", fingerprint(train), encoder.features, about)


def _summed(buckets: Tensor, weights: Tensor) -> Tensor:
    if not buckets.numel():
        return torch.zeros(len(buckets), WIDTH)
    sums: Tensor = embedding_bag(buckets, _vectors(), mode="sum", per_sample_weights=weights)
    return sums


@kept
def _vectors() -> Tensor:
    vectors: Tensor = normal(torch.arange(BUCKETS), WIDTH) / WIDTH**0.5
    return vectors
