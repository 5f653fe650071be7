"""Kernel distance: the unbiased squared maximum mean discrepancy with a cubic kernel."""

from collections.abc import Iterable

import torch
from torch import Tensor

from zerosum.metrics.checks import check_pair

JACKKNIFED = 10
"""Subsets of which the error is taken."""


def kernel_distance(
    real: Tensor, fake: Tensor, *, subsets: int = 100, subset_size: int = 1000, seed: int = 0
) -> tuple[float, float]:
    """Return (value, standard error) of the kernel distance of features [n, d] and [m, d].

    Binkowski et al., arXiv:1801.01401, section 4: MMD^2 with k(x, y) = (x.y / d + 1)^3, its unbiased estimate averaged
    over random subsets of min(subset_size, n, m) rows each. Unbiased, hence possibly below 0, and usable for small n.
    Where both sets are no larger than a subset, all subsets would be the same: they are taken once.

    The error is of the value over fresh samples. The spread over the subsets is not that, as they share their rows: it
    would be 0 where a subset is all of them. It is the jackknife's within a subset, without a tenth of its rows at a
    time (`jackknifed`), the root of the mean square over 10 subsets, times the root of size / min(n, m). On Gaussians
    it was .9 to 1.8 times the spread over fresh samples where they differed, up to 3 times where they did not.

    Raises:
        UserError: the features differ in width, are not finite, or are fewer than two.
    """
    check_pair(real, fake)
    size = min(subset_size, len(real), len(fake))
    if size == len(real) == len(fake):
        return jackknifed(real, fake, seed=seed)
    generator = torch.Generator().manual_seed(seed)
    sizes = (len(real), len(fake))
    choices = [tuple(torch.randperm(n, generator=generator)[:size] for n in sizes) for _ in range(subsets)]
    within = [jackknifed(real[rows], fake[others], seed=seed)[1] for rows, others in choices[:JACKKNIFED]]
    error = (sum(one**2 for one in within) / len(within) * size / min(sizes)) ** 0.5
    return over_subsets(real, fake, choices)[0], error


def over_subsets(real: Tensor, fake: Tensor, subsets: Iterable[tuple[Tensor, ...]]) -> tuple[float, float]:
    """Return mean and standard error of `squared_mmd` over `subsets`, which are pairs of row numbers: (real, fake)."""
    values = torch.tensor([squared_mmd(real[rows], fake[others]) for rows, others in subsets], dtype=torch.float64)
    error = float(values.std()) / len(values) ** 0.5 if len(values) > 1 else float("nan")
    return float(values.mean()), error


def jackknifed(x: Tensor, y: Tensor, *, seed: int = 0, groups: int = 10) -> tuple[float, float]:
    """Return `squared_mmd` of features x and y, both [m, d], and its standard error by the delete-a-group jackknife.

    With t_g the value without the g-th of G random groups of row numbers and t their mean:
    sqrt((G - 1) / G sum_g (t_g - t)^2) (Efron & Stein 1981). Unlike a spread over subsets it knows that m is finite.
    """
    kernels = _kernels(x, y)
    order = torch.randperm(len(x), generator=torch.Generator().manual_seed(seed))
    groups = min(groups, len(x) // 2)
    if groups < 2:
        return _unbiased(*kernels), float("nan")
    parts = torch.tensor_split(order, groups)
    subsets = [torch.cat([*parts[:number], *parts[number + 1 :]]) for number in range(groups)]
    without = torch.tensor([_unbiased(*(kernel[rows][:, rows] for kernel in kernels)) for rows in subsets])
    spread = float((without - without.mean()).square().sum())
    return _unbiased(*kernels), ((groups - 1) / groups * spread) ** 0.5


def squared_mmd(x: Tensor, y: Tensor) -> float:
    """Return the unbiased MMD^2 of features x and y, both [m, d], in float64.

    (sum_{i != j} k(x_i, x_j) + sum_{i != j} k(y_i, y_j)) / (m (m - 1)) - 2 / m^2 sum_{i, j} k(x_i, y_j).
    """
    return _unbiased(*_kernels(x, y))


def _unbiased(xx: Tensor, yy: Tensor, xy: Tensor) -> float:
    m = len(xx)
    within = sum(float(kernel.sum() - kernel.trace()) for kernel in (xx, yy))
    return within / (m * (m - 1)) - 2 * float(xy.mean())


def _kernels(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return the kernel within x, within y, and between them, each [m, m] in float64."""
    x, y = x.double(), y.double()
    return _cubic(x, x), _cubic(y, y), _cubic(x, y)


def _cubic(x: Tensor, y: Tensor) -> Tensor:
    base = x @ y.T / x.shape[1] + 1
    return base * base * base
