"""`load` and `scan`: data of any kind, read by the kind that claims them."""

from typing import Any

from zerosum.data.check import check
from zerosum.data.dataset import Dataset
from zerosum.data.load import load as load_built_in
from zerosum.kinds.kind import Kind
from zerosum.kinds.table import KINDS, every


def claimant(source: str) -> Kind | None:
    """Return the kind that claims `source`, None where none does; kinds of installed packages are asked first."""
    return next((kind for kind in every() if kind.reading.claims(source)), None)


def scan(source: str, **form: Any) -> Any:
    """Return what `zerosum data check` says of `source`: see `kinds.kind.Reading.scan`; errors as `load`."""
    kind = claimant(source)
    return check(source, **form) if kind is None or kind.name in KINDS else kind.reading.scan(source, **form)


def load(source: str, *, split: str = "train", **form: Any) -> Dataset:
    """Return a split of `source`, read by the kind that claims it; `form` as `zerosum.data.load.load` has it.

    Raises:
        UserError: no kind claims it, or it cannot be read; says what to do.
    """
    kind = claimant(source)
    if kind is None or kind.name in KINDS:
        return load_built_in(source, split=split, **form)
    return kind.reading.dataset(source, split=split, **form)
