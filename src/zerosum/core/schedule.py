"""How far a run is, and the factor on all learning rates that follows from it."""

import math
from dataclasses import dataclass
from typing import Literal

ScheduleName = Literal["constant", "linear", "cosine", "exponential"]


@dataclass(frozen=True)
class Budget:
    """When a run ends: whichever is spent first.

    Args:
        steps: rounds in all.
        minutes: of training in all, without scoring and saving.
        cpu_minutes: the same in CPU time, which compares better between shared machines.
    """

    steps: int | None = None
    minutes: float | None = None
    cpu_minutes: float | None = None

    def spent(self, step: int, seconds: float, cpu_seconds: float) -> float:
        """Return the largest share that is spent, 0 where there is no budget; above 1 where it is overdrawn."""
        shares = [step / self.steps] if self.steps else []
        shares += [seconds / (60 * self.minutes)] if self.minutes else []
        shares += [cpu_seconds / (60 * self.cpu_minutes)] if self.cpu_minutes else []
        return max(shares, default=0.0)


@dataclass(frozen=True)
class Schedule:
    """The factor on every learning rate at a step.

    Args:
        name: `constant`: 1. `linear` and `cosine`: from 1 to `final`, over the part of the run after `start`.
            `exponential`: `final` is reached at the end by the same factor a round.
        final: the factor at the end, in (0, 1].
        start: share of the run after which the decay begins, in [0, 1).
        warmup: rounds over which the factor grows linearly from 0.
    """

    name: ScheduleName = "constant"
    final: float = 1.0
    start: float = 0.0
    warmup: int = 0

    def factor(self, step: int, progress: float) -> float:
        """Return the factor for round `step` (from 0) when `progress` (0 to 1) of the run is done."""
        t = min(max((progress - self.start) / (1 - self.start), 0.0), 1.0)
        warm = min((step + 1) / self.warmup, 1.0) if self.warmup else 1.0
        return warm * self._decay(t)

    def _decay(self, t: float) -> float:
        if self.name == "linear":
            return 1 + (self.final - 1) * t
        if self.name == "cosine":
            return self.final + (1 - self.final) * (1 + math.cos(math.pi * t)) / 2
        return float(self.final**t) if self.name == "exponential" else 1.0
