"""Logistic regression, by Newton's method: small, exact, without an extra."""

from dataclasses import dataclass

import torch
from torch import Tensor

STEPS = 50
TOLERANCE = 1e-8


@dataclass(frozen=True)
class Logistic:
    """A fitted model: the logit of the positive class is x . weights + intercept.

    Attributes:
        weights: float64 [d + 1], the last is the intercept.
    """

    weights: Tensor

    def logits(self, features: Tensor) -> Tensor:
        """Return float64 [N] of features [N, d]."""
        return features.double() @ self.weights[:-1] + self.weights[-1]


def fit_logistic(features: Tensor, labels: Tensor, *, ridge: float = 1.0) -> Logistic:
    """Return the model of least log loss plus ridge / 2 |weights|^2, of features [N, d] and labels [N] of 0 and 1.

    Newton's steps, halved where the loss would rise, until a step is below 1e-8 or there were 50. The intercept has no
    penalty.
    """
    inputs = torch.cat([features.double(), torch.ones(len(features), 1, dtype=torch.float64)], 1)
    penalty = torch.full((inputs.shape[1],), ridge, dtype=torch.float64)
    penalty[-1] = 1e-9
    weights, labels = torch.zeros(inputs.shape[1], dtype=torch.float64), labels.double()
    for _ in range(STEPS):
        shares = torch.sigmoid(inputs @ weights)
        slope = inputs.T @ (shares - labels) + penalty * weights
        curvature = (inputs * (shares * (1 - shares))[:, None]).T @ inputs + torch.diag(penalty)
        step = _shortened(inputs, labels, penalty, weights, torch.linalg.solve(curvature, slope))
        weights = weights - step
        if float(step.abs().max()) < TOLERANCE:
            break
    return Logistic(weights)


def _shortened(inputs: Tensor, labels: Tensor, penalty: Tensor, weights: Tensor, step: Tensor) -> Tensor:
    before = _loss(inputs, labels, penalty, weights)
    while _loss(inputs, labels, penalty, weights - step) > before and float(step.abs().max()) > TOLERANCE:
        step = step / 2
    return step


def _loss(inputs: Tensor, labels: Tensor, penalty: Tensor, weights: Tensor) -> float:
    logits = inputs @ weights
    return float(
        (torch.nn.functional.softplus(logits) - labels * logits).sum() + (penalty * weights.square()).sum() / 2
    )
