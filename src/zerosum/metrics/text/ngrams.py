"""Runs of n words, counted."""

from collections import Counter
from collections.abc import Sequence

Words = Sequence[str]
Counts = Counter[tuple[str, ...]]


def ngrams(words: Words, n: int) -> Counts:
    """Return how often each run of n words occurs."""
    return Counter(zip(*(words[at:] for at in range(n)), strict=False))


def distinct(sentences: Sequence[Words], n: int) -> float:
    """Return the share of different runs of n words among all, 0 to 1; of none 0.

    Source: Li et al. 2016, arXiv:1510.03055, section 5 (distinct-n).
    """
    counts: Counts = Counter()
    for words in sentences:
        counts.update(ngrams(words, n))
    return len(counts) / max(counts.total(), 1)
