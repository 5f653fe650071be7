import functools
import math

import numpy as np
import pytest
import scipy.signal
import torch

from zerosum.errors import UserError
from zerosum.metrics.diversity import feature_diversity, mean_distance
from zerosum.metrics.ms_ssim import ms_ssim, ms_ssim_diversity, scales, similarity


def cloud(n, seed=0):
    return torch.randn(n, 3, generator=torch.Generator().manual_seed(seed))


def pictures(n, side, seed=0, channels=1):
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(256, (n, channels, side, side), generator=generator).to(torch.uint8)


def test_mean_distance_equals_plain_arithmetic():
    points = cloud(7).tolist()
    pairs = [math.dist(a, b) for i, a in enumerate(points) for b in points[:i]]
    assert mean_distance(cloud(7)) == pytest.approx(sum(pairs) / len(pairs), rel=1e-6)
    # Two points of a Gaussian in three dimensions are 4 / sqrt(pi) apart on average.
    assert mean_distance(cloud(3000)) == pytest.approx(4 / math.pi**0.5, rel=0.02)


def test_feature_diversity_is_a_ratio():
    real, fake = cloud(500), cloud(500, 1)
    assert feature_diversity(real, fake) == pytest.approx(1, abs=0.05)
    assert feature_diversity(real, fake * 0.5) == pytest.approx(0.5, abs=0.03)
    assert feature_diversity(real, fake[:1].repeat(50, 1)) == 0
    with pytest.raises(UserError, match="real features are all the same"):
        feature_diversity(real[:1].repeat(50, 1), fake)


def test_how_many_scales_fit():
    assert [scales(side) for side in (4, 8, 11, 21, 22, 28, 44, 88, 175, 176, 1024)] == [
        1,
        1,
        1,
        1,
        2,
        2,
        3,
        4,
        4,
        5,
        5,
    ]


def test_an_image_is_like_itself_and_unlike_its_negative():
    for side in (4, 8, 28, 176):
        images = pictures(3, side, channels=3)
        assert ms_ssim(images, images).tolist() == pytest.approx([1, 1, 1], abs=1e-5)
        assert ms_ssim(images, 255 - images).tolist() == [0, 0, 0]


def test_flat_images_differ_in_luminance_alone():
    dark, bright = torch.full((1, 1, 64, 64), 50.0), torch.full((1, 1, 64, 64), 100.0)
    c1 = (0.01 * 255) ** 2
    luminance = (2 * 50 * 100 + c1) / (50**2 + 100**2 + c1)
    # Three scales: the luminance enters at the last, with its weight's share of the first three.
    assert float(ms_ssim(dark, bright)) == pytest.approx(luminance ** (0.3001 / (0.0448 + 0.2856 + 0.3001)), rel=1e-4)


def test_similarity_equals_the_plain_formula():
    x, y = (pictures(1, 11, seed).float() for seed in (0, 1))
    offsets = torch.arange(11.0) - 5
    weights = torch.exp(-(offsets**2) / 4.5)
    window = torch.outer(weights, weights) / weights.sum() ** 2
    mean = [float((window * image).sum()) for image in (x, y)]
    variance = [float((window * (image - m) ** 2).sum()) for image, m in zip((x, y), mean, strict=True)]
    covariance = float((window * (x - mean[0]) * (y - mean[1])).sum())
    structure = (2 * covariance + 58.5225) / (sum(variance) + 58.5225)
    luminance = (2 * mean[0] * mean[1] + 6.5025) / (mean[0] ** 2 + mean[1] ** 2 + 6.5025)
    both, alone = similarity(x, y)
    assert float(alone) == pytest.approx(structure, rel=1e-4)
    assert float(both) == pytest.approx(luminance * structure, rel=1e-4)


def test_three_scales_equal_an_independent_computation():
    x, y = (pictures(1, 45, seed)[0, 0].double().numpy() for seed in (2, 2))
    y = 0.7 * y + 20
    offsets = np.arange(11) - 5
    window = np.exp(-(offsets[:, None] ** 2 + offsets**2) / 4.5)
    window /= window.sum()
    expected, weights = 1.0, np.array([0.0448, 0.2856, 0.3001])
    for scale, weight in enumerate(weights / weights.sum()):
        if scale:
            x, y = (image[:-1, :-1] if len(image) % 2 else image for image in (x, y))
            x, y = ((a[::2, ::2] + a[1::2, ::2] + a[::2, 1::2] + a[1::2, 1::2]) / 4 for a in (x, y))
        blur = functools.partial(scipy.signal.convolve2d, in2=window, mode="valid")
        mx, my = blur(x), blur(y)
        structure = (2 * (blur(x * y) - mx * my) + 58.5225) / (blur(x * x) - mx**2 + blur(y * y) - my**2 + 58.5225)
        luminance = (2 * mx * my + 6.5025) / (mx**2 + my**2 + 6.5025)
        expected *= (structure * (luminance if scale == 2 else 1)).mean() ** weight
    first = pictures(1, 45, 2).double()
    assert 0.5 < expected < 0.99
    assert float(ms_ssim(first, 0.7 * first + 20)) == pytest.approx(expected, rel=1e-4)


def test_diversity_of_pairs():
    images = pictures(250, 12)
    value, error = ms_ssim_diversity(images)
    singles = torch.stack([ms_ssim(images[i : i + 1], images[i + 1 : i + 2])[0] for i in range(0, 250, 2)])
    assert value == pytest.approx(float(singles.mean()), abs=1e-6)
    assert error == pytest.approx(float(singles.std()) / 125**0.5, rel=1e-3)
    assert value < 0.2
    assert ms_ssim_diversity(images[:1].repeat(7, 1, 1, 1))[0] == pytest.approx(1)
    with pytest.raises(UserError, match="4 or more uint8 images"):
        ms_ssim_diversity(images[:3])
    with pytest.raises(UserError, match="float32"):
        ms_ssim_diversity(images.float())
