"""Metrics by name: those of the table, those of installed packages, and "package.module:Name"."""

import functools
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from zerosum.core.registry import Registry, typed
from zerosum.errors import UserError
from zerosum.metrics.metric import Metric, Value
from zerosum.metrics.names import ALL
from zerosum.metrics.reference import Drawn, Reference
from zerosum.metrics.table import TABLE

Measure = Callable[[Reference, Drawn], dict[str, Value]]
REGISTRY = Registry(
    "metric",
    "zerosum.metrics",
    TABLE,
    lambda thing: "" if isinstance(thing, Metric) else "make it a zerosum.metrics.metric.Metric",
)


def metric(name: str) -> Metric:
    """Return the metric called `name`.

    Raises:
        UserError: there is none (the nearest name is suggested), or its package is not trusted or is broken.
    """
    if REGISTRY.is_own(name):
        return TABLE[name]
    entry: Metric = REGISTRY.load(name)
    return replace(entry, measure=_called(name, entry.measure), asked=True)


def check_asked(names: Sequence[str] | None) -> None:
    """Raise UserError where a user asks for a metric that there is not; code that is named so is trusted."""
    if names is not None and list(names) != [ALL]:
        typed(*names)
        for name in names:
            metric(name)


@functools.cache
def _called(name: str, measure: Measure) -> Measure:
    """Return what measures the one value of somebody else's metric under the name by which it is asked for."""
    return functools.partial(_renamed, name, measure)


def _renamed(name: str, measure: Measure, reference: Reference, fake: Drawn) -> dict[str, Value]:
    values: Any = measure(reference, fake)
    try:
        ((value, error),) = values.values()
        return {name: (float(value), None if error is None else float(error))}
    except (AttributeError, TypeError, ValueError) as wrong:
        raise UserError(f"the metric {name} returns no {{name: (value, error or None)}}: mend its package") from wrong
