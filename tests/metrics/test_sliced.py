import math

import pytest
import torch

from zerosum.errors import UserError
from zerosum.metrics.sliced import _double, laplacian_pyramid, patch_distances, sides, sliced_wasserstein
from zerosum.metrics.wasserstein import wasserstein_1d


def cloud(n, d, seed=0):
    return torch.randn(n, d, generator=torch.Generator().manual_seed(seed))


def pictures(n, side, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(256, (n, 1, side, side), generator=generator).to(torch.uint8)


def test_one_dimension_is_the_exact_distance():
    a, b = cloud(50, 1), cloud(50, 1, seed=1) * 2
    assert sliced_wasserstein(a, b) == pytest.approx(wasserstein_1d(a, b), rel=1e-6)


def test_a_shift_counts_by_its_mean_projection():
    a = cloud(200, 2)
    # E |cos| = 2 / pi over directions in the plane.
    assert sliced_wasserstein(a, a + torch.tensor([3.0, 4])) == pytest.approx(5 * 2 / math.pi, rel=0.05)
    assert sliced_wasserstein(a, a.flip(0)) == 0


def test_scaled_gaussians():
    # Each projection: |2 - 1| E|N(0, 1)|.
    assert sliced_wasserstein(cloud(5000, 3), 2 * cloud(5000, 3, seed=1)) == pytest.approx(
        math.sqrt(2 / math.pi), rel=0.05
    )


def test_sides():
    assert [sides(side) for side in (8, 27, 28, 32, 64, 128)] == [
        [8],
        [27],
        [28, 14],
        [32, 16],
        [64, 32, 16],
        [128, 64, 32, 16],
    ]


@pytest.mark.parametrize("shape", [(28, 28), (29, 40)])
def test_the_pyramid_keeps_everything(shape):
    images = torch.rand(2, 3, *shape, generator=torch.Generator().manual_seed(0))
    fine, coarse = laplacian_pyramid(images)
    torch.testing.assert_close(fine + _double(coarse, images.shape[2:]), images)
    flat_fine, flat_coarse = laplacian_pyramid(torch.full((1, 1, 28, 28), 0.5))
    assert flat_fine[..., 4:-4, 4:-4].abs().max() < 1e-6, "a flat image has no detail"
    assert flat_coarse.mean() == pytest.approx(0.5)


def test_patches_of_equal_images_are_near_and_of_smooth_ones_far_in_detail():
    real, fresh = pictures(100, 28), pictures(100, 28, seed=1)
    blurred = torch.nn.functional.avg_pool2d(fresh.float(), 3, 1, 1).to(torch.uint8)
    near, far = patch_distances(real, fresh), patch_distances(real, blurred)
    assert list(near) == [28, 14]
    assert max(near.values()) < 60
    assert far[28] > 10 * near[28]
    assert patch_distances(real, real) == {28: 0, 14: 0}


def test_contrast_counts():
    images = pictures(200, 8)
    assert patch_distances(images, images // 2)[8] > 200


def test_flat_reals_can_be_measured():
    flat = torch.full((5, 3, 9, 9), 128, dtype=torch.uint8)
    assert patch_distances(flat, flat) == {9: 0}


def test_bad_input():
    with pytest.raises(UserError, match="50 and 40 samples cannot be paired"):
        sliced_wasserstein(cloud(50, 2), cloud(40, 2))
    with pytest.raises(UserError, match="as many uint8 images"):
        patch_distances(pictures(5, 8), pictures(4, 8))
    with pytest.raises(UserError, match="as many uint8 images"):
        patch_distances(pictures(5, 8).float(), pictures(5, 8).float())
