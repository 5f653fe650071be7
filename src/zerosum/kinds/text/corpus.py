"""From files to the sentences, or the running text, of each split."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from zerosum.data.dataset import Problem
from zerosum.data.layout import HELD_OUT, held_out
from zerosum.data.split_words import marks
from zerosum.errors import UserError
from zerosum.kinds.text.lines import Line, read_lines, sentences

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


def read_file(path: Path, layout: str | None = None) -> Corpus:
    """Return the text of a file, and of the file of its test split where one lies beside it.

    Args:
        path: of the file.
        layout: "line" or "window"; None: what the file looks like.

    Raises:
        UserError: no text, or too little of it; names file and row.
    """
    lines, problems = read_lines(path)
    running = looks_running(lines) if layout is None else layout == "window"
    told = "as asked" if layout else "as empty lines part it" if running else "as it looks"
    notes = [f"running text, cut into windows, {told}" if running else f"a sentence a line, {told}"]
    other = beside(path)
    if running:
        return _running(path, lines, other, problems, notes)
    good, long = sentences(lines)
    if not good and long:
        raise UserError(f"{long[0][0]}: {long[0][1]}, and no other: use --sentences window where it is running text")
    held, more = ([], []) if other is None else _sentences(other)
    texts = _parted([line.text for line in good], [line.text for line in held])
    if len(texts["train"]) < 2:
        raise UserError(f"{path} holds 1 sentence: a text of two or more is needed, each on a line of its own")
    notes.append(_rule(texts, other))
    return Corpus(path.stem, False, texts, problems=[*problems, *long, *more], notes=notes)


def looks_running(lines: Sequence[Line]) -> bool:
    """Return whether lines are those of running text: paragraphs with empty lines between them."""
    empty = sum(not line.text.strip() for line in lines)
    return len(lines) > 1 and empty > BLANKS * len(lines)


def beside(path: Path) -> Path | None:
    """Return the file of the test split that lies beside a file, "coco-test.txt" or "test.txt"; None without one."""
    if _tested(path.stem) is not None:
        return None
    others = [file for file in sorted(path.parent.glob(f"*{path.suffix}")) if file != path and file.is_file()]
    stems = {file.stem.lower() for file in others}
    fitting = [(rest, file) for file in others if (rest := _tested(file.stem)) is not None]
    mine = [file for rest, file in fitting if rest.lower() in path.stem.lower() and rest.lower() not in stems]
    called = [file for file in mine if "test" in file.stem.lower()] or mine
    return called[0] if len(called) == 1 else None


def _tested(stem: str) -> str | None:
    """Return what else the name of a test split says, "" where it says nothing else; None of other names."""
    return next((rest for split, rest in sorted(marks(stem)) if split == "test"), None)


def _sentences(path: Path) -> tuple[list[Line], list[Problem]]:
    lines, problems = read_lines(path)
    good, long = sentences(lines)
    return good, [*problems, *long]


def _parted(train: list[str], test: list[str]) -> dict[str, list[str]]:
    """Return both splits; without a test split, the tenth of the different sentences whose hash is lowest."""
    if test:
        return {"train": train, "test": test}
    held = set(held_out(sorted(set(train))))
    parts = {"train": [text for text in train if text not in held], "test": [text for text in train if text in held]}
    return parts if held else {"train": train, "test": train}


def _rule(texts: dict[str, list[str]], other: Path | None) -> str:
    if other is not None:
        return f"test split: {other.name}"
    return f"test split: {len(texts['test']):,} sentences held out by the hash of what they say"


def _running(
    path: Path, lines: Sequence[Line], other: Path | None, problems: list[Problem], notes: list[str]
) -> Corpus:
    text = "\n".join(line.text for line in lines)
    if other is None:
        at = round(len(text) * (1 - HELD_OUT))
        held, text, rule = text[at:], text[:at], "the last tenth of the text"
    else:
        rest, more = read_lines(other)
        held, rule, problems = "\n".join(line.text for line in rest), other.name, [*problems, *more]
    notes = [*notes, f"test split: {rule}"]
    return Corpus(path.stem, True, {"train": [text], "test": [held]}, problems=problems, notes=notes)
