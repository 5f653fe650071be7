"""Text out of files and folders."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from zerosum.data.files import EXTENSIONS
from zerosum.data.load import existing
from zerosum.errors import UserError, suggest
from zerosum.kinds.kind import Reading
from zerosum.kinds.text.cells import TEXT, wanted
from zerosum.kinds.text.corpus import Layout, corpus_of
from zerosum.kinds.text.encoded import Encoded, Tokens
from zerosum.kinds.text.scan import TextScan
from zerosum.kinds.text.sources import read_source
from zerosum.kinds.text.text_set import TextSet

ALWAYS, WITH_A_COLUMN = (".txt", ".jsonl"), (".csv", ".tsv")
CHOICES = {"tokens": ("word", "byte", "bpe"), "sentences": ("line", "window")}


class Reads(Reading):
    """See `Reading`."""

    takes = ("column", "tokens", "length", "sentences")

    def claims(self, source: str, **form: Any) -> bool:
        """Claim .txt and .jsonl, tables of which a column is said to be text, and folders of .txt without images."""
        path = Path(source).expanduser()
        if path.is_dir():
            return _is_text_folder(path)
        as_text = any(word.endswith(f"={TEXT}") for word in form.get("column") or ())
        return path.suffix.lower() in ALWAYS or (path.suffix.lower() in WITH_A_COLUMN and as_text)

    def scan(self, source: str, **form: Any) -> TextScan:
        """Return what `zerosum data check` says."""
        encoded = self._encoded(source, **form)
        counts = {split: len(encoded.dataset(split)) for split in encoded.corpus.texts}
        corpus = encoded.corpus
        return TextScan(source, corpus.name, encoded.spec, counts, corpus.problems, (*corpus.notes, *encoded.notes))

    def dataset(self, source: str, *, split: str = "train", **form: Any) -> TextSet:
        """Read a split."""
        return self._encoded(source, **form).dataset(split)

    def _encoded(
        self,
        source: str,
        *,
        column: Sequence[str] = (),
        tokens: Tokens | None = None,
        length: int | None = None,
        sentences: Layout | None = None,
        strict: bool = False,
        **form: Any,
    ) -> Encoded:
        _check(tokens, length, sentences)
        corpus = corpus_of(read_source(existing(source), wanted(column)), sentences)
        if strict and corpus.problems:
            place, reason = corpus.problems[0]
            raise UserError(f"{place}: {reason}; mend it, or leave out --strict")
        return Encoded(corpus, tokens, length)


def _check(tokens: str | None, length: int | None, sentences: str | None) -> None:
    for name, value in (("tokens", tokens), ("sentences", sentences)):
        if value is not None and value not in CHOICES[name]:
            raise UserError(f"{name} is '{value}'{suggest(value, CHOICES[name])}: use {', '.join(CHOICES[name])}")
    if length is not None and length < 2:
        raise UserError(f"length is {length}: use 2 tokens or more")


def _is_text_folder(folder: Path) -> bool:
    """Return whether there are .txt files in a folder, and no images: those may have captions beside them."""
    found = False
    for path in folder.rglob("*"):
        suffix = path.suffix.lower()
        if suffix in EXTENSIONS:
            return False
        found = found or suffix == ".txt"
    return found
