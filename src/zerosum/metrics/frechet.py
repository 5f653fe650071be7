"""Frechet distance between the Gaussians of two sets of features."""

from dataclasses import dataclass

import torch
from torch import Tensor

from zerosum.errors import UserError
from zerosum.metrics.checks import check_pair

SMALL = 128


@dataclass(frozen=True)
class Moments:
    """Mean [d] and covariance [d, d] (divisor n - 1) of features, float64."""

    mean: Tensor
    covariance: Tensor
    count: int


def moments(features: Tensor, *, chunk: int = 4096) -> Moments:
    """Return mean and covariance of `features` [n, d] in float64, a chunk at a time.

    Raises:
        UserError: fewer than two rows, which have no covariance.
    """
    count = len(features)
    if features.ndim != 2 or count < 2:
        raise UserError(
            f"a covariance needs features [n, d] with n >= 2, not {list(features.shape)}; draw more samples"
        )
    mean = sum((part.double().sum(0) for part in torch.split(features, chunk)), torch.zeros(())) / count
    scatter = mean.new_zeros(len(mean), len(mean))
    for part in torch.split(features, chunk):
        part = part.double() - mean
        _add_lower(scatter, part, part)
    return Moments(mean, (scatter.tril() + scatter.tril(-1).T) / (count - 1), count)


def frechet_distance(real_features: Tensor, fake_features: Tensor) -> float:
    """Return the squared Frechet (2-Wasserstein) distance of the Gaussians fitted to features [n, d] and [m, d].

    Heusel et al., arXiv:1706.08500, equation 6: |m_r - m_g|^2 + Tr(S_r + S_g - 2 (S_r S_g)^(1/2)).
    It is biased upwards by about a constant over the number of samples: compare equal numbers only.

    Raises:
        UserError: the features differ in width, are not finite, or are fewer than two.
    """
    check_pair(real_features, fake_features)
    return frechet_from_moments(moments(real_features), moments(fake_features))


def frechet_from_moments(real: Moments, fake: Moments) -> float:
    """Return the squared Frechet distance of two Gaussians given by their moments.

    Tr (S_r S_g)^(1/2) is the sum of the roots of the eigenvalues of R^T S_g R for any R with S_r = R R^T, which is
    symmetric: no general matrix square root is taken and singular covariances are as good as others. Rounding can make
    eigenvalues negative; those count as 0.
    """
    root = _root(real.covariance)
    product = torch.zeros_like(root)
    _add_lower(product, root, fake.covariance @ root)
    cross = torch.linalg.eigvalsh(product, UPLO="L").clamp(min=0).sqrt().sum()
    mean_term = (real.mean - fake.mean).square().sum()
    distance = mean_term + real.covariance.trace() + fake.covariance.trace() - 2 * cross
    return max(float(distance), 0.0)


def _root(matrix: Tensor) -> Tensor:
    """Return R with R R^T = `matrix`: its Cholesky factor, which costs little, or where it is singular V sqrt(L)."""
    factor, failed = torch.linalg.cholesky_ex(matrix)
    if bool(failed):
        values, vectors = torch.linalg.eigh(matrix, UPLO="L")
        factor = vectors * values.clamp(min=0).sqrt()
    root: Tensor = factor
    return root


def _add_lower(out: Tensor, a: Tensor, b: Tensor) -> None:
    """Add a.T @ b, known to be symmetric, to `out` [d, d]; above its diagonal not all is added.

    Halving and leaving out the upper quarters costs little more than half of the whole product.
    """
    half = len(out) // 2
    if half < SMALL:
        out.addmm_(a.T, b)
        return
    for part in (slice(None, half), slice(half, None)):
        _add_lower(out[part, part], a[:, part], b[:, part])
    out[half:, :half].addmm_(a[:, half:].T, b[:, :half])
