"""What a `.names` file of C4.5 beside a table tells of columns that have no header."""

import re
from pathlib import Path

CLASS = "class"
"""What C4.5 calls the last column, which the file gives no name."""
LINE = re.compile(r"\s*([^:|]+?)\s*:\s*(.+?)\s*\.?\s*$")
SPLIT = re.compile(r"[-_.](train|test|data)$", re.IGNORECASE)


def described_columns(path: Path, width: int) -> list[str] | None:
    """Return the names of `width` columns, or None where no file beside `path` tells so many.

    The file is called as the table is, or as it is without "-train": `adult.names` beside `adult-train.csv`.
    """
    for stem in dict.fromkeys((path.stem, SPLIT.sub("", path.stem))):
        file = path.with_name(f"{stem}.names")
        if file.is_file():
            names = _names(file.read_text(encoding="utf-8", errors="replace"))
            if len(names) in (width - 1, width):
                return names + [CLASS] * (width - len(names))
    return None


def _names(text: str) -> list[str]:
    lines = (line.partition("|")[0] for line in text.splitlines())
    return [match.group(1) for line in lines if (match := LINE.match(line))]
