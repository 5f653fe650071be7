"""From lines to the sentences, or the running text, of each split."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from zerosum.data.dataset import Problem
from zerosum.data.layout import HELD_OUT, held_out
from zerosum.errors import UserError
from zerosum.kinds.text.lines import Line, sentences
from zerosum.kinds.text.sources import Source

Layout = Literal["line", "window"]
BLANKS = 0.02
"""Share of empty lines, between paragraphs, from which text is running text."""


@dataclass(frozen=True)
class Corpus:
    """The text of a source.

    Attributes:
        name: what to call it.
        running: whether it is running text rather than a sentence a line.
        texts: of each split the sentences, or one running text.
        labels: of each split the class of each sentence, by its name; {} where there are none.
        problems: what was left out.
        notes: what was decided, and why.
    """

    name: str
    running: bool
    texts: dict[str, list[str]]
    labels: dict[str, list[str]] = field(default_factory=dict)
    problems: Sequence[Problem] = ()
    notes: Sequence[str] = ()


def corpus_of(source: Source, layout: Layout | None = None) -> Corpus:
    """Return the text of a source, as sentences a line or as running text; `layout` None: what it looks like.

    Raises:
        UserError: too little text; names file and row.
    """
    running = layout == "window" if layout else not source.cells and looks_running(source.lines["train"])
    told = "as asked" if layout else "as empty lines part it" if running else "as it looks"
    note = f"running text, cut into windows, {told}" if running else f"a sentence a line, {told}"
    return _running(source, note) if running else _lines(source, note)


def looks_running(lines: Sequence[Line]) -> bool:
    """Return whether lines are those of running text: paragraphs with empty lines between them."""
    empty = sum(not line.text.strip() for line in lines)
    return len(lines) > 1 and empty > BLANKS * len(lines)


def _lines(source: Source, note: str) -> Corpus:
    parts = {split: sentences(lines) for split, lines in source.lines.items()}
    long = [problem for _, problems in parts.values() for problem in problems]
    good = {split: lines for split, (lines, _) in parts.items()}
    if not good["train"]:
        place, reason = long[0] if long else (source.name, "no sentence at all")
        raise UserError(f"{place}: {reason}, and no other: give --sentences window where it is running text")
    if len(good["train"]) == 1:
        raise UserError(f"{good['train'][0].place} is the only sentence: two or more are needed, each on its own line")
    both = good if good.get("test") else _parted(good["train"])
    rule = source.told or f"{len(both['test']):,} sentences held out by the hash of what they say"
    texts = {split: [line.text for line in lines] for split, lines in both.items()}
    labels = {split: [line.label for line in lines] for split, lines in both.items()}
    labels = labels if any(labels["train"]) else {}
    problems = [*source.problems, *long]
    return Corpus(source.name, False, texts, labels, problems, (note, f"test split: {rule}"))


def _parted(lines: Sequence[Line]) -> dict[str, list[Line]]:
    """Return both splits: the tenth of the different sentences whose hash is lowest is held out."""
    held = set(held_out(sorted({line.text for line in lines})))
    parts: dict[str, list[Line]] = {"train": [], "test": []}
    for line in lines:
        parts["test" if line.text in held else "train"].append(line)
    return parts if held else {"train": list(lines), "test": list(lines)}


def _running(source: Source, note: str) -> Corpus:
    texts = {split: "\n".join(line.text for line in lines) for split, lines in source.lines.items()}
    rule = source.told or "the last tenth of the text"
    if "test" not in texts:
        at = round(len(texts["train"]) * (1 - HELD_OUT))
        texts = {"train": texts["train"][:at], "test": texts["train"][at:]}
    parts = {split: [text] for split, text in texts.items()}
    return Corpus(source.name, True, parts, {}, source.problems, (note, f"test split: {rule}"))
