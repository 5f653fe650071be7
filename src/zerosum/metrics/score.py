"""A number with all that is needed to compare it."""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from zerosum.errors import UserError

# Protocol fields that may differ between comparable scores: noise or a property of the model, not of the measurement.
NOT_COMPARED = frozenset({"seed", "labels", "zerosum"})

Better = Literal["lower", "higher"]


@dataclass(frozen=True)
class Score:
    """The value of one metric, its noise, what real data get, and how it was measured."""

    metric: str
    value: float
    error: float | None
    """Standard error of `value`, None where the metric has no estimate of it."""
    floor: float | None
    """The same metric on held-out real data in place of fakes: what a perfect generator would get."""
    better: Better
    protocol: dict[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the score as a dict of JSON values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, content: dict[str, Any]) -> "Score":
        """Return the score that `to_dict` made `content` from; other keys (a log's `step`) are ignored.

        Raises:
            UserError: a field is missing.
        """
        missing = [name for name in cls.__dataclass_fields__ if name not in content]
        if missing:
            raise UserError(f"a score without {', '.join(missing)} cannot be read; evaluate again to write a whole one")
        return cls(**{name: content[name] for name in cls.__dataclass_fields__})


def compare(a: Score, b: Score) -> float:
    """Return by how much `a` is better than `b` in the metric's own units; negative where it is worse.

    Raises:
        UserError: the metrics or protocols differ, in which case the difference of the numbers means nothing. Seed,
            labels and version of zerosum may differ; a change of meaning has its own field, `revision`.
    """
    if a.metric != b.metric:
        raise UserError(f"cannot compare {a.metric} with {b.metric}; evaluate both with the same metric")
    keys = sorted((a.protocol.keys() | b.protocol.keys()) - NOT_COMPARED)
    differing = [key for key in keys if a.protocol.get(key) != b.protocol.get(key)]
    if differing:
        said = "; ".join(f"{key}: {a.protocol.get(key)!r} against {b.protocol.get(key)!r}" for key in differing)
        raise UserError(f"these {a.metric} scores have unlike protocols ({said}); evaluate both the same way")
    return b.value - a.value if a.better == "lower" else a.value - b.value
