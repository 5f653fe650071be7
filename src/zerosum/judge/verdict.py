"""Verdicts: the state a run is in, how sure that is, on what evidence, and what would help."""

import enum
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


class State(enum.StrEnum):
    """What can be the matter with a run.

    `HEALTHY` is said of samples that were looked at; `CLEAR` of a log alone, which knows less; `TOO_EARLY` where there
    is no illness but what every young run has.
    """

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
    POOR = "far from the data"
    TOO_EARLY = "too early"
    CLEAR = "no sign of illness"
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


WELL = frozenset({State.HEALTHY, State.CLEAR})
"""The states in which no illness was found where all was looked for that could be."""
GRAVE = frozenset({State.COLLAPSED, State.DIVERGING})
"""The states whose samples are of no use: the guard goes back from them, and a training that ends in one has failed."""
OPEN = frozenset({*WELL, State.TOO_EARLY, State.UNKNOWN})
"""The states that are no illness."""
