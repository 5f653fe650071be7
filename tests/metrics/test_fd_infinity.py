import pytest
import torch

from zerosum.errors import UserError
from zerosum.metrics.fd_infinity import fd_infinity, subset_sizes
from zerosum.metrics.frechet import frechet_distance


def gaussians(n, d, seed, *, shift=0.0, scale=1.0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(n, d, generator=generator), torch.randn(n, d, generator=generator) * scale + shift


def test_equal_distributions_get_zero_where_the_plain_distance_is_biased():
    draws = [gaussians(1000, 20, seed) for seed in range(12)]
    plain = sum(frechet_distance(*draw) for draw in draws) / 12
    values = torch.tensor([fd_infinity(*draw)[0] for draw in draws])
    assert plain > 0.2
    assert float(values.mean()) == pytest.approx(0, abs=0.05)


def test_unequal_gaussians_get_their_closed_form():
    # |m|^2 + d (1 - s)^2 = 20 * 0.01 + 20 * 0.25
    values = [fd_infinity(*gaussians(2000, 20, seed, shift=0.1, scale=1.5))[0] for seed in range(4)]
    assert sum(values) / 4 == pytest.approx(20 * 0.1**2 + 20 * 0.5**2, rel=0.03)


def test_the_error_is_that_of_the_line():
    value, error = fd_infinity(*gaussians(1000, 20, 0), seed=1)
    again = fd_infinity(*gaussians(1000, 20, 0), seed=1)
    assert (value, error) == again
    assert 0 < error < 0.1


def test_sizes():
    assert subset_sizes(10_000, 128, 3) == [1000, 5500, 10_000]
    assert subset_sizes(1000, 128, 2) == [256, 1000]
    assert subset_sizes(300, 2048, 2) == [150, 300]


def test_too_few():
    real, fake = gaussians(99, 2, 0)
    with pytest.raises(UserError, match="99 real samples are too few for this metric; give at least 100"):
        fd_infinity(real, fake)
    with pytest.raises(UserError, match="at least 3 sizes"):
        fd_infinity(*gaussians(100, 2, 0), sizes=2)
