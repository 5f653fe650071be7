"""What an augmentation study found: accuracies by arm and seed, paired differences, and the verdict in words."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from zerosum.progress.numbers import percent
from zerosum.study.intervals import Difference, paired

ARMS = {
    "real": "the real images alone",
    "generated": "half real, half generated",
    "standard": "the real images with standard augmentation",
    "both": "half real, half generated, with standard augmentation",
}
QUESTIONS = {
    "generated - real": "Generated images",
    "standard - real": "Shifts and turns (standard augmentation)",
    "both - standard": "On top of standard augmentation, generated images",
    "both - real": "Both together, against the real images alone,",
}
LEAST_SEEDS = 3
"""Two can agree by accident, and then their interval is a point."""


@dataclass
class Outcome:
    """A study as far as it went.

    Attributes:
        protocol: how it was done; outcomes of unlike protocols do not compare.
        runs: one record a seed: `seed`, `accuracy` of each arm on the test split, `generator`.
        reason: "done", or "interrupted" or "terminated" where a signal ended it.
    """

    protocol: dict[str, Any]
    runs: list[dict[str, Any]] = field(default_factory=list)
    reason: str = "done"

    def accuracies(self, arm: str) -> list[float]:
        """Return the accuracy of an arm for each seed."""
        return [run["accuracy"][arm] for run in self.runs]

    def differences(self) -> dict[str, Difference]:
        """Return the answers to `QUESTIONS`, in accuracy, each with its 95 % interval; {} for too few seeds."""
        if len(self.runs) < LEAST_SEEDS:
            return {}
        pairs = {question: question.split(" - ") for question in QUESTIONS}
        return {name: paired(self.accuracies(a), self.accuracies(b)) for name, (a, b) in pairs.items()}

    def verdict(self) -> str:
        """Return the answers and the advice as sentences."""
        differences, count = self.differences(), len(self.runs)
        if not differences:
            return f"No verdict yet: {count} of at least {LEAST_SEEDS} seeds are measured."
        lines = [f"{QUESTIONS[name]} {effect(difference, count)}." for name, difference in differences.items()]
        return " ".join([*lines, advice(differences)])

    def table(self) -> str:
        """Return one aligned line an arm: mean accuracy, range over the seeds, difference to the real images alone."""
        rows = [("trained on", "accuracy", "range", "over real alone")]
        for arm in ARMS if self.runs else ():
            values = self.accuracies(arm)
            gain = "" if arm == "real" or len(values) < LEAST_SEEDS else points(paired(values, self.accuracies("real")))
            rows.append(
                (arm, percent(statistics.fmean(values)), f"{percent(min(values))} to {percent(max(values))}", gain)
            )
        widths = [max(len(row[column]) for row in rows) for column in range(4)]
        return "\n".join("  ".join(f"{c:<{w}}" for c, w in zip(row, widths, strict=True)).rstrip() for row in rows)

    def to_dict(self) -> dict[str, Any]:
        """Return all of it as JSON values."""
        differences = {name: vars(difference) for name, difference in self.differences().items()}
        return {
            "protocol": self.protocol,
            "runs": self.runs,
            "differences": differences,
            "verdict": self.verdict(),
            "reason": self.reason,
        }


def effect(difference: Difference, seeds: int) -> str:
    """Say what a difference shows."""
    verb = {1: "help", -1: "hurt", 0: f"make no difference that {seeds} seeds can show"}[difference.sign]
    return f"{verb}: {points(difference)} (95 % interval, {seeds} seeds)"


def advice(differences: Mapping[str, Difference]) -> str:
    """Say what follows for a user."""
    alone, on_top = differences["generated - real"].sign, differences["both - standard"].sign
    if on_top > 0 and differences["both - real"].sign > 0:
        return "Use generated images together with standard augmentation."
    if on_top > 0:
        return "Leave both out: together they are not shown to beat the real images alone."
    if on_top < 0 or alone < 0:
        return "Leave the generated images out."
    if alone > 0:
        return "Standard augmentation makes the generated images superfluous: prefer it."
    return "Nothing here speaks for the generated images."


def points(difference: Difference) -> str:
    """Return a difference of accuracies in percentage points, with its interval."""
    mean, low, high = (f"{100 * value:+.2f}" for value in (difference.mean, difference.low, difference.high))
    return f"{mean} points ({low} to {high})"


def differing(old: Mapping[str, Any], new: Mapping[str, Any], *, ignored: Sequence[str] = ()) -> list[str]:
    """Return "key: old -> new" for each entry in which two protocols differ."""
    keys = [key for key in {**old, **new} if key not in ignored]
    return [f"{key}: {old.get(key)} -> {new.get(key)}" for key in keys if old.get(key) != new.get(key)]
