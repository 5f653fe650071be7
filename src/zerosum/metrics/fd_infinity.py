"""The Frechet distance that infinitely many samples would get."""

import torch
from torch import Tensor

from zerosum.errors import UserError
from zerosum.metrics.checks import check_pair
from zerosum.metrics.frechet import frechet_from_moments, moments

SIZES = 15
AT_LEAST = 100


def fd_infinity(real: Tensor, fake: Tensor, *, sizes: int = SIZES, seed: int = 0) -> tuple[float, float]:
    """Return (value, standard error) of the Frechet distance of features [n, d] and [m, d], freed of its bias.

    Chong & Forsyth, arXiv:1911.07023, section 3: the distance of N samples is about FD_infinity + c / N, so a line in
    1 / N is fitted to the distances at `sizes` numbers of samples and read off at 0. The numbers are evenly spaced up
    to min(n, m), see `subset_sizes`. Unlike there, as many reals as fakes are taken, at random: both sides' bias goes,
    and two sets of one distribution get 0 on average, so the value may fall below it.

    The error is that of the line's intercept, from the scatter of the distances round it. It knows nothing of the
    finite number of samples that the subsets share: on Gaussians it was about half of the spread over fresh samples.

    Raises:
        UserError: the features differ in width, are not finite, or number less than 100; or fewer than 3 sizes.
    """
    check_pair(real, fake, at_least=AT_LEAST)
    if sizes < 3:
        raise UserError(f"a line through {sizes} points has no error; take at least 3 sizes")
    numbers = subset_sizes(min(len(real), len(fake)), real.shape[1], sizes)
    generator = torch.Generator().manual_seed(seed)
    values = [_distance(real, fake, number, generator) for number in numbers]
    return _intercept(1 / torch.tensor(numbers).double(), torch.tensor(values).double())


def subset_sizes(n: int, width: int, sizes: int) -> list[int]:
    """Return `sizes` numbers of samples, evenly spaced up to `n`.

    The least is a tenth of n, but twice the width of the features where there are so many, as the bias is not in
    proportion to 1 / N below that; half of n at most.
    """
    least = max(n // 10, min(2 * width, n // 2), 2)
    return [int(number) for number in torch.linspace(least, n, sizes).round().tolist()]


def _distance(real: Tensor, fake: Tensor, number: int, generator: torch.Generator) -> float:
    subsets = [features[torch.randperm(len(features), generator=generator)[:number]] for features in (real, fake)]
    return frechet_from_moments(moments(subsets[0]), moments(subsets[1]))


def _intercept(x: Tensor, y: Tensor) -> tuple[float, float]:
    """Return the intercept of the least-squares line through y(x), and its standard error."""
    deviation = x - x.mean()
    slope = (deviation * y).sum() / deviation.square().sum()
    intercept = y.mean() - slope * x.mean()
    variance = (y - intercept - slope * x).square().sum() / (len(x) - 2)
    error = (variance * (1 / len(x) + x.mean().square() / deviation.square().sum())).sqrt()
    return float(intercept), float(error)
