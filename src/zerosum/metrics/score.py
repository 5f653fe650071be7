"""A number with all that is needed to compare it."""

from dataclasses import MISSING, Field, asdict, dataclass, field, replace
from typing import Any, Literal

from zerosum.errors import UserError
from zerosum.metrics.inception import title_of

# Protocol fields that may differ between comparable scores: noise or a property of the model, not of the measurement.
NOT_COMPARED = frozenset({"seed", "repeats", "labels", "samples", "samples_fingerprint", "zerosum"})

Better = Literal["lower", "higher", "closer to real"]
"""Which way is better: up, down, or towards the score of real data."""


@dataclass(frozen=True)
class Score:
    """The value of one metric, its noise, what real data get, and how it was measured."""

    metric: str
    value: float
    """With `repeats`, the mean over them."""
    error: float | None
    """Standard error of `value`: from the repeats where there are several, else the metric's own estimate, if any."""
    floor: float | None
    """The same metric on held-out real data in place of fakes: what a perfect generator would get."""
    better: Better
    protocol: dict[str, Any] = field(default_factory=dict)
    repeats: int = 1
    """How many sets of samples were scored, from as many seeds."""
    spread: float | None = None
    """Standard deviation of the scores over the seeds, None for one seed."""
    rival: str | None = None
    """Of a translator: the best of some guesses that take no learning, by name; None where there are none."""
    rival_value: float | None = None
    """What that guess gets."""

    @property
    def title(self) -> str:
        """The name to show: FID and KID in the features that these are defined with, else the metric's own."""
        return title_of(self.metric, self.protocol)

    @property
    def loses(self) -> bool:
        """Whether a simple rival gets a better value."""
        return self.rival_value is not None and _badness(replace(self, value=self.rival_value)) < _badness(self)

    def to_dict(self) -> dict[str, Any]:
        """Return the score as a dict of JSON values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, content: dict[str, Any]) -> "Score":
        """Return the score that `to_dict` made `content` from; other keys (a log's `step`) are ignored.

        Raises:
            UserError: a field is missing.
        """
        fields = cls.__dataclass_fields__
        missing = [name for name, entry in fields.items() if name not in content and _needed(entry)]
        if missing:
            raise UserError(f"a score without {', '.join(missing)} cannot be read; evaluate again to write a whole one")
        return cls(**{name: content[name] for name in fields if name in content})


def _needed(entry: Field[Any]) -> bool:
    return entry.default is MISSING


def compare(a: Score, b: Score) -> float:
    """Return by how much `a` is better than `b` in the metric's own units; negative where it is worse.

    Raises:
        UserError: the metrics or protocols differ, in which case the difference of the numbers means nothing. Seed,
            repeats, labels and version of zerosum may differ; a change of meaning has its own field, `revision`.
    """
    if a.metric != b.metric:
        raise UserError(f"cannot compare {a.metric} with {b.metric}; evaluate both with the same metric")
    keys = sorted((a.protocol.keys() | b.protocol.keys()) - NOT_COMPARED)
    differing = [key for key in keys if a.protocol.get(key) != b.protocol.get(key)]
    if differing:
        differences = "; ".join(f"{key}: {a.protocol.get(key)!r} against {b.protocol.get(key)!r}" for key in differing)
        raise UserError(f"these {a.metric} scores have unlike protocols ({differences}); evaluate both the same way")
    return _badness(b) - _badness(a)


def _badness(score: Score) -> float:
    if score.better == "closer to real":
        if score.floor is None:
            raise UserError(f"this {score.metric} score lacks that of real data; evaluate again to compare it")
        return abs(score.value - score.floor)
    return score.value if score.better == "lower" else -score.value
