"""What rows are worth to a model: trained on them, tested on real ones that were held out.

The protocol of Xu et al. 2019, arXiv:1907.00503, section 5: a decision tree, AdaBoost, logistic regression and a
perceptron learn to tell a target column from the others; of a target of numbers their regressors do. The same models
trained on real rows are what to compare with.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from zerosum.errors import UserError
from zerosum.metrics.tables.encoding import Encoder
from zerosum.metrics.tables.layout import Layout
from zerosum.metrics.tables.learn import as_they_end, learning
from zerosum.metrics.tables.roc import auc

Make = Callable[[int], Any]
DEPTH, STUMPS, STEPS, UNITS = 15, 50, 50, 50
"""Of the tree, of AdaBoost, of logistic regression and the perceptron, and the perceptron's hidden units."""


def classifiers() -> dict[str, Make]:
    """Return what makes each classifier, of a seed; UserError where scikit-learn is not installed."""
    linear, trees = learning("linear_model"), learning("tree")
    ensemble, networks = learning("ensemble"), learning("neural_network")
    return {
        "decision tree": lambda seed: trees.DecisionTreeClassifier(
            max_depth=DEPTH, class_weight="balanced", random_state=seed
        ),
        "adaboost": lambda seed: ensemble.AdaBoostClassifier(n_estimators=STUMPS, random_state=seed),
        "logistic regression": lambda seed: linear.LogisticRegression(max_iter=STEPS, class_weight="balanced"),
        "perceptron": lambda seed: networks.MLPClassifier(
            hidden_layer_sizes=(UNITS,), max_iter=STEPS, random_state=seed
        ),
    }


def regressors() -> dict[str, Make]:
    """Return what makes each regressor, of a seed; UserError where scikit-learn is not installed."""
    linear, trees = learning("linear_model"), learning("tree")
    ensemble, networks = learning("ensemble"), learning("neural_network")
    return {
        "decision tree": lambda seed: trees.DecisionTreeRegressor(max_depth=DEPTH, random_state=seed),
        "adaboost": lambda seed: ensemble.AdaBoostRegressor(n_estimators=STUMPS, random_state=seed),
        "linear regression": lambda seed: linear.Ridge(),
        "perceptron": lambda seed: networks.MLPRegressor(
            hidden_layer_sizes=(UNITS,), max_iter=STEPS, random_state=seed
        ),
    }


@dataclass(frozen=True)
class Told:
    """How well models tell the target of held-out real rows; each a mean over the models, None where it is not meant.

    Attributes:
        f1: F1 of the rarer of two classes, 0 to 1.
        macro_f1: mean of the F1 of all classes that the test rows have, 0 to 1.
        auc: area under the ROC curve, one class against the others, mean over the classes, 0 to 1.
        r2: of numbers, 1 - residual variance over variance; below 0 where the mean tells more.
        models: the same of each model, by name.
    """

    f1: float | None
    macro_f1: float | None
    auc: float | None
    r2: float | None
    models: Mapping[str, Mapping[str, float]]


def utility(train: Tensor, test: Tensor, layout: Layout, *, seed: int = 0) -> Told:
    """Return what models that are trained on rows [N, C] tell of the target of real rows [M, C].

    Features are fitted to `train` alone. Rows whose target is missing are left out. A model of a table with one class
    answers with that class.

    Args:
        train: synthetic rows, or real ones for what can be reached.
        test: real rows that nobody was trained on.
        layout: with a target.
        seed: of the models.

    Raises:
        UserError: there is no target, no row with a target, or scikit-learn is not installed.
    """
    if layout.target is None:
        raise UserError("no target: name the column that models are to tell from the others")
    place = layout.place_of(layout.target)
    train, test = (rows[~rows[:, place].isnan()] for rows in (train, test))
    if min(len(train), len(test)) < 2:
        raise UserError(f"{layout.target} is there in {len(train)} rows to train on and {len(test)} to test with")
    others = [number for number in range(len(layout.columns)) if number != place]
    encoder = Encoder.of(train[:, others], layout.without(place))
    features = [encoder(rows[:, others]).numpy() for rows in (train, test)]
    targets = [rows[:, place].numpy() for rows in (train, test)]
    told = _of_classes if layout.columns[place].is_category else _of_numbers
    models = told(features[0], targets[0], features[1], targets[1], seed)
    means = {key: float(np.mean([each[key] for each in models.values()])) for key in next(iter(models.values()))}
    return Told(**{key: means.get(key) for key in ("f1", "macro_f1", "auc", "r2")}, models=models)


Array = NDArray[Any]
Measures = dict[str, dict[str, float]]


def _of_classes(inputs: Array, labels: Array, unseen: Array, truth: Array, seed: int) -> Measures:
    return {
        name: _class_scores(*_answers(make(seed), inputs, labels, unseen), truth)
        for name, make in classifiers().items()
    }


def _answers(model: Any, inputs: Array, labels: Array, unseen: Array) -> tuple[Array, Array]:
    """Return the classes that the training rows have, [K], and the probability of each for unseen rows, [M, K]."""
    classes = np.unique(labels)
    if len(classes) == 1:
        return classes, np.ones((len(unseen), 1))
    with as_they_end():
        return classes, model.fit(inputs, labels).predict_proba(unseen)


def _class_scores(classes: Array, shares: Array, truth: Array) -> dict[str, float]:
    answers = classes[shares.argmax(1)]
    there, sizes = np.unique(truth, return_counts=True)
    by_class = {value: f1(answers == value, truth == value) for value in there}
    scores = {"macro_f1": float(np.mean(list(by_class.values())))}
    scores["auc"] = float(np.mean([_one_against_others(classes, shares, truth, value) for value in there]))
    return scores | ({"f1": by_class[there[sizes.argmin()]]} if len(there) == 2 else {})


def _one_against_others(classes: Array, shares: Array, truth: Array, value: float) -> float:
    known = np.flatnonzero(classes == value)
    scores = torch.from_numpy(shares[:, known[0]] if len(known) else np.zeros(len(truth)))
    mask = torch.from_numpy(truth == value)
    return auc(scores[mask], scores[~mask]) if bool((~mask).any()) else 0.5


def f1(answers: Array, truth: Array) -> float:
    """Return 2 hits / (answers + truths), 0 to 1, of answers and truths, bool [N]; 0 where there is neither."""
    both = int(answers.sum()) + int(truth.sum())
    return 2 * int((answers & truth).sum()) / both if both else 0.0


def _of_numbers(inputs: Array, targets: Array, unseen: Array, truth: Array, seed: int) -> Measures:
    mean, deviation = targets.mean(), targets.std() or 1.0
    scaled = (targets - mean) / deviation
    spread = float(((truth - truth.mean()) ** 2).sum()) or 1.0
    measures = {}
    for name, make in regressors().items():
        with as_they_end():
            answers = make(seed).fit(inputs, scaled).predict(unseen) * deviation + mean
        measures[name] = {"r2": 1 - float(((truth - answers) ** 2).sum()) / spread}
    return measures
