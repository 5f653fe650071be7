"""Can a classifier tell generated rows from real ones?"""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from zerosum.metrics.tables.encoding import Encoder, rank
from zerosum.metrics.tables.layout import Layout
from zerosum.metrics.tables.learn import learning
from zerosum.metrics.tables.logistic import fit_logistic
from zerosum.metrics.tables.roc import auc, auc_error

FOLDS = 3
TREES = 100
MOST_CATEGORIES = 255
"""Of a column in gradient boosting; rarer ones count as the last."""
Detect = Callable[[Tensor, Tensor, Layout], tuple[Tensor, Tensor]]
"""detect(real, fake, layout) -> (a score of each real row, of each fake one), which is high where it seems fake."""


def linear_detection(real: Tensor, fake: Tensor, layout: Layout) -> tuple[Tensor, Tensor]:
    """Return the logits of "fake" of rows [N, C] and [M, C], each by a logistic regression that has not seen the row.

    Three folds. It sees z-scores, categories, what is missing, and of numbers their rank among the real ones and its
    square: single columns and sums of them.
    """
    rows = torch.cat([real, fake])
    encoder, places = Encoder.of(real, layout), layout.numbers()
    ranks = [rank(rows[:, place], real[:, place].sort().values).nan_to_num(nan=0.5)[:, None] for place in places]
    features = torch.cat([encoder(rows).double(), *ranks, *(values**2 for values in ranks)], 1)
    return _out_of_fold(features, len(real), lambda inputs, labels: fit_logistic(inputs, labels).logits)


def tree_detection(real: Tensor, fake: Tensor, layout: Layout) -> tuple[Tensor, Tensor]:
    """Return the same as `linear_detection` by gradient boosting of 100 trees, which see how columns go together.

    Raises:
        UserError: scikit-learn is not installed.
    """
    rows = torch.cat([real, fake])
    for place in layout.categories():
        rows[:, place] = rows[:, place].clamp(max=MOST_CATEGORIES - 1)
    masks = [column.is_category for column in layout.columns]
    return _out_of_fold(rows, len(real), lambda inputs, labels: _boosted(inputs, labels, masks))


def _boosted(inputs: Tensor, labels: Tensor, masks: list[bool]) -> Callable[[Tensor], Tensor]:
    ensemble = learning("ensemble")
    model = ensemble.HistGradientBoostingClassifier(
        max_iter=TREES, early_stopping=False, categorical_features=masks, random_state=0
    ).fit(inputs.numpy(), labels.numpy())
    return lambda rows: torch.from_numpy(np.asarray(model.decision_function(rows.numpy()), np.float64))


def _out_of_fold(
    features: Tensor, reals: int, fit: Callable[[Tensor, Tensor], Callable[[Tensor], Tensor]]
) -> tuple[Tensor, Tensor]:
    labels = (torch.arange(len(features)) >= reals).long()
    scores = out_of_fold(features, labels, fit, folds=FOLDS)
    return scores[:reals], scores[reals:]


def out_of_fold(
    features: Tensor,
    labels: Tensor,
    fit: Callable[[Tensor, Tensor], Callable[[Tensor], Tensor]],
    *,
    folds: int,
) -> Tensor:
    """Return a score of each row of features [N, d], float64 [N], by a model of the rows of the other folds.

    `fit(features, labels)` returns what scores rows. The folds are drawn with a fixed seed, labels in equal parts.
    """
    order = torch.randperm(len(features), generator=torch.Generator().manual_seed(0))
    order = order[labels[order].argsort(stable=True)]
    folded = torch.empty_like(order)
    folded[order] = torch.arange(len(order)) % folds
    scores = torch.empty(len(features), dtype=torch.float64)
    for fold in range(folds):
        held = folded == fold
        scores[held] = fit(features[~held], labels[~held])(features[held])
    return scores


def detected(detect: Detect, real: Tensor, fake: Tensor, layout: Layout) -> tuple[float, float]:
    """Return the area under the ROC curve, 0 to 1, with which fakes are told from reals, and its standard error.

    0.5 where they cannot be told apart. As many of each are taken as there are of the fewer.
    """
    count = min(len(real), len(fake))
    reals, fakes = detect(real[:count], fake[:count], layout)
    return auc(fakes, reals), auc_error(fakes, reals)
