"""The vocabularies there are: words, bytes, and pieces of words, kept in the facts of data."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from zerosum.core.spec import Spec
from zerosum.core.tokens import FIRST, UNKNOWN
from zerosum.errors import UserError
from zerosum.kinds.text.pieces import Pieces
from zerosum.kinds.text.vocabulary import Vocabulary
from zerosum.kinds.text.words import joined, words

RARE = 2
"""How often a word must occur in the training text to be known."""
MOST = 20_000
"""Words that a vocabulary holds."""


class Words(Vocabulary):
    """Words and signs: see `zerosum.kinds.text.words`.

    Args:
        known: the words in the order of their ids; what is none of them is unknown.
    """

    tokens = "word"
    unknown: ClassVar[str] = "<unk>"

    def __init__(self, known: Sequence[str]) -> None:
        self.known, self.size = tuple(known), FIRST + len(known)
        self._ids = {word: FIRST + at for at, word in enumerate(self.known)}

    @classmethod
    def of(cls, texts: Iterable[str], *, least: int = RARE, most: int = MOST) -> "Words":
        """Return the words that occur at least `least` times in texts, the frequent first, at most `most` of them.

        Raises:
            UserError: there are none.
        """
        counts = Counter(word for text in texts for word in words(text))
        least = min(least, max(counts.values(), default=0))
        common = sorted((-count, word) for word, count in counts.items() if count >= least)
        if not common:
            raise UserError("the vocabulary is empty: there is no word in the text")
        return cls([word for _, word in common[:most]])

    def encode(self, text: str) -> list[int]:
        """Return the ids of the words."""
        return [self._ids.get(word, UNKNOWN) for word in words(text)]

    def decode(self, ids: Sequence[int]) -> str:
        """Return the words with blanks where they belong."""
        return joined([self.unknown if token < FIRST else self.known[token - FIRST] for token in ids])

    def facts(self) -> dict[str, Any]:
        """Return the words, with a blank between each two."""
        return {"tokens": self.tokens, "vocabulary": " ".join(self.known)}


class Numbered(Words):
    """Tokens that have no names but their numbers, from 0 on: what is drawn from a model of chance."""

    def __init__(self, count: int) -> None:
        super().__init__([str(number) for number in range(count)])

    def facts(self) -> dict[str, Any]:
        """Return how many there are."""
        return {"tokens": self.tokens, "vocabulary": len(self.known)}


class Bytes(Vocabulary):
    """The 256 bytes of UTF-8, each as its value + 3: nothing is unknown."""

    tokens = "byte"
    size = FIRST + 256

    def encode(self, text: str) -> list[int]:
        """Return the bytes."""
        return [FIRST + value for value in text.encode("utf-8", "surrogateescape")]

    def decode(self, ids: Sequence[int]) -> str:
        """Return the text; what is no UTF-8 is shown as the sign for that."""
        return bytes(token - FIRST for token in ids if token >= FIRST).decode("utf-8", "replace")

    def facts(self) -> dict[str, Any]:
        """Return that they are all bytes."""
        return {"tokens": self.tokens, "vocabulary": 256}


def vocabulary_of(spec: Spec) -> Vocabulary:
    """Return the vocabulary that the facts of a spec hold.

    Raises:
        UserError: there is none, or pieces of words whose package is not installed.
    """
    facts: Mapping[str, Any] = spec.facts
    if facts.get("tokens") == "byte":
        return Bytes()
    if facts.get("tokens") == "word":
        held = facts["vocabulary"]
        return Numbered(held) if isinstance(held, int) else Words(held.split())
    if facts.get("tokens") == "bpe":
        return Pieces(facts["vocabulary"])
    raise UserError(f"{spec.kind} data of {facts.get('tokens')} tokens are not known: use word, byte or bpe")
