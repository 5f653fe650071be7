"""`load` and `scan`: data of any kind, read by the kind that claims them."""

from typing import Any

from zerosum.data.dataset import Dataset
from zerosum.data.names import KNOWN, TOYS
from zerosum.data.own import check_sound, is_own
from zerosum.errors import UserError
from zerosum.kinds.kind import Kind, Reading, Scan
from zerosum.kinds.table import KINDS, every, named

UNCLAIMED = "image"
"""The kind that reads what none claims: it says what is wrong with it."""


OWN = ("column", "encoding", "tokens", "length", "sentences")
"""Entries of a form that only some kinds know: see `kinds.kind.Reading.takes`."""
OPTIONS = ("column", "tokens", "length", "sentences")
"""Those of them that a user gives by an option of the same name."""


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
    reading, own = _read_by(source, form)
    return reading.scan(source, **own)


def load(source: str, *, split: str = "train", **form: Any) -> Dataset:
    """Return a split of `source`, read by the kind that claims it; `form` as `zerosum.data.load.load` has it.

    Raises:
        UserError: it cannot be read; says what to do.
    """
    reading, own = _read_by(source, form)
    return reading.dataset(source, split=split, **own)


def _read_by(source: str, form: dict[str, Any]) -> tuple[Reading, dict[str, Any]]:
    """Return what reads `source`, and the entries of the form that it knows."""
    kind = claimant(source, **form)
    for name in OPTIONS:
        if form.get(name) and name not in kind.reading.takes:
            raise UserError(f"{source} holds {kind.unit.many}, which have no --{name}: leave it out")
    unknown = set(OWN) - set(kind.reading.takes)
    return kind.reading, {name: value for name, value in form.items() if name not in unknown}


def _scan_own(source: str, train: Dataset, test: Dataset) -> Scan:
    """Return what there is to say of a data set of somebody's own code whose kind a package adds."""
    for dataset in (train, test):
        check_sound(dataset)
    counts = {dataset.split: len(dataset) for dataset in (train, test)}
    return Scan(source, train.name, train.spec, counts, [*train.problems, *test.problems])
