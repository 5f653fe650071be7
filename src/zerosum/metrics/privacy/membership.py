"""Membership inference: who sees synthetic rows, can they tell the rows that trained the generator from others?

Each attack gives a row a score that is high where the row seems to be a training row. It is judged on training rows
and as many held-out rows: 0.5 is what guessing gets. Distance to the closest record alone is no test of privacy
(arXiv:2505.01524), so it is one attack of several here, and the largest area is the verdict.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from zerosum.metrics.privacy.near import Near
from zerosum.metrics.tables.detection import out_of_fold
from zerosum.metrics.tables.encoding import Places
from zerosum.metrics.tables.layout import Layout
from zerosum.metrics.tables.logistic import fit_logistic
from zerosum.metrics.tables.roc import auc, auc_error, caught

MOST = 5000
"""Training rows that are attacked at most, and as many held-out ones."""
FOLDS = 5
RANKS = (0, 1, 4, 9, 19)
"""Which of the nearest distances the classifier sees, from 0."""
FALSE_ALARMS = 0.01


@dataclass(frozen=True)
class Suspects:
    """Rows that are attacked, and what the attacker sees; all rows are float64 [., C].

    Attributes:
        members: training rows.
        others: as many held-out ones.
        synthetic: what the generator made.
        population: other held-out rows, by which an attacker knows what is usual.
        layout: the columns.
    """

    members: Tensor
    others: Tensor
    synthetic: Tensor
    population: Tensor
    layout: Layout

    @classmethod
    def of(cls, train: Tensor, held_out: Tensor, synthetic: Tensor, layout: Layout, *, seed: int = 0) -> "Suspects":
        """Return at most 5,000 training rows, as many held-out ones, and the rest of the held-out as the population.

        At most half of the held-out rows are attacked; which ones is drawn by `seed`.
        """
        random = torch.Generator().manual_seed(seed)
        order = torch.randperm(len(held_out), generator=random)
        count = min(MOST, len(train), len(held_out) // 2)
        members = train[torch.randperm(len(train), generator=random)[:count]]
        return cls(members, held_out[order[:count]], synthetic, held_out[order[count:]], layout)

    @property
    def is_member(self) -> Tensor:
        """Whether each suspect is a training row, bool [2 n]: first the members."""
        return torch.arange(2 * len(self.members)) < len(self.members)

    @cached_property
    def to_synthetic(self) -> Near:
        """How near all suspects lie to synthetic rows."""
        return Near.of(self._places(self._suspects), self._places(self.synthetic))

    @cached_property
    def to_population(self) -> Near:
        """How near they lie to the population."""
        return Near.of(self._places(self._suspects), self._places(self.population))

    @cached_property
    def width(self) -> float:
        """Of density estimates: the median distance of a suspect to the nearest synthetic row."""
        return max(float(self.to_synthetic.nearest.median()), 1e-3)

    @property
    def _suspects(self) -> Tensor:
        return torch.cat([self.members, self.others])

    @cached_property
    def _places(self) -> Places:
        return Places.of(self.synthetic, self.layout)


def by_distance(suspects: Suspects) -> Tensor:
    """Score a suspect by its distance to the closest synthetic row, the nearer the higher."""
    return -suspects.to_synthetic.nearest.double()


def by_density(suspects: Suspects) -> Tensor:
    """Score a suspect by the kernel density of synthetic rows there (Hilprecht et al. 2019, PoPETs 2019(4), 232)."""
    return suspects.to_synthetic.log_density(suspects.width)


def by_ratio(suspects: Suspects) -> Tensor:
    """Score a suspect by the density of synthetic rows over that of the population, as a logarithm.

    What is dense in the population is no sign of training: log p_synthetic(x) - log p_population(x) (DOMIAS, van
    Breugel et al. 2023, arXiv:2302.12580, equation 2).
    """
    return by_density(suspects) - suspects.to_population.log_density(suspects.width)


def by_classifier(suspects: Suspects) -> Tensor:
    """Score a suspect by a logistic regression on its distances, which has learned from other suspects.

    It sees the logarithms of the 1st, 2nd, 5th, 10th and 20th distance to synthetic rows and to the population, and
    both densities; five folds. An attacker who knows of four fifths of the suspects whether they are members.
    """
    signs = [_seen(near) for near in (suspects.to_synthetic, suspects.to_population)]
    features = torch.cat([*signs, by_density(suspects)[:, None], by_ratio(suspects)[:, None]], 1)
    features = (features - features.mean(0)) / features.std(0).clamp(min=1e-9)
    return out_of_fold(
        features, suspects.is_member.long(), lambda rows, labels: fit_logistic(rows, labels).logits, folds=FOLDS
    )


def _seen(near: Near) -> Tensor:
    kept = [rank for rank in RANKS if rank < near.distances.shape[1]]
    return (near.distances[:, kept].double() + 1e-3).log()


ATTACKS: dict[str, Callable[[Suspects], Tensor]] = {
    "distance": by_distance,
    "density": by_density,
    "ratio": by_ratio,
    "classifier": by_classifier,
}
"""All attacks by name."""


@dataclass(frozen=True)
class Attacked:
    """How well an attack tells training rows.

    Attributes:
        auc: area under the ROC curve; 0.5 is guessing.
        error: its standard error over fresh suspects.
        caught: share of training rows found at 1 % false positives; 0.01 is guessing.
    """

    auc: float
    error: float
    caught: float


def attacked(suspects: Suspects) -> dict[str, Attacked]:
    """Return how well each attack does."""
    return {name: _judged(attack(suspects), suspects.is_member) for name, attack in ATTACKS.items()}


def _judged(scores: Tensor, is_member: Tensor) -> Attacked:
    sides = scores[is_member], scores[~is_member]
    return Attacked(auc(*sides), auc_error(*sides), caught(*sides, false_alarms=FALSE_ALARMS))
