"""The metrics of privacy, on the table's terms."""

from typing import Any

from zerosum.metrics.metric import Metric, Value, binomial, needs_rows
from zerosum.metrics.privacy import attributes, copies, membership
from zerosum.metrics.reference import Drawn, Reference
from zerosum.metrics.tables.layout import Layout

AT_LEAST = 2 * membership.FOLDS
"""Held-out rows, of which half are attacked and half are the population."""


def _membership(reference: Reference, fake: Drawn) -> dict[str, Value]:
    assert fake.points is not None
    suspects = membership.Suspects.of(reference.train_rows, reference.test_rows, fake.points, _layout(reference))
    count, values = len(suspects.members), dict[str, Value]()
    for name, verdict in membership.attacked(suspects).items():
        values[f"membership_{name}"] = (verdict.auc, verdict.error)
        values[f"caught_{name}"] = (verdict.caught, binomial(verdict.caught, count))
    return values


def _attributes(reference: Reference, fake: Drawn) -> dict[str, Value]:
    assert fake.points is not None
    sides = reference.train_rows, reference.test_rows, fake.points
    return {"attribute_advantage": attributes.mean_advantage(*sides, _layout(reference))}


def _copies(reference: Reference, fake: Drawn) -> dict[str, Value]:
    assert fake.points is not None
    share = float(copies.exact_copies(fake.points, reference.train_rows).double().mean())
    return {"exact_copies": (share, binomial(share, len(fake.points)))}


def _nearer(reference: Reference, fake: Drawn) -> dict[str, Value]:
    assert fake.points is not None
    rows = fake.points[: copies.MOST]
    share = copies.nearer_to_train(rows, reference.train_rows, reference.test_rows, _layout(reference))
    return {"nearer_to_train": (share, binomial(share, len(rows)))}


def _layout(reference: Reference) -> Layout:
    assert reference.layout is not None
    return reference.layout


def _shown(reference: Reference) -> dict[str, Any]:
    return {"train_rows": len(reference.train_rows), "test_rows": len(reference.test_rows)}


_ATTACK = {"attacked": membership.MOST, "folds": membership.FOLDS, "seed": 0}
_ROWS: dict[str, Any] = {"space": None, "shown": _shown, "at_least": AT_LEAST}

PRIVACY: dict[str, Metric] = {
    **{
        f"membership_{name}": Metric(_membership, "lower", needs_rows, _ATTACK, **_ROWS, theory=0.5)
        for name in membership.ATTACKS
    },
    **{
        f"caught_{name}": Metric(
            _membership,
            "lower",
            needs_rows,
            {**_ATTACK, "false_alarms": membership.FALSE_ALARMS},
            **_ROWS,
            theory=membership.FALSE_ALARMS,
        )
        for name in membership.ATTACKS
    },
    "attribute_advantage": Metric(
        _attributes, "lower", needs_rows, {"rows": attributes.MOST, "near": attributes.NEAR_ENOUGH}, **_ROWS, theory=0.0
    ),
    "exact_copies": Metric(_copies, "lower", needs_rows, **_ROWS, floor_on_test=True),
    "nearer_to_train": Metric(_nearer, "lower", needs_rows, {"rows": copies.MOST}, **_ROWS, theory=0.5),
}
