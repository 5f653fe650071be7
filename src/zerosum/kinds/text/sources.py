"""What a user names, read into lines by split: a file of text or of cells, or a folder of text files."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from zerosum.data.dataset import Problem
from zerosum.data.split_words import marks, split_of
from zerosum.errors import UserError
from zerosum.kinds.text.cells import Wanted, read_cells
from zerosum.kinds.text.lines import Line, read_lines

CELLS = (".jsonl", ".csv", ".tsv")


@dataclass(frozen=True)
class Source:
    """The lines of what was named.

    Attributes:
        name: what to call it.
        lines: of each split; of "test" only where there is one.
        problems: what was left out.
        told: which files are the test split, in words; "" where none is.
        cells: whether they are cells, each a sentence.
    """

    name: str
    lines: dict[str, list[Line]]
    problems: Sequence[Problem]
    told: str = ""
    cells: bool = False


def read_source(path: Path, column: Wanted) -> Source:
    """Read a file, with the one of its test split where that lies beside it, or a folder.

    Raises:
        UserError: no text; names file and row.
    """
    cells = path.suffix.lower() in CELLS and not path.is_dir()
    if column != Wanted() and not cells:
        raise UserError(f"{path} has no columns: leave out --column")
    if path.is_dir():
        return _folder(path)
    read = (lambda file: read_cells(file, column)) if cells else read_lines
    lines, problems = read(path)
    other = beside(path)
    if other is None:
        return Source(path.stem, {"train": lines}, problems, cells=cells)
    held, more = read(other)
    return Source(path.stem, {"train": lines, "test": held}, [*problems, *more], other.name, cells)


def text_files(folder: Path) -> list[Path]:
    """Return the .txt files of a folder and its sub-folders, but for hidden ones, in order."""
    files = (path for path in sorted(folder.rglob("*.txt")) if path.is_file())
    return [path for path in files if not any(part.startswith(".") for part in path.relative_to(folder).parts)]


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


def _folder(folder: Path) -> Source:
    files = text_files(folder)
    if not files:
        raise UserError(f"{folder} holds no .txt file: give a folder of them, or a file")
    splits = {file: _split(file.relative_to(folder)) for file in files}
    labels = {file: _label(file.relative_to(folder)) for file in files}
    labelled = len(set(labels.values())) > 1
    lines, problems = dict[str, list[Line]](), list[Problem]()
    for file in files:
        good, bad = _lines(file, labels[file] if labelled else "")
        lines.setdefault(splits[file], []).extend(good)
        problems += bad
    if "train" not in lines:
        raise UserError(f"{folder} holds a test split alone: put the text to train on beside it")
    return Source(folder.name, lines, problems, "files and folders called so" if "test" in lines else "")


def _lines(file: Path, label: str) -> tuple[list[Line], list[Problem]]:
    """Return the lines of one file of several: of one that is no text the reason alone."""
    try:
        return read_lines(file, label)
    except UserError as error:
        return [], [(file.name, str(error))]


def _split(name: Path) -> str:
    test = any(split_of(part) == "test" for part in name.parts[:-1]) or _tested(name.stem) is not None
    return "test" if test else "train"


def _label(name: Path) -> str:
    """Return the first folder that is no split; "" where there is none."""
    return next((part for part in name.parts[:-1] if not split_of(part)), "")
