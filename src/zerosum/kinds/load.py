"""`load` and `scan`: data of any kind, read by the kind that claims them."""

from typing import Any

from zerosum.data.dataset import Dataset
from zerosum.data.names import KNOWN, TOYS
from zerosum.data.own import check_sound, is_own
from zerosum.kinds.kind import Kind, Scan
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
    if is_own(source) and (train := load(source, **form)).spec.kind not in KINDS:
        return _scan_own(source, train, load(source, split="test", **form))
    return claimant(source, **form).reading.scan(source, **form)


def load(source: str, *, split: str = "train", **form: Any) -> Dataset:
    """Return a split of `source`, read by the kind that claims it; `form` as `zerosum.data.load.load` has it.

    Raises:
        UserError: it cannot be read; says what to do.
    """
    return claimant(source, **form).reading.dataset(source, split=split, **form)


def _scan_own(source: str, train: Dataset, test: Dataset) -> Scan:
    """Return what there is to say of a data set of somebody's own code whose kind a package adds."""
    for dataset in (train, test):
        check_sound(dataset)
    counts = {dataset.split: len(dataset) for dataset in (train, test)}
    return Scan(source, train.name, train.spec, counts, [*train.problems, *test.problems])
