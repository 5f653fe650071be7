import math

import pytest
import torch

from zerosum.metrics.ms_ssim import ms_ssim
from zerosum.metrics.pairs import l1, psnr, ssim


def pair(side: int, channels: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Two images, uint8 [1, C, H, W], that arithmetic makes."""
    i = torch.arange(side * side * channels).view(1, channels, side, side)
    x = (i * 37 + i * i // 11) % 256
    y = (x * 3 // 4 + i * 13 % 50) % 256
    return x.to(torch.uint8), y.to(torch.uint8)


@pytest.mark.parametrize(
    ("side", "channels", "similarity", "ratio", "difference"),
    [
        (32, 1, 0.9378401226205723, 20.386738931183714, 0.07720205269607844),
        (28, 3, 0.9343309379430886, 20.267261760618688, 0.07912164865946378),
        (16, 1, 0.9225042652412162, 20.28764023037233, 0.07708333333333334),
    ],
)
def test_scores_are_those_of_scikit_image(side, channels, similarity, ratio, difference):
    """skimage.metrics 0.26, with gaussian_weights, sigma 1.5, no sample covariance, data_range 255."""
    x, y = pair(side, channels)
    assert ssim(x, y).item() == pytest.approx(similarity, abs=2e-6)
    assert psnr(x, y).item() == pytest.approx(ratio, abs=1e-4)
    assert l1(x, y).item() == pytest.approx(difference, abs=1e-6)


def test_see_through_images_are_scored_on_white_and_by_alpha():
    x, y = pair(16, 3)
    clear = [torch.cat([image, torch.full_like(image[:, :1], 255)], 1) for image in (x, y)]
    for score in (psnr, ssim, ms_ssim):
        assert torch.equal(score(*clear), score(x, y)), "opaque, as without alpha"
    for image in clear:
        image[:, 3] = 0
    assert ssim(*clear).tolist() == pytest.approx([1.0] * len(x)), "nothing is seen of either"
    assert torch.allclose(l1(*clear), l1(x, y) * 3 / 4), "all channels count"


def test_each_image_is_scored_alone():
    x, y = pair(16, 1)
    both, halved = torch.cat([x, x]), torch.cat([y, x])
    assert psnr(both, halved)[0] == psnr(x, y)
    assert l1(both, halved)[1] == 0
    assert ssim(both, halved)[1] == pytest.approx(1)


def test_equal_images_have_a_finite_ratio():
    x, _ = pair(16, 3)
    assert psnr(x, x).item() == pytest.approx(10 * math.log10(255**2 * 12))
    nearly = x.clone()
    nearly[0, 0, 0, 0] ^= 1
    assert psnr(x, nearly) == psnr(x, x)  # one level in 768 is less than rounding does


def test_scores_are_symmetric_and_bounded():
    x, y = pair(28, 3)
    assert ssim(x, y) == pytest.approx(ssim(y, x).item())
    assert l1(torch.zeros_like(x), torch.full_like(x, 255)) == 1
    assert ssim(x, 255 - x) < ssim(x, y) <= 1
