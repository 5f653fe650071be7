"""Frechet distance between the Gaussians of two sets of features."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from zerosum.errors import UserError
from zerosum.metrics.checks import check_pair

BLOCK = 256


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
    mean = features.sum(0, dtype=torch.float64) / count
    scatter = mean.new_zeros(len(mean), len(mean))
    room = mean.new_empty(min(chunk, count), len(mean))
    for part in torch.split(features, chunk):
        centred = torch.sub(part, mean, out=room[: len(part)])
        for rows in _blocks(len(scatter)):
            # The rest follows by symmetry.
            scatter[rows, : rows.stop].addmm_(centred[:, rows].T, centred[:, : rows.stop])
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
    root, triangular = _root(real.covariance)
    product = _lower_of_product(root, fake.covariance, triangular)
    cross = torch.linalg.eigvalsh(product, UPLO="L").clamp(min=0).sqrt().sum()
    mean_term = (real.mean - fake.mean).square().sum()
    distance = mean_term + real.covariance.trace() + fake.covariance.trace() - 2 * cross
    return max(float(distance), 0.0)


def _root(matrix: Tensor) -> tuple[Tensor, bool]:
    """Return R with R R^T = `matrix`, and whether it is lower triangular.

    It is the Cholesky factor, which costs little, or where the matrix is singular V sqrt(L) of its eigenvectors.
    """
    factor, failed = torch.linalg.cholesky_ex(matrix)
    if not bool(failed):
        return factor, True
    values, vectors = torch.linalg.eigh(matrix, UPLO="L")
    return vectors * values.clamp(min=0).sqrt(), False


def _lower_of_product(root: Tensor, middle: Tensor, triangular: bool) -> Tensor:
    """Return the lower part of root^T middle root, [d, d] and symmetric, with zeros or more above the diagonal.

    What multiplies the zeros of a triangular root is left out: that leaves two fifths of the arithmetic.
    """
    right, product = torch.empty_like(root), torch.zeros_like(root)
    for block in _blocks(len(root)):
        below = slice(block.start if triangular else 0, None)
        torch.mm(middle[:, below], root[below, block], out=right[:, block])
    for block in _blocks(len(root)):
        below = slice(block.start if triangular else 0, None)
        torch.mm(root[below, block].T, right[below, : block.stop], out=product[block, : block.stop])
    return product


def _blocks(count: int) -> Iterator[slice]:
    return (slice(start, min(start + BLOCK, count)) for start in range(0, count, BLOCK))
