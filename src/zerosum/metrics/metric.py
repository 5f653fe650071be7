"""What the table says of each metric: how it is measured, on what, and when it applies."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from zerosum.metrics.labelled import classifiable
from zerosum.metrics.outputs import Translated
from zerosum.metrics.reference import Drawn, Reference
from zerosum.metrics.score import Better

Value = tuple[float, float | None]
"""A number and its standard error, None where the metric has no estimate of it."""


@dataclass(frozen=True)
class Metric:
    """How to measure one number, or several that share their work."""

    measure: Callable[[Reference, Drawn], dict[str, Value]]
    better: Better
    obstacle: Callable[[Reference, bool], str]
    """Why it does not apply to these data and a sampler that is conditional or not; "" where it does."""
    constants: dict[str, Any] = field(default_factory=dict)
    shown: Callable[[Reference], dict[str, Any]] = lambda reference: {}
    """Constants that depend on the data, for the protocol."""
    space: Literal["features", "classifier"] | None = "features"
    """What it looks at, which is part of the protocol: the features, the classifier of the labels, or neither."""
    floor_on_test: bool = False
    """Whether the floor is measured on the test split, as the classifier knows the train split by heart."""
    has_floor: bool = True
    """Whether real data have a value: not where the generator itself is measured."""
    theory: float | None = None
    """What fresh real samples get, where that is known and need not be measured."""
    has_rivals: bool = False
    """Whether simple rivals of a translator have a value: where translations are compared with their targets."""
    along_paths: bool = False
    """Whether it needs a sampler that shows its latents, as `paths`."""
    of_likelihood: bool = False
    """Whether it needs a sampler that knows the probability of any sample, as `log_probability`."""
    of_translations: "Callable[[Translated], str] | None" = None
    """Why it does not apply to these translations, "" where it does; None where it applies to whatever is generated."""
    count: Callable[[Reference, int], int] = lambda reference, n: n
    """How many fakes it takes of the `n` that were asked for."""
    at_least: int = 2
    """How many fakes, and test samples, it needs."""
    asked: bool = False
    """Whether it is measured only when it is asked for: because it is costly, or for special questions."""
    revision: int = 1
    """Raised when the same samples get another number than before."""


def always(reference: Reference, conditional: bool) -> str:
    """No obstacle: it applies to all data."""
    return ""


def needs_rows(reference: Reference, conditional: bool) -> str:
    """Say what is missing where the data are no table."""
    return "" if reference.layout is not None else f"{reference.train.name} holds no rows of a table"


def needs_classes(reference: Reference, conditional: bool) -> str:
    """Say what is missing where no classifier can tell classes in the samples."""
    labelled = classifiable(reference.train) and reference.train.classes
    return "" if labelled else f"{reference.train.name} has no labelled images to classify by"


def no_more_than_real(reference: Reference, n: int) -> int:
    """Recall falls and coverage rises with the number of fakes to a real: take no more fakes than reals."""
    return min(n, len(reference.indices))


def binomial(share: float, count: int) -> float:
    """Return the standard error of a share of `count` independent samples.

    sqrt(p (1 - p) / (n + 4)) with p = (k + 2) / (n + 4) of k among n (Agresti and Coull 1998): never 0, since a share
    of 0 or 1 among n samples leaves room too.
    """
    adjusted = (share * count + 2) / (count + 4)
    return float((adjusted * (1 - adjusted) / (count + 4)) ** 0.5)
