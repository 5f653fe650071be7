import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from darker import Darker, halved, scores
from zerosum.data.load import load
from zerosum.errors import UserError
from zerosum.metrics import imagenet
from zerosum.metrics.perceptual import BATCH, perceptual

pytestmark = pytest.mark.imagenet
INSTALLED = pytest.mark.skipif(not imagenet.installed(), reason="needs zerosum[imagenet]")


class Tiny:
    """Two levels: the pixels as they are, and their mean beside a constant."""

    def maps(self, images: Tensor) -> list[Tensor]:
        assert len(images) <= BATCH
        mean = images.float().mean((1, 2, 3), keepdim=True)
        return [images.float(), torch.cat([mean, torch.full_like(mean, 4.0)], 1)]


def test_a_distance_by_hand():
    """Directions (1, 0, 0) and (0, 1, 0) are 2 apart, at two of four places; (3, 4) and (0, 4) are .4 apart."""
    x, y = torch.zeros(1, 3, 2, 2), torch.zeros(1, 3, 2, 2)
    x[:, 0, 0], y[:, 1, 0] = 18.0, 7.0  # how long the vectors are does not count
    y[:, 1, 1], x[:, 1, 1] = 0.0, 0.0  # nor what is silent in both
    fine = perceptual(Tiny(), x, x * 3)
    assert fine == pytest.approx(_second(x.mean(), (x * 3).mean()))
    assert perceptual(Tiny(), x, y).item() == pytest.approx(2 * 2 / 4 + _second(x.mean(), y.mean()))
    assert _second(torch.tensor(3.0), torch.tensor(0.0)) == pytest.approx(0.6**2 + 0.2**2)


def _second(a: Tensor, b: Tensor) -> float:
    """What the second level adds: |(a, 4) / |(a, 4)| - (b, 4) / |(b, 4)||^2."""
    one, other = (torch.stack([value, torch.tensor(4.0)]) for value in (a, b))
    return float((one / one.norm() - other / other.norm()).square().sum())


def test_each_pair_is_measured_alone_and_both_ways_alike():
    random = torch.Generator().manual_seed(0)
    x, y = (torch.randint(0, 256, (2 * BATCH + 3, 3, 4, 4), generator=random) for _ in range(2))
    found = perceptual(Tiny(), x, y)
    assert found.shape == (2 * BATCH + 3,)
    torch.testing.assert_close(found, perceptual(Tiny(), y, x))
    torch.testing.assert_close(found[-2:], perceptual(Tiny(), x[-2:], y[-2:]))
    assert perceptual(Tiny(), x, x).abs().max() == 0


def test_without_the_extra_it_does_not_apply(tmp_path, monkeypatch):
    monkeypatch.setattr(imagenet, "installed", lambda: False)
    assert "perceptual" not in scores(Darker(2.0), halved(), tmp=tmp_path)
    with pytest.raises(UserError, match=r"needs zerosum\[imagenet\]"):
        scores(Darker(2.0), halved(), ["perceptual"], tmp=tmp_path)


@INSTALLED
def test_translations_are_scored_by_it(tmp_path):
    right, wrong = (scores(Darker(factor), halved(), ["perceptual"], tmp=tmp_path) for factor in (2.0, -1.0))
    assert 0 <= right["perceptual"] < 0.05 < wrong["perceptual"]


@INSTALLED
@pytest.mark.parametrize("spoil", ["blur", "noise"])
def test_the_more_a_picture_is_spoilt_the_further_it_is(spoil):
    real = load("digits").values[:12].float()
    real = F.interpolate(real, (64, 64), mode="bicubic").clamp(0, 255)

    def blurred(strength: int) -> Tensor:
        return F.avg_pool2d(real, 2 * strength + 1, 1, strength, count_include_pad=False)

    def noisy(strength: int) -> Tensor:
        noise = torch.randn(real.shape, generator=torch.Generator().manual_seed(0))
        return (real + 12 * strength * noise).clamp(0, 255)

    network = imagenet.imagenet()
    made = [{"blur": blurred, "noise": noisy}[spoil](strength).round() for strength in (0, 1, 2, 4)]
    found = [float(perceptual(network, real.round(), each).mean()) for each in made]
    assert found[0] == 0
    assert found == sorted(found)
    assert found[1] > 0.01
