import pytest
import torch
from scipy import linalg

from zerosum.errors import UserError
from zerosum.metrics.frechet import Moments, frechet_distance, frechet_from_moments, moments


def gaussian(mean, covariance):
    return Moments(torch.tensor(mean).double(), torch.tensor(covariance).double(), 100)


def test_closed_form_of_diagonal_gaussians():
    # |m|^2 = 9 + 16; per axis (sqrt(a) - sqrt(b))^2 = (2 - 1)^2 + (3 - 1)^2.
    a = gaussian([0.0, 0.0], [[4.0, 0.0], [0.0, 9.0]])
    b = gaussian([3.0, 4.0], [[1.0, 0.0], [0.0, 1.0]])
    assert frechet_from_moments(a, b) == pytest.approx(25 + 1 + 4, rel=1e-12)
    assert frechet_from_moments(a, a) == pytest.approx(0, abs=1e-12)


def test_singular_covariances():
    a = gaussian([0.0, 0.0], [[4.0, 0.0], [0.0, 0.0]])
    b = gaussian([0.0, 0.0], [[0.0, 0.0], [0.0, 9.0]])
    assert frechet_from_moments(a, b) == pytest.approx(13, rel=1e-12)
    assert frechet_from_moments(a, gaussian([0.0, 0.0], [[1.0, 0.0], [0.0, 0.0]])) == pytest.approx(1, rel=1e-12)


def test_equals_the_general_matrix_square_root():
    generator = torch.Generator().manual_seed(0)
    mix = torch.randn(12, 12, generator=generator)
    real = torch.randn(500, 12, generator=generator) @ mix
    fake = torch.randn(400, 12, generator=generator) + 0.5
    r, f = moments(real), moments(fake)
    cross = linalg.sqrtm(r.covariance.numpy() @ f.covariance.numpy()).real.trace()
    expected = (r.mean - f.mean).square().sum() + r.covariance.trace() + f.covariance.trace() - 2 * cross
    assert frechet_distance(real, fake) == pytest.approx(float(expected), rel=1e-9)


def test_fewer_samples_than_dimensions():
    generator = torch.Generator().manual_seed(1)
    real, fake = torch.randn(10, 64, generator=generator), torch.randn(8, 64, generator=generator)
    assert frechet_distance(real, real) == pytest.approx(0, abs=1e-9)
    assert frechet_distance(real, fake) == pytest.approx(frechet_distance(fake, real), rel=1e-7)


def test_moments_in_chunks_equal_those_in_one():
    features = torch.randn(101, 5, generator=torch.Generator().manual_seed(2)) + 1000
    small = moments(features, chunk=7)
    torch.testing.assert_close(small.mean, features.double().mean(0))
    torch.testing.assert_close(small.covariance, features.double().T.cov())


def test_moments_in_strips_equal_those_in_one():
    features = torch.randn(50, 600, generator=torch.Generator().manual_seed(3))
    covariance = moments(features, chunk=20).covariance
    torch.testing.assert_close(covariance, features.double().T.cov())
    assert torch.equal(covariance, covariance.T)


def test_singular_and_regular_roots_agree():
    features = torch.randn(200, 6, generator=torch.Generator().manual_seed(4))
    regular, other = moments(features), moments(features[:150] * 1.5 + 1)
    padded = [
        Moments(torch.nn.functional.pad(m.mean, (0, 2)), torch.nn.functional.pad(m.covariance, (0, 2, 0, 2)), m.count)
        for m in (regular, other)
    ]
    assert frechet_from_moments(*padded) == pytest.approx(frechet_from_moments(regular, other), rel=1e-9)


def test_bad_input():
    good = torch.zeros(4, 3)
    with pytest.raises(UserError, match="same extractor"):
        frechet_distance(good, torch.zeros(4, 2))
    with pytest.raises(UserError, match="NaN"):
        frechet_distance(good, torch.full((4, 3), float("nan")))
    with pytest.raises(UserError, match="too few"):
        frechet_distance(good, torch.zeros(1, 3))
    with pytest.raises(UserError, match="floating point"):
        frechet_distance(good, torch.zeros(4, 3, dtype=torch.uint8))


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
@pytest.mark.parametrize("count", [300, 5000])
def test_a_gpu_gets_the_same(count):
    random = torch.Generator().manual_seed(5)
    mixing = torch.randn(472, 472, generator=random)
    real, fake = (torch.randn(count, 472, generator=random) @ mixing + shift for shift in (0, 0.1))
    expected = frechet_from_moments(moments(real), moments(fake))
    found = frechet_from_moments(moments(real.cuda()), moments(fake.cuda()))
    assert found == pytest.approx(expected, rel=1e-6)
