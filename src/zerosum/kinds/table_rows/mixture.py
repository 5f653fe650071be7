"""A Gaussian mixture on a line by variational inference, which drops the modes that it does not need."""

from typing import Any

import numpy as np
import torch

from zerosum.kinds.table_rows.codecs import Values

MODES = 10
ROWS = 20_000
"""Values that a mixture is fitted to; of more, as many at equal ranks."""
BEGINNING, ROUNDS = 20, 100
CONCENTRATION = 1e-3
"""Of the prior of the weights: so little that a mode of few values goes."""
LEAST = 0.005
"""The weight from which a mode stays (arXiv:1907.00503 has a threshold of this size in its reference experiments)."""


def fit_mixture(values: Values) -> tuple[Values, Values, Values]:
    """Return weights, means and deviations of at most 10 modes, each [K].

    Bishop 2006, "Pattern Recognition and Machine Learning", section 10.2, in one dimension: a Dirichlet prior on the
    weights, normal and gamma priors on means and precisions, begun at means of groups; nothing of it is random.
    Deviations are at least a thousandth of the values' own.
    """
    values = np.sort(values)[np.linspace(0, len(values) - 1, min(len(values), ROWS)).astype(np.int64)]
    center, scale = values.mean(), values.std()
    x = (values - center) / scale
    weights, means, deviations = _inferred(x)
    kept = weights >= LEAST
    return weights[kept] / weights[kept].sum(), means[kept] * scale + center, deviations[kept] * scale


def _inferred(x: Values) -> tuple[Values, Values, Values]:
    """Run the coordinate ascent on standardised values [N]; returns the means of the posteriors, [10] each."""
    counts, means, variances = _begun(x)
    for _ in range(ROUNDS):
        before = means
        shares = _responsibilities(x, counts, means, variances)
        counts = shares.sum(0) + 1e-10
        raw = shares.T @ x / counts
        spread = (shares * (x[:, None] - raw) ** 2).sum(0)
        means = counts * raw / (counts + 1e-2)
        variances = ((spread + 1e-2) / (counts + 1e-1)).clip(1e-6)
        if np.abs(means - before).max() < 1e-4:
            break
    return counts / counts.sum(), means, np.sqrt(variances)


def _begun(x: Values) -> tuple[Values, Values, Values]:
    """Return counts, means and variances of groups by Lloyd's algorithm, begun at quantiles of the different values."""
    means = np.quantile(np.unique(x), (np.arange(MODES) + 0.5) / MODES)
    for _ in range(BEGINNING):
        group = np.searchsorted((means[1:] + means[:-1]) / 2, x)
        counts = np.bincount(group, minlength=MODES)
        sums = np.bincount(group, x, MODES)
        means = np.where(counts > 0, sums / counts.clip(1), means)
    spread = np.bincount(group, (x - means[group]) ** 2, MODES)
    return counts.astype(np.float64), means, (spread / counts.clip(1)).clip(1e-4)


def _responsibilities(x: Values, counts: Values, means: Values, variances: Values) -> Values:
    """Return q(z = k | x), [N, K]: softmax of E[ln pi_k] - ln(variance_k) / 2 - (x - mean_k)^2 / (2 variance_k)."""
    alphas = counts + CONCENTRATION
    expected = _digamma(alphas) - _digamma(alphas.sum()) + (_digamma((counts + 1) / 2) - np.log((counts + 1) / 2)) / 2
    logits = expected - np.log(variances) / 2 - ((x[:, None] - means) ** 2 / variances + 1 / (counts + 1)) / 2
    shares = np.exp(logits - logits.max(1, keepdims=True))
    normal: Values = shares / shares.sum(1, keepdims=True)
    return normal


def _digamma(values: Any) -> Any:
    return torch.digamma(torch.as_tensor(values)).numpy()
