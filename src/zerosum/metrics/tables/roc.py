"""How well a score tells two groups: the area under the ROC curve, and what is caught at few false alarms."""

import torch
from torch import Tensor


def auc(positive: Tensor, negative: Tensor) -> float:
    """Return the area under the ROC curve, 0 to 1, of scores [m] of positives and [n] of negatives.

    P(positive > negative) + P(equal) / 2; 0.5 for guesses.
    """
    return float(_shares(positive, negative).mean())


def auc_error(positive: Tensor, negative: Tensor) -> float:
    """Return the standard error of `auc` over fresh samples.

    sqrt(var(V) / m + var(W) / n), V the share of negatives below each positive, W that of positives above each negative
    (DeLong et al. 1988, Biometrics 44, 837).
    """
    variances = [
        float(_shares(ours, theirs).var()) / len(ours) for ours, theirs in ((positive, negative), (negative, positive))
    ]
    return float(sum(variances) ** 0.5)


def _shares(values: Tensor, others: Tensor) -> Tensor:
    ordered = others.sort().values
    below, upto = (torch.searchsorted(ordered, values, right=right).double() for right in (False, True))
    return (below + upto) / (2 * len(others))


def caught(positive: Tensor, negative: Tensor, *, false_alarms: float = 0.01) -> float:
    """Return the share of positives above the lowest threshold that at most that share of negatives exceeds.

    A score counts as above where it reaches the threshold, so ties are no help; 0 where no threshold is so strict.
    """
    allowed = int(false_alarms * len(negative))
    # The first negative that must not be caught: everything that it ties with goes with it.
    limit = negative.sort(descending=True).values[allowed]
    return float((positive > limit).double().mean())
