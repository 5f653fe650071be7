"""What came of one entrant with one seed, and how they stand against each other."""

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from zerosum.racing.significance import Difference, differences

Status = Literal["done", "stopped", "diverged", "failed"]
MAIN = "fd"
"""The score that decides: the one with a meaning for every kind of data."""


@dataclass(frozen=True)
class Moment:
    """A quick score on the way: after `share` of the budget, which was so many images and seconds.

    Its floor is that of as few samples, and so above that of the final scores.
    """

    share: float
    images: int
    seconds: float
    cpu_seconds: float
    fd: float
    floor: float | None = None


@dataclass(frozen=True)
class Entry:
    """One entrant with one seed.

    Attributes:
        name: of the entrant.
        seed: of its run, which is in the folder <name>-<seed>.
        settings: overrides that it played with.
        own: those of them that were given to it alone.
        status: "done"; "stopped" half-way by the user; "diverged", which is its result; or "failed".
        why: what went wrong, where something did.
        labels: whether its generator is told labels.
        trained: rounds, images, seconds and cpu_seconds of training.
        scores: by metric, each with value, error, floor, better and protocol.
        curve: quick scores on the way.
    """

    name: str
    seed: int
    settings: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    status: Status = "stopped"
    why: str = ""
    labels: bool = False
    trained: dict[str, float] = field(default_factory=dict)
    scores: dict[str, dict[str, Any]] = field(default_factory=dict)
    curve: tuple[Moment, ...] = ()

    @property
    def folder(self) -> str:
        """The name of its run folder."""
        return f"{self.name}-{self.seed}"

    @property
    def final(self) -> bool:
        """Whether playing it again would change nothing."""
        return self.status in ("done", "diverged")

    def value(self, metric: str) -> float | None:
        """Return a final score, or None where it was not taken."""
        score = self.scores.get(metric)
        return None if score is None else float(score["value"])

    def to_dict(self) -> dict[str, Any]:
        """Return the entry as a dict of JSON values."""
        lists = {"settings": list(self.settings), "own": list(self.own)}
        return {**asdict(self), **lists, "curve": [asdict(moment) for moment in self.curve]}

    @classmethod
    def from_dict(cls, content: dict[str, Any]) -> "Entry":
        """Return the entry that `to_dict` made `content` from."""
        curve = tuple(Moment(**moment) for moment in content["curve"])
        settings = {name: tuple(content[name]) for name in ("settings", "own")}
        return cls(**{**content, **settings, "curve": curve})


@dataclass(frozen=True)
class Row:
    """How one entrant did over its seeds."""

    name: str
    entries: tuple[Entry, ...]

    @property
    def finished(self) -> list[Entry]:
        """The seeds that came to their end."""
        return [entry for entry in self.entries if entry.status == "done"]

    def values(self, metric: str = MAIN) -> list[float]:
        """Return a score of every seed that has it."""
        scores = (entry.value(metric) for entry in self.finished)
        return [value for value in scores if value is not None]

    def median(self, metric: str = MAIN) -> float | None:
        """Return the median of a score over the seeds, or None where there is none."""
        values = self.values(metric)
        return statistics.median(values) if values else None

    def trained(self, what: str) -> float | None:
        """Return the median of rounds, images, seconds or cpu_seconds."""
        values = [entry.trained[what] for entry in self.finished if what in entry.trained]
        return statistics.median(values) if values else None


@dataclass(frozen=True)
class Standing:
    """The order of a race and which differences in it are real.

    Attributes:
        rows: by median score, the best first; those without one last.
        pairs: every two entrants with seeds enough, compared.
    """

    rows: tuple[Row, ...]
    pairs: tuple[Difference, ...]

    def pair(self, a: str, b: str) -> Difference | None:
        """Return the comparison of two entrants, where there is one."""
        return next((pair for pair in self.pairs if {pair.better, pair.worse} == {a, b}), None)

    def beaten_by(self, name: str) -> list[str]:
        """Return the entrants that are really worse than this one, in order."""
        worse = {pair.worse for pair in self.pairs if pair.real and pair.better == name}
        return [row.name for row in self.rows if row.name in worse]

    @property
    def leaders(self) -> list[str]:
        """The first and all that are not shown to be worse than it; empty where nothing could be tested."""
        tested = {name for pair in self.pairs for name in (pair.better, pair.worse)}
        order = [row.name for row in self.rows if row.name in tested]
        return [name for name in order if name not in self.beaten_by(order[0])]


def standing(names: Sequence[str], entries: Sequence[Entry]) -> Standing:
    """Put entrants in order by the median of their main score, lower being better."""
    rows = [Row(name, tuple(entry for entry in entries if entry.name == name)) for name in names]
    rows.sort(key=lambda row: (row.median() is None, row.median() or 0.0))
    groups = {row.name: values for row in rows if (values := row.values())}
    return Standing(tuple(rows), tuple(differences(groups)))


def floor_of(entries: Sequence[Entry], metric: str = MAIN) -> float | None:
    """Return what real data reach."""
    floors = (entry.scores[metric]["floor"] for entry in entries if metric in entry.scores)
    return next((float(floor) for floor in floors if floor is not None), None)
