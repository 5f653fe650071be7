"""Pieces of words, by byte-pair encoding (Sennrich et al. 2015, arXiv:1508.07909); needs zerosum[bpe]."""

import importlib
from collections.abc import Iterable, Sequence
from typing import Any

from zerosum.core.tokens import FIRST
from zerosum.errors import UserError
from zerosum.kinds.text.vocabulary import Vocabulary

MOST = 4096
"""Pieces that are learned, the 256 bytes among them."""


class Pieces(Vocabulary):
    """Pieces that were merged from bytes, so that nothing is unknown.

    Args:
        model: a tokenizer of the package `tokenizers`, as JSON.
    """

    tokens = "bpe"

    def __init__(self, model: str) -> None:
        self.model = model
        self._tokenizer = _package().Tokenizer.from_str(model)
        self.size = FIRST + int(self._tokenizer.get_vocab_size())

    @classmethod
    def of(cls, texts: Iterable[str], *, most: int = MOST) -> "Pieces":
        """Return the pieces that texts are most shortly made of."""
        package = _package()
        tokenizer = package.Tokenizer(package.models.BPE())
        tokenizer.pre_tokenizer = package.pre_tokenizers.ByteLevel(add_prefix_space=False)
        tokenizer.decoder = package.decoders.ByteLevel()
        alphabet = package.pre_tokenizers.ByteLevel.alphabet()
        trainer = package.trainers.BpeTrainer(vocab_size=most, initial_alphabet=alphabet, show_progress=False)
        tokenizer.train_from_iterator(texts, trainer)
        return cls(tokenizer.to_str())

    def encode(self, text: str) -> list[int]:
        """Return the ids of the pieces."""
        return [FIRST + token for token in self._tokenizer.encode(text).ids]

    def decode(self, ids: Sequence[int]) -> str:
        """Return the text."""
        return str(self._tokenizer.decode([token - FIRST for token in ids if token >= FIRST]))

    def facts(self) -> dict[str, Any]:
        """Return the tokenizer, as JSON."""
        return {"tokens": self.tokens, "vocabulary": self.model}


def _package() -> Any:
    try:
        return importlib.import_module("tokenizers")
    except ImportError as error:
        raise UserError("pieces of words need a package: pip install 'zerosum[bpe]', or use words or bytes") from error
