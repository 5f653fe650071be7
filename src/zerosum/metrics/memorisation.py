"""Are samples copies of the training data? Told by how near they come to it, against how near held-out data come."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from zerosum.errors import UserError
from zerosum.metrics.checks import check_features, check_pair
from zerosum.metrics.kmeans import assign, kmeans
from zerosum.metrics.nearest import nearest

CELLS = 3
A_CELL = 20
LOW = 0.05


@dataclass(frozen=True)
class Gaps:
    """The distances of fakes and of held-out reals to the nearest train sample, and the cell that each lies in."""

    fake: Tensor
    """float64 [m]."""
    held_out: Tensor
    """float64 [n]."""
    fake_cell: Tensor
    """int64 [m], 0..CELLS - 1."""
    held_out_cell: Tensor
    """int64 [n]."""

    @classmethod
    def of(cls, fake: tuple[Tensor, Tensor], held_out: tuple[Tensor, Tensor]) -> "Gaps":
        """Put together what `Train.gaps` returned of each."""
        return cls(fake[0], held_out[0], fake[1], held_out[1])


@dataclass(frozen=True)
class Train:
    """Train features [N, d] and the centres of their cells [k, d]: make it once, use it for many samplers."""

    features: Tensor
    centres: Tensor

    def gaps(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Return (distance to the nearest train sample float64 [n], cell int64 [n]) of features [n, d].

        Raises:
            UserError: the features are not finite.
        """
        check_features(features, "sample")
        return nearest(features, self.features)[0], assign(features, self.centres)


def train_side(features: Tensor, *, cells: int = CELLS, seed: int = 0) -> Train:
    """Divide train features [N, d] into cells by k-means; UserError where fewer than `cells` of them differ."""
    return Train(features, kmeans(features, cells, seed=seed))


def gaps(train: Tensor, held_out: Tensor, fake: Tensor, *, cells: int = CELLS, seed: int = 0) -> Gaps:
    """Return the gaps of features `fake` [m, d] and `held_out` [n, d] to `train` [N, d].

    Raises:
        UserError: the features differ in width, are not finite, or fewer than two.
    """
    check_pair(held_out, fake)
    check_pair(train, fake)
    side = train_side(train, cells=cells, seed=seed)
    return Gaps.of(side.gaps(fake), side.gaps(held_out))


def nearest_ratio(gaps: Gaps) -> tuple[float, float]:
    """Return the median and the 5 % quantile of the fakes' gaps, each over the same quantile of held-out reals' gaps.

    Both are about 1 for fresh samples and above 1 for samples off the data. The median is 0 where more than half of the
    samples are copies, the quantile where more than a twentieth are: below 1 at 5 % is the sign of copying.

    Raises:
        UserError: so many held-out reals are in the train data that there is nothing to compare with.
    """
    ratios = []
    for share in (0.5, LOW):
        ours, theirs = (quantile(gap, share) for gap in (gaps.fake, gaps.held_out))
        if theirs == 0:
            raise UserError(f"{share:.0%} of the held-out samples are copies of train samples; hold out others")
        ratios.append(ours / theirs)
    return ratios[0], ratios[1]


def quantile(values: Tensor, share: float) -> float:
    """Return the least of `values` [n] that at least `share` of them do not exceed (no limit on n, unlike torch's)."""
    return float(values.sort().values[max(math.ceil(share * len(values)) - 1, 0)])


def copying(gaps: Gaps) -> float:
    """Return the data-copying statistic C_T, in standard deviations: about 0 for fresh samples, << -3 for copies.

    Meehan, Chaudhuri & Dasgupta, arXiv:2004.05675, section 3: in each cell of the train data the Mann-Whitney U of the
    fakes' gaps against the held-out reals' gaps, as a z; C_T is their mean, weighted by the cells' shares of held-out
    reals, over the cells with at least 20 of each. Where there is no such cell (the fakes are all in the rarest), all
    samples count as one. Far above 3, the samples are further from the train data than real ones: a poor fit, no
    copying. It grows with the root of the number of samples.

    Raises:
        UserError: there are fewer than 20 of either.
    """
    if min(len(gaps.fake), len(gaps.held_out)) < A_CELL:
        fewest = f"{len(gaps.fake)} generated and {len(gaps.held_out)} held-out samples"
        raise UserError(f"{fewest} are too few to tell copies by; use at least {A_CELL} of each")
    cells = [(gaps.fake[gaps.fake_cell == cell], gaps.held_out[gaps.held_out_cell == cell]) for cell in _cells(gaps)]
    usable = [pair for pair in cells if min(map(len, pair)) >= A_CELL] or [(gaps.fake, gaps.held_out)]
    weights = [len(real) for _, real in usable]
    return sum(w * mann_whitney_z(*pair) for w, pair in zip(weights, usable, strict=True)) / sum(weights)


def _cells(gaps: Gaps) -> list[int]:
    cells: list[int] = torch.unique(gaps.held_out_cell).tolist()
    return cells


def mann_whitney_z(a: Tensor, b: Tensor) -> float:
    """Return (U - m n / 2) / sigma, U the number of pairs with a_i > b_j and half of those with a_i = b_j; [m], [n].

    Mann & Whitney 1947, with the variance corrected for ties: sigma^2 = m n / 12 (N + 1 - sum (t^3 - t) / (N (N - 1))),
    t the sizes of the groups of equal values among all N = m + n. 0 where all are equal.
    """
    m, n = len(a), len(b)
    ordered = b.sort().values
    below, upto = (torch.searchsorted(ordered, a, right=right).double() for right in (False, True))
    u = float((below + upto).sum()) / 2
    ties = torch.unique(torch.cat([a, b]), return_counts=True)[1].double()
    total = m + n
    spread = m * n / 12 * (total + 1 - float((ties**3 - ties).sum()) / (total * (total - 1)))
    return (u - m * n / 2) / spread**0.5 if spread > 0 else 0.0
