"""Data by the names of somebody's own code: passed in Python, of an installed package, or "package.module:name"."""

import functools
from pathlib import Path
from typing import Any

from zerosum.core.registry import Registry, is_dotted
from zerosum.data.dataset import Dataset, Resident
from zerosum.data.names import KNOWN, SPLITS, TOYS
from zerosum.errors import UserError, ZerosumError

PASSED = "python:"
"""How the source of data begins that were passed in Python; the name of their class follows."""
REGISTRY = Registry(
    "data set",
    "zerosum.datasets",
    KNOWN | TOYS,
    lambda thing: "" if callable(thing) else "name a function that takes a split, train or test, and returns its data",
)
_passed: dict[str, Any] = {}


def hand_over(data: Any) -> str:
    """Return the source by which data that were passed in Python are found in this process.

    Args:
        data: a path or name, which is returned as text; else see `data.items.Given`.

    Raises:
        UserError: they cannot be read.
    """
    if isinstance(data, str | Path):
        return str(data)
    from zerosum.data.items import Given

    kind = type(data["train"] if isinstance(data, dict) and "train" in data else data)
    source = f"{PASSED}{kind.__module__}.{kind.__qualname__}"
    _passed[source] = data if _has_columns(data) else Given(data, kind.__name__)
    return source


def _has_columns(data: Any) -> bool:
    """Whether data are a frame, which the kind of tables reads, or frames by split."""
    return hasattr(data["train"] if isinstance(data, dict) and "train" in data else data, "columns")


def passed(source: str) -> Any:
    """Return data that were passed in Python, as they are kept: a frame, or `data.items.Given` of all others.

    Raises:
        UserError: they were passed in another process.
    """
    if source not in _passed:
        name = source.removeprefix(PASSED)
        raise UserError(f"the data are a {name} that was passed in Python: pass it again, with data= in Python")
    return _passed[source]


def is_passed(source: str) -> bool:
    """Whether a source names data that were passed in Python: no other process can read them."""
    return source.startswith(PASSED)


def is_own(source: str) -> bool:
    """Whether a source names data of somebody's own code, and no path."""
    return is_passed(source) or is_dotted(source) or any(each.name == source for each in REGISTRY.plugins())


def load(source: str, split: str, **form: Any) -> Dataset:
    """Return a split of data for which `is_own` holds.

    Raises:
        UserError: they were passed in another process, or their code is not trusted, is broken or returns no data.
    """
    if not is_passed(source):
        return _called(source, split, form)
    resident: Resident = passed(source).load(split, **form)
    return resident


def _called(source: str, split: str, form: dict[str, Any]) -> Dataset:
    function = REGISTRY.load(source)
    both = _both(source, function)
    if isinstance(both, dict):
        dataset: Dataset = both[split]
        return dataset
    resident: Resident = both.load(split, **form)
    return resident


@functools.cache
def _both(source: str, function: Any) -> Any:
    """Return both splits that a function makes: data sets of zerosum's by split, or `items.Given` of all others."""
    from zerosum.data.items import Given

    try:
        splits = {split: function(split) for split in SPLITS}
    except ZerosumError:
        raise
    except Exception as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise UserError(f"the data set {source} cannot be read: {reason}") from error
    return splits if isinstance(splits["train"], Dataset) else Given(splits, source.rpartition(":")[2])
