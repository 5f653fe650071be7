"""Data by the names of somebody's own code: passed in Python, of an installed package, or "package.module:name"."""

import functools
from pathlib import Path
from typing import Any

import torch

from zerosum.core.registry import Registry, is_dotted
from zerosum.data.dataset import Dataset, Resident
from zerosum.data.names import KNOWN, SPLITS, TOYS
from zerosum.data.ranges import Levels, Range
from zerosum.errors import UserError, ZerosumError

PASSED = "python:"
"""How the source of data begins that were passed in Python; the name of their class follows."""
REGISTRY = Registry(
    "data set",
    "zerosum.datasets",
    KNOWN | TOYS,
    lambda thing: "" if callable(thing) else "name a function that takes a split, train or test, and returns its data",
)
CHUNK = 1000
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
    both = _splits(source)
    if not isinstance(both, dict):
        resident: Resident = both.load(split, **form)
        return resident
    if any(form.get(name) is not None for name in ("size", "channels", "value_range")):
        raise UserError(f"{source} brings its samples to a form itself: leave out size, channels and range")
    dataset: Dataset = both[split]
    return dataset


def levels(source: str, within: Range | None) -> Levels | None:
    """Return which values of images become black and white; None of points, and of data sets of zerosum's own form."""
    both = _splits(source)
    array_levels: Levels | None = None if isinstance(both, dict) else both.levels(within)
    return array_levels


def check_sound(dataset: Dataset) -> None:
    """Raise UserError where samples of a data set of somebody's own code cannot be read, or are not what it says."""
    for indices in torch.split(torch.arange(len(dataset)), CHUNK):
        rows = f"samples {int(indices[0])} to {int(indices[-1])} of {dataset.name} ({dataset.split})"
        try:
            samples = dataset.batch(indices)["real"]
        except Exception as error:
            raise UserError(f"{rows} cannot be read: {_reason(error)}") from error
        if (shape := tuple(samples.shape[1:])) != dataset.shape:
            raise UserError(f"{rows} are {list(shape)}, and the data set says {list(dataset.shape)}: make them alike")
        if not torch.isfinite(samples).all():
            raise UserError(f"{rows} hold values that are NaN or infinite: leave these samples out")


def _splits(source: str) -> Any:
    """Return both splits: data sets of zerosum's by split, or `items.Given` of all others; errors as `load`."""
    if not is_passed(source):
        return _both(source, REGISTRY.load(source))
    return passed(source)


@functools.cache
def _both(source: str, function: Any) -> Any:
    """Return both splits that a function makes, as `_splits` does."""
    from zerosum.data.items import Given

    try:
        splits = {split: function(split) for split in SPLITS}
    except ZerosumError:
        raise
    except Exception as error:
        raise UserError(f"the data set {source} cannot be read: {_reason(error)}") from error
    return splits if isinstance(splits["train"], Dataset) else Given(splits, source.rpartition(":")[2])


def _reason(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
