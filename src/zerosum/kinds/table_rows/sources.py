"""Where tables are: files by their endings, the test split beside one, frames that were passed in Python."""

import re
from collections.abc import Sequence
from pathlib import Path

from zerosum.data.own import is_passed, passed
from zerosum.kinds.table_rows import delimited, parquet
from zerosum.kinds.table_rows.frames import is_frame
from zerosum.kinds.table_rows.sheet import Sheet

TRAIN = re.compile(r"([-_.])train$", re.IGNORECASE)


def is_table(source: str) -> bool:
    """Return whether a source is a file of a table by its ending, or a frame that was passed."""
    if is_passed(source):
        data = passed(source)
        return is_frame(data["train"] if isinstance(data, dict) else data)
    path = Path(source).expanduser()
    return path.suffix.lower() in (*delimited.ENDINGS, parquet.ENDING) and path.is_file()


def name_of(path: Path) -> str:
    """Return what to call the table of a file: "adult" of "adult-train.csv"."""
    return TRAIN.sub("", path.stem)


def beside(path: Path) -> Path | None:
    """Return the file of the test split: "adult-test.csv" beside "adult-train.csv" or "adult.csv"; None without one."""
    if path.stem.lower() == "train":
        stems = ["test"]
    elif TRAIN.search(path.stem):
        stems = [TRAIN.sub(r"\1test", path.stem)]
    else:
        stems = [f"{path.stem}{sign}test" for sign in "-_."]
    files = (path.with_name(stem + path.suffix) for stem in stems)
    return next((file for file in files if file.is_file()), None)


def read_sheet(path: Path, *, names: Sequence[str] | None = None, strict: bool = False) -> Sheet:
    """Return the sheet of a file; `names` and errors as `delimited.read_delimited` has them."""
    if path.suffix.lower() == parquet.ENDING:
        return parquet.read_parquet(path)
    return delimited.read_delimited(path, names=None if names is None else list(names), strict=strict)
