"""Lines of text files, whatever is in them."""

import codecs
from dataclasses import dataclass
from pathlib import Path

from zerosum.data.dataset import Problem
from zerosum.data.files import FILE_LIMIT
from zerosum.errors import UserError

LONGEST = 10_000
"""Characters of a sentence; a longer line is none."""
BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


@dataclass(frozen=True)
class Line:
    """A line, or a cell of a table.

    Args:
        text: what it says.
        place: where it stands, "FILE:ROW" with rows from 1.
        label: the name of its class, "" where it has none.
    """

    text: str
    place: str
    label: str = ""


def read_lines(path: Path, label: str = "") -> tuple[list[Line], list[Problem]]:
    """Return all lines of a file of text, empty ones too, and those that cannot be read with the reason.

    Raises:
        UserError: it is empty, too large or no text; names file and row.
    """
    content = _content(path)
    encoding = next((name for bom, name in BOMS if content.startswith(bom)), "utf-8")
    if encoding != "utf-16" and b"\0" in content:
        row = content[: content.index(b"\0")].count(b"\n") + 1
        raise UserError(f"{path.name}:{row} holds a zero byte, so the file is no text: give a file of UTF-8 text")
    texts = _texts(content, encoding)
    places = [f"{path.name}:{row}" for row in range(1, len(texts) + 1)]
    bad = [place for text, place in zip(texts, places, strict=True) if text is None]
    if 2 * len(bad) > len(texts):
        raise UserError(f"{bad[0]} is no UTF-8 text, as {len(bad):,} of {len(texts):,} lines: save the file as UTF-8")
    lines = [Line(text, place, label) for text, place in zip(texts, places, strict=True) if text is not None]
    return lines, [(place, "no UTF-8 text") for place in bad]


def sentences(lines: list[Line]) -> tuple[list[Line], list[Problem]]:
    """Return the lines that may be sentences, without the empty ones, and those that are too long for it."""
    long = [(line.place, f"{len(line.text):,} characters in one line") for line in lines if len(line.text) > LONGEST]
    return [line for line in lines if line.text.strip() and len(line.text) <= LONGEST], long


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > FILE_LIMIT:
            raise UserError(f"{path} is larger than {FILE_LIMIT >> 30} GiB: give a part of it")
        content = path.read_bytes()
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror or error}") from error
    if not content.strip():
        raise UserError(f"{path} is empty: give a file with a sentence a line, or running text")
    return content


def _texts(content: bytes, encoding: str) -> list[str | None]:
    """Return the lines, None for those in another encoding; a carriage return at an end is none of theirs."""
    try:
        texts: list[str | None] = [line.removesuffix("\r") for line in content.decode(encoding).split("\n")]
    except UnicodeDecodeError:
        texts = [_decoded(line.removesuffix(b"\r")) for line in content.split(b"\n")]
    return texts[:-1] if texts[-1] == "" else texts


def _decoded(line: bytes) -> str | None:
    try:
        return line.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
