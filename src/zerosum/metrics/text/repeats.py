"""What of generated text was said before."""

from collections.abc import Iterable, Sequence

from zerosum.metrics.text.ngrams import Words


def known_share(sentences: Sequence[Words], known: Iterable[str]) -> list[float]:
    """Return of each sentence with words the share of them that are known; signs without a letter do not count."""
    vocabulary = frozenset(known)
    letters = [[word for word in words if any(map(str.isalpha, word))] for words in sentences]
    return [sum(word in vocabulary for word in words) / len(words) for words in letters if words]


def repeated(sentences: Sequence[Words], training: Iterable[Words], *, within: bool) -> list[bool]:
    """Return of each sentence with words whether the training text says it too.

    Args:
        sentences: that are looked for.
        training: what was trained on.
        within: whether a sentence may stand anywhere in the training text, as windows of running text do; else it is to
            be the whole of one.
    """
    wanted = [" ".join(words) for words in sentences if words]
    said = [" ".join(words) for words in training]
    if not within:
        lines = frozenset(said)
        return [sentence in lines for sentence in wanted]
    whole = f" {' '.join(said)} "
    return [f" {sentence} " in whole for sentence in wanted]
