"""What a vocabulary answers: between text and the ids of its tokens. It is kept in the run, as facts of the data."""

import abc
from collections.abc import Sequence
from typing import Any, ClassVar


class Vocabulary(abc.ABC):
    """What the ids from 3 on stand for; see `zerosum.core.tokens` for those before.

    Attributes:
        tokens: what a token is: "word", "byte" or "bpe".
        size: of all ids, with padding, end and unknown.
    """

    tokens: ClassVar[str]
    size: int

    @abc.abstractmethod
    def encode(self, text: str) -> list[int]:
        """Return the ids of a text, without an end."""

    @abc.abstractmethod
    def decode(self, ids: Sequence[int]) -> str:
        """Return the text of ids without an end or padding."""

    @abc.abstractmethod
    def facts(self) -> dict[str, Any]:
        """Return what `vocabulary_of` needs, in plain values of JSON."""
