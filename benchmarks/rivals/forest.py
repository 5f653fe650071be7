"""A forest that has learned to tell real rows from others, turned round to make rows: a rival that is no GAN.

After Watson et al. 2023, arXiv:2205.09435 (adversarial random forests). A random forest learns to tell real rows from
rows whose columns are drawn one by one; then from rows that are drawn within its leaves, and so on, until it cannot. In
the leaves of the last one, columns are as good as independent: a leaf is drawn by how many real rows it holds, and each
column from those. The paper draws numbers from a truncated normal of the leaf, here they are values of its rows.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.ensemble import RandomForestClassifier
from torch import Tensor

TREES, LEAF, ROUNDS = 30, 5, 10
ENOUGH = 0.5
"""Share of rows that the forest tells right, out of bag, from which on it goes on learning."""
Rows = NDArray[np.float64]


class Forest:
    """What makes rows like real ones.

    Args:
        rows: real rows float64 [N, C], NaN where a value is missing.
        seed: of all that is drawn.
    """

    def __init__(self, rows: Tensor, *, seed: int = 0) -> None:
        self.rows, self.random = rows.numpy(), np.random.default_rng(seed)
        self.codes = np.where(np.isnan(self.rows), np.nanmin(self.rows, 0) - 1, self.rows)
        self.codes = np.nan_to_num(self.codes)
        apart = np.stack([self.random.permutation(column) for column in self.codes.T], 1)
        self.accuracies = [self._learn(apart, seed)]
        while self.accuracies[-1] > ENOUGH and len(self.accuracies) < ROUNDS:
            self.accuracies.append(self._learn(self._drawn(self.codes, len(rows)), seed + len(self.accuracies)))

    def _learn(self, others: Rows, seed: int) -> float:
        """Learn to tell real rows from others; return how many it tells right that a tree has not seen."""
        both = np.concatenate([self.codes, others])
        labels = np.repeat([1, 0], [len(self.codes), len(others)])
        forest = RandomForestClassifier(
            TREES, min_samples_leaf=LEAF, max_features="sqrt", oob_score=True, random_state=seed % 2**31
        ).fit(both, labels)
        self.leaves = forest.apply(self.codes)
        return float(forest.oob_score_)

    def _drawn(self, values: Rows, n: int) -> Rows:
        """Return rows whose columns are drawn from the rows of a leaf: of a random tree, that of a random real row."""
        parts = []
        trees = self.random.integers(self.leaves.shape[1], size=n)
        for tree in range(self.leaves.shape[1]):
            order = np.argsort(self.leaves[:, tree], kind="stable")
            ordered = self.leaves[order, tree]
            chosen = self.leaves[self.random.integers(len(order), size=int((trees == tree).sum())), tree]
            first, last = (np.searchsorted(ordered, chosen, side=side)[:, None] for side in ("left", "right"))
            at = first + (self.random.random((len(chosen), values.shape[1])) * (last - first)).astype(int)
            parts.append(np.take_along_axis(values, order[at], 0))
        return self.random.permutation(np.concatenate(parts))

    def sample(self, n: int) -> Tensor:
        """Return `n` rows, float64 [n, C]."""
        return torch.from_numpy(self._drawn(self.rows, n))
