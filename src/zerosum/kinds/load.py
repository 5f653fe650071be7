"""`load` and `scan`: data of any kind, read by the kind that claims them."""

from typing import Any

from zerosum.data.dataset import Dataset
from zerosum.data.names import KNOWN, TOYS
from zerosum.kinds.kind import Kind
from zerosum.kinds.table import KINDS, every, named

UNCLAIMED = "image"
"""The kind that reads what none claims: it says what is wrong with it."""


def claimant(source: str, **form: Any) -> Kind:
    """Return the kind that claims `source` in a form.

    Kinds of installed packages are asked first, but not of zerosum's own names: those need none of them imported.
    """
    kinds = map(named, KINDS) if source in KNOWN or source in TOYS else every()
    return next((kind for kind in kinds if kind.reading.claims(source, **form)), named(UNCLAIMED))


def scan(source: str, **form: Any) -> Any:
    """Return what `zerosum data check` says of `source`: see `kinds.kind.Reading.scan`; errors as `load`."""
    return claimant(source, **form).reading.scan(source, **form)


def load(source: str, *, split: str = "train", **form: Any) -> Dataset:
    """Return a split of `source`, read by the kind that claims it; `form` as `zerosum.data.load.load` has it.

    Raises:
        UserError: it cannot be read; says what to do.
    """
    return claimant(source, **form).reading.dataset(source, split=split, **form)
