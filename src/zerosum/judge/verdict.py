"""Verdicts: the state a run is in, how sure that is, on what evidence, and what would help."""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from zerosum.recipe.schema import Recipe

EARLY = 0.1
"""The share of a run in which only divergence is looked for."""


class State(enum.StrEnum):
    """What can be the matter with a run."""

    HEALTHY = "healthy"
    COLLAPSED = "collapsed"
    PARTLY_COLLAPSED = "partly collapsed"
    DIVERGING = "diverging"
    OSCILLATING = "oscillating"
    LEARNT_PAIRS = "G overfits"
    OVERFITTING = "D overfits"
    MEMORISING = "memorising"
    STARVED = "G starved"
    NOT_LEARNING = "not learning"
    UNKNOWN = "not enough to say"


@dataclass(frozen=True)
class Evidence:
    """One number that a verdict rests on.

    Attributes:
        name: what was measured.
        value: the number.
        normal: the range of healthy runs, for people: "0.6 to 1.2", "above 0.5".
        says: one clause on what the number means here.
    """

    name: str
    value: float
    normal: str
    says: str


@dataclass(frozen=True)
class Remedy:
    """Something to try: exact words for `--set`, why they should help, and options of `zerosum train` beside them."""

    settings: tuple[str, ...]
    why: str
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """The state of a run, with its evidence and remedies.

    Attributes:
        state: what is the matter.
        confidence: 0 to 1.
        evidence: the numbers it rests on, the strongest first.
        remedies: what to try, the likeliest first.
        missing: names of the classes, modes or regions of the data that are not generated.
    """

    state: State
    confidence: float
    evidence: tuple[Evidence, ...] = ()
    remedies: tuple[Remedy, ...] = ()
    missing: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, as they stand in doctor.json."""
        return asdict(self) | {"state": self.state.value}

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> "Verdict":
        """Undo `to_dict`."""
        return cls(
            State(plain["state"]),
            float(plain["confidence"]),
            tuple(Evidence(**each) for each in plain["evidence"]),
            tuple(
                Remedy(tuple(each["settings"]), each["why"], tuple(each.get("options", ())))
                for each in plain["remedies"]
            ),
            tuple(plain.get("missing", ())),
        )


def watch(records: Sequence[Mapping[str, Any]], recipe: Recipe) -> Verdict:
    """Judge a run by its log alone: cheap enough for every few rounds of a training.

    Only divergence is looked for in the first tenth of a run, where samples are bad because they are young.

    Args:
        records: the lines of log.jsonl, in order.
        recipe: of the run.
    """
    from zerosum.judge.remedies import remedies
    from zerosum.judge.rules import diagnose
    from zerosum.judge.trends import progress, trends

    measured = trends(records, recipe)
    found = diagnose(measured, early=progress(records, recipe) < EARLY)
    return Verdict(found.state, found.confidence, found.evidence, remedies(found.state, recipe))
