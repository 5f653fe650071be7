r"""BLEU of sentences against many references, as text generation is judged by.

Source: Papineni et al. 2002, with smoothing method 1 of Chen and Cherry 2014 ("A systematic comparison of smoothing
techniques for sentence-level BLEU"): a precision of 0 counts as 0.1 over its denominator. Of a sentence of c words

    BLEU-N = exp(min(0, 1 - r / c)) * (p_1 ... p_N)^(1/N),

with p_n the share of its runs of n words that the references have, each at most as often as the one reference that has
it most often, and r the length of the reference that is nearest in length. 0 where no word is in any reference.
"""

import math
from bisect import bisect_left
from collections.abc import Sequence

from zerosum.metrics.text.ngrams import Words, ngrams

ORDERS = (2, 3, 4, 5)
EPSILON = 0.1
"""What stands for no run in common, in smoothing method 1."""
Most = tuple[int, int, int]
"""How often a run occurs in the reference that has it most often, which that is, and how often at most in others."""


class References:
    """The references, counted once.

    Args:
        sentences: their words.
        order: the longest runs that are looked at.
    """

    def __init__(self, sentences: Sequence[Words], order: int = max(ORDERS)) -> None:
        self.order = order
        self.lengths = [len(words) for words in sentences]
        self._sorted = sorted(self.lengths)
        self._most: dict[tuple[str, ...], Most] = {}
        for number, words in enumerate(sentences):
            for n in range(1, order + 1):
                for run, count in ngrams(words, n).items():
                    self._most[run] = _more(self._most.get(run), count, number)

    def bleu(self, words: Words, without: int | None = None) -> list[float]:
        """Return BLEU-2 to BLEU-order of a sentence; `without`: against all references but this one."""
        precisions = [self._precision(words, n, without) for n in range(1, self.order + 1)]
        if not words or precisions[0] == 0:
            return [0.0] * (self.order - 1)
        brevity = min(0.0, 1 - self._nearest(len(words), without) / len(words))
        logs = [math.log(precision) for precision in precisions]
        return [math.exp(brevity + sum(logs[:n]) / n) for n in range(2, self.order + 1)]

    def _precision(self, words: Words, n: int, without: int | None) -> float:
        counts = ngrams(words, n)
        clipped = sum(min(count, self._count(run, without)) for run, count in counts.items())
        if not clipped and n == 1:
            return 0.0
        return (clipped or EPSILON) / max(counts.total(), 1)

    def _count(self, run: tuple[str, ...], without: int | None) -> int:
        most, owner, second = self._most.get(run, (0, -1, 0))
        return second if owner == without else most

    def _nearest(self, length: int, without: int | None) -> int:
        """Return the length that is nearest, the shorter of two."""
        lengths = self._sorted
        if without is not None:
            lengths = lengths.copy()
            lengths.remove(self.lengths[without])
        at = bisect_left(lengths, length)
        return min(lengths[max(at - 1, 0) : at + 1], key=lambda other: (abs(other - length), other), default=0)


def bleu(sentences: Sequence[Words], references: Sequence[Words]) -> list[list[float]]:
    """Return BLEU-2 to BLEU-5 of each sentence against all references."""
    known = References(references)
    return [known.bleu(words) for words in sentences]


def self_bleu(sentences: Sequence[Words]) -> list[list[float]]:
    """Return BLEU-2 to BLEU-5 of each sentence against all others: 1 where all say the same.

    Source: Zhu et al. 2018 (Texygen), arXiv:1802.01886, section 3.2.
    """
    known = References(sentences)
    return [known.bleu(words, without=number) for number, words in enumerate(sentences)]


def _more(before: Most | None, count: int, number: int) -> Most:
    most, owner, second = before or (0, -1, 0)
    return (count, number, most) if count > most else (most, owner, max(second, count))
