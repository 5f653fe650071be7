"""The metrics of tables, on the table's terms."""

from collections.abc import Callable, Mapping
from typing import Any

from torch import Tensor

from zerosum.metrics.metric import Metric, Value, needs_rows
from zerosum.metrics.reference import Drawn, Reference
from zerosum.metrics.tables import associations, detection, pairs, single, utility
from zerosum.metrics.tables.layout import Column, Layout
from zerosum.metrics.tables.learn import INSTALL, installed

TARGET = "name the column that models are to tell from the others with --target"


def rows(reference: Reference, fake: Drawn) -> tuple[Tensor, Tensor, Layout]:
    """Return the real test rows, the generated ones, and the columns."""
    assert reference.layout is not None
    assert fake.points is not None
    return reference.test_rows, fake.points, reference.layout


def _columns(reference: Reference, fake: Drawn) -> dict[str, Value]:
    return _mean_and_worst("column_distance", single.column_distances(*rows(reference, fake)))


def _pairs(reference: Reference, fake: Drawn) -> dict[str, Value]:
    return _mean_and_worst("pair_distance", pairs.pair_distances(*rows(reference, fake)))


def _correlations(reference: Reference, fake: Drawn) -> dict[str, Value]:
    return {"correlation_gap": _gap(associations.correlations, reference, fake)}


def _associations(reference: Reference, fake: Drawn) -> dict[str, Value]:
    return {"association_gap": _gap(associations.associations, reference, fake)}


def _gap(strengths: Callable[[Tensor, Layout], associations.Pairs], reference: Reference, fake: Drawn) -> Value:
    real, fakes, layout = rows(reference, fake)
    return _mean(associations.differences(strengths(real, layout), strengths(fakes, layout))), None


def _categories(reference: Reference, fake: Drawn) -> dict[str, Value]:
    return {"category_coverage": (_mean(single.category_coverage(*rows(reference, fake))), None)}


def _ranges(reference: Reference, fake: Drawn) -> dict[str, Value]:
    return {"range_coverage": (_mean(single.range_coverage(*rows(reference, fake))), None)}


def _missing(reference: Reference, fake: Drawn) -> dict[str, Value]:
    return {"missing_gap": (_mean(single.missing_differences(*rows(reference, fake))), None)}


def _linear(reference: Reference, fake: Drawn) -> dict[str, Value]:
    return {"detection_linear": detection.detected(detection.linear_detection, *rows(reference, fake))}


def _trees(reference: Reference, fake: Drawn) -> dict[str, Value]:
    return {"detection_trees": detection.detected(detection.tree_detection, *rows(reference, fake))}


def _utility(reference: Reference, fake: Drawn) -> dict[str, Value]:
    real, fakes, layout = rows(reference, fake)
    told = utility.utility(fakes, real, layout)
    measures = {"f1": told.f1, "macro_f1": told.macro_f1, "auc": told.auc, "r2": told.r2}
    return {f"utility_{name}": (value, None) for name, value in measures.items() if value is not None}


def _mean(values: Mapping[Any, float]) -> float:
    return sum(values.values()) / len(values)


def _mean_and_worst(name: str, values: Mapping[Any, float]) -> dict[str, Value]:
    return {name: (_mean(values), None), f"{name}_worst": (max(values.values()), None)}


def _needs_columns(numbers: int, categories: int) -> Callable[[Reference, bool], str]:
    """Return what says what is missing where a table has fewer columns of numbers or of categories."""

    def obstacle(reference: Reference, conditional: bool) -> str:
        if reference.layout is None:
            return needs_rows(reference, conditional)
        enough = len(reference.layout.numbers()) >= numbers and len(reference.layout.categories()) >= categories
        return "" if enough else f"{reference.train.name} has too few columns of that type"

    return obstacle


def _needs_two_columns(reference: Reference, conditional: bool) -> str:
    if reference.layout is None:
        return needs_rows(reference, conditional)
    return "" if len(reference.layout.columns) > 1 else f"{reference.train.name} has one column"


def _needs_mixed_pairs(reference: Reference, conditional: bool) -> str:
    return _needs_columns(0, 1)(reference, conditional) or _needs_two_columns(reference, conditional)


def _needs_models(reference: Reference, conditional: bool) -> str:
    return needs_rows(reference, conditional) or ("" if installed() else f"it needs scikit-learn, {INSTALL}")


def _needs_target(fits: Callable[[Column], bool], missing: str) -> Callable[[Reference, bool], str]:
    """Return what says what is missing where there is no target that fits."""

    def obstacle(reference: Reference, conditional: bool) -> str:
        if reason := _needs_models(reference, conditional) or _needs_two_columns(reference, conditional):
            return reason
        assert reference.layout is not None
        target = reference.layout.target
        if target is None:
            return TARGET
        return "" if fits(reference.layout.columns[reference.layout.place_of(target)]) else f"{target} {missing}"

    return obstacle


def _shown(reference: Reference) -> dict[str, Any]:
    return {"test_rows": len(reference.test_rows)}


def _aimed(reference: Reference) -> dict[str, Any]:
    assert reference.layout is not None
    return {**_shown(reference), "target": reference.layout.target}


_ALONE: dict[str, Any] = {"space": None, "shown": _shown}
_GRID = {"bins": pairs.BINS, "categories": pairs.CATEGORIES}
_DETECTION = {"folds": detection.FOLDS, "seed": 0}
_MODELS = {"depth": utility.DEPTH, "stumps": utility.STUMPS, "steps": utility.STEPS, "units": utility.UNITS, "seed": 0}
_UTILITY: dict[str, Any] = {"space": None, "shown": _aimed}
_CLASSES = _needs_target(lambda column: column.is_category, "is no category")
_TWO = _needs_target(lambda column: column.categories == 2, "has not two categories")
_NUMBER = _needs_target(lambda column: not column.is_category, "is no number")

TABLES: dict[str, Metric] = {
    "column_distance": Metric(_columns, "lower", needs_rows, **_ALONE),
    "column_distance_worst": Metric(_columns, "lower", needs_rows, **_ALONE),
    "pair_distance": Metric(_pairs, "lower", _needs_two_columns, _GRID, **_ALONE),
    "pair_distance_worst": Metric(_pairs, "lower", _needs_two_columns, _GRID, **_ALONE),
    "correlation_gap": Metric(_correlations, "lower", _needs_columns(2, 0), **_ALONE),
    "association_gap": Metric(_associations, "lower", _needs_mixed_pairs, **_ALONE),
    "category_coverage": Metric(_categories, "higher", _needs_columns(0, 1), **_ALONE),
    "range_coverage": Metric(_ranges, "higher", _needs_columns(1, 0), **_ALONE),
    "missing_gap": Metric(_missing, "lower", needs_rows, **_ALONE),
    "detection_linear": Metric(_linear, "lower", needs_rows, _DETECTION, **_ALONE, at_least=10),
    "detection_trees": Metric(
        _trees, "lower", _needs_models, {**_DETECTION, "trees": detection.TREES}, **_ALONE, at_least=100
    ),
    "utility_f1": Metric(_utility, "higher", _TWO, _MODELS, **_UTILITY),
    "utility_macro_f1": Metric(_utility, "higher", _CLASSES, _MODELS, **_UTILITY),
    "utility_auc": Metric(_utility, "higher", _CLASSES, _MODELS, **_UTILITY),
    "utility_r2": Metric(_utility, "higher", _NUMBER, _MODELS, **_UTILITY),
}
