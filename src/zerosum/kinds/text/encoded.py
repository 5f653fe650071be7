"""From a corpus to tokens: the vocabulary, the length, and the data set of each split."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import torch

from zerosum.core.spec import Spec
from zerosum.core.tokens import UNKNOWN, packed
from zerosum.errors import UserError
from zerosum.kinds.text.corpus import Corpus
from zerosum.kinds.text.pieces import Pieces
from zerosum.kinds.text.text_set import Sentences, TextSet, Windows
from zerosum.kinds.text.vocabularies import Bytes, Words
from zerosum.kinds.text.vocabulary import Vocabulary

Tokens = Literal["word", "byte", "bpe"]
COVERED = 0.99
"""Share of the sentences that are not cut."""
MOST = 512
"""The most tokens of a sentence that is not asked for."""
WINDOWS = {"word": 32, "bpe": 32, "byte": 64}


@dataclass(frozen=True)
class Encoded:
    """A corpus as tokens.

    Args:
        corpus: the text.
        tokens: "word", "byte" or "bpe"; None: words of sentences, bytes of running text.
        wanted: tokens of a row; None: what 99 % of the sentences need with their ends, or 64 bytes, or 32 words.
    """

    corpus: Corpus
    tokens: Tokens | None = None
    wanted: int | None = None

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """What is known, from the training text alone."""
        tokens = self.tokens or ("byte" if self.corpus.running else "word")
        texts = self.corpus.texts["train"]
        if tokens == "bpe":
            return Pieces.of(texts)
        return Bytes() if tokens == "byte" else Words.of(texts)

    @cached_property
    def rows(self) -> dict[str, list[list[int]]]:
        """The tokens of each text."""
        return {split: [self.vocabulary.encode(text) for text in texts] for split, texts in self.corpus.texts.items()}

    @cached_property
    def length(self) -> int:
        """Tokens of a row, the end among them."""
        if self.wanted is not None:
            return self.wanted
        if self.corpus.running:
            return WINDOWS[self.vocabulary.tokens]
        counts = sorted(len(row) + 1 for row in self.rows["train"])
        return min(counts[int(COVERED * (len(counts) - 1))], MOST)

    @property
    def spec(self) -> Spec:
        """What the samples are."""
        cut = {"sentences": "window"} if self.corpus.running else {}
        return Spec("text", (self.length,), self.vocabulary.facts() | cut)

    def dataset(self, split: str) -> TextSet:
        """Return a split.

        Raises:
            UserError: running text that is shorter than one window.
        """
        corpus, rows = self.corpus, self.rows[split]
        about: dict[str, Any] = {
            "name": corpus.name,
            "split": split,
            "problems": corpus.problems,
            "notes": (*corpus.notes, *self.notes),
        }
        if corpus.running:
            (stream,) = rows
            if len(stream) < self.length:
                raise UserError(
                    f"{corpus.name}: the {split} split has {len(stream):,} {self.unit}, fewer than a window of "
                    f"{self.length}: use a smaller --length, or more text"
                )
            return Windows(torch.tensor(stream), self.spec, **about)
        labels = corpus.labels.get(split, [])
        classes = sorted(set(corpus.labels.get("train", [])))
        numbers = torch.tensor([classes.index(label) for label in labels]) if classes else None
        return Sentences(packed(rows, self.length), self.spec, labels=numbers, classes=classes, **about)

    @property
    def unit(self) -> str:
        """What tokens are called."""
        return {"word": "words", "byte": "bytes", "bpe": "pieces of words"}[self.vocabulary.tokens]

    @property
    def notes(self) -> Sequence[str]:
        """What was decided about tokens: the vocabulary, what is unknown, the length and what is cut."""
        return (
            f"tokens: {self.unit}, {self.vocabulary.size - 3:,} known; unknown: {self._unknown()}",
            f"length: {self.length} {self.unit}{self._cut()}",
        )

    def _unknown(self) -> str:
        shares = {split: _share(rows) for split, rows in self.rows.items()}
        told = ", ".join(f"{share:.2%} of {split}" for split, share in shares.items())
        return told if any(shares.values()) else "none"

    def _cut(self) -> str:
        if self.corpus.running:
            return " a window"
        rows = self.rows["train"]
        cut = sum(len(row) > self.length for row in rows)
        return f" with the end; {cut:,} of {len(rows):,} sentences are longer and are cut"


def _share(rows: Sequence[Sequence[int]]) -> float:
    counts = Counter(token == UNKNOWN for row in rows for token in row)
    return counts[True] / max(counts.total(), 1)
