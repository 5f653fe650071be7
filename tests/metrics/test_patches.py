import pytest
import torch
from torch.nn import functional as F

from zerosum.metrics.patches import learn, pyramid, whitening


def pictures(n, channels=3, side=32, seed=0):
    """Smooth noise: as pictures are, it has little of the finest detail."""
    generator = torch.Generator().manual_seed(seed)
    rough = torch.rand(n, channels, side // 4, side // 4, generator=generator)
    return (F.interpolate(rough, size=side, mode="bicubic").clamp(0, 1) * 255).to(torch.uint8)


@pytest.mark.parametrize("channels, side", [(3, 32), (1, 28), (1, 8), (3, 4), (1, 100)])
def test_features_are_centred_and_each_block_has_a_mean_variance_of_one(channels, side):
    images = pictures(300, channels, side)
    features = learn(images)(images)
    assert features.isfinite().all()
    torch.testing.assert_close(features.mean(0), torch.zeros(features.shape[1]), atol=1e-4, rtol=0)
    assert float(features.var(0).mean()) == pytest.approx(1, abs=0.01)
    assert torch.equal(features, learn(images)(images))


def test_filters_whiten_patches_and_do_not_see_brightness():
    (images, *_) = pyramid(pictures(400))
    filters = whitening(images, torch.Generator().manual_seed(0))
    assert filters.shape == (24, 3, 5, 5)
    torch.testing.assert_close(filters.sum((2, 3)), torch.zeros(24, 3), atol=1e-3, rtol=0)
    answers = F.conv2d(images, filters).transpose(0, 1).flatten(1)
    common = answers[:8].cov()
    assert float(common.diag().min()) > 0.5
    assert float((common - common.diag().diag()).abs().max()) < 0.2


def test_octaves_go_from_64_pixels_down_to_8():
    assert [octave.shape[2] for octave in pyramid(pictures(2, side=100))] == [64, 32, 16, 8]
    assert [octave.shape[2] for octave in pyramid(pictures(2, side=28))] == [28, 14]
    assert [octave.shape[2] for octave in pyramid(pictures(2, side=4))] == [4]


@pytest.mark.parametrize("spoil", ["blur", "noise", "shuffle"])
def test_they_see_texture(spoil):
    real, other = pictures(400), pictures(400, seed=1)
    spoilt = {
        "blur": lambda x: F.avg_pool2d(F.pad(x, [1] * 4, mode="replicate"), 3, 1),
        "noise": lambda x: x + 12 * torch.randn(x.shape, generator=torch.Generator().manual_seed(2)),
        "shuffle": lambda x: torch.cat([x[:, :, 16:], x[:, :, :16]], 2),
    }[spoil](other.float())
    features = learn(real)
    centre, fresh, ill = (features(images).mean(0) for images in (real, other, spoilt))
    assert float((ill - centre).norm()) > 2 * float((fresh - centre).norm())
