import sys
import types
from pathlib import Path

import pytest
import torch
from torch import nn

from zerosum.errors import UserError
from zerosum.metrics.lpips import Lpips


class Distance(nn.Module):
    """Stands for torch-fidelity's LPIPS: takes uint8 images of three channels and of 64 pixels a side or more."""

    def __init__(self, name, sample_similarity_dtype):
        super().__init__()
        assert (name, sample_similarity_dtype) == ("lpips-vgg16", "uint8")

    def forward(self, x, y):
        assert x.dtype == y.dtype == torch.uint8
        assert x.shape[1] == 3
        assert min(x.shape[2:]) >= 64
        Distance.seen = (x, y)
        return (x.float() - y.float()).mean((1, 2, 3))


@pytest.fixture
def fidelity(monkeypatch):
    stub = types.ModuleType("torch_fidelity.sample_similarity_lpips")
    stub.SampleSimilarityLPIPS = Distance
    monkeypatch.setitem(sys.modules, "torch_fidelity", types.ModuleType("torch_fidelity"))
    monkeypatch.setitem(sys.modules, "torch_fidelity.sample_similarity_lpips", stub)
    return stub


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("side", [28, 72])
def test_small_and_grey_images_are_made_to_fit(fidelity, channels, side):
    x = torch.zeros(60, channels, side, side, dtype=torch.uint8)
    y = x + torch.arange(60, dtype=torch.uint8)[:, None, None, None]
    assert Lpips()(y, x).tolist() == list(range(60))
    assert Lpips()(x, y).tolist() == [-number for number in range(60)]


def test_each_pixel_is_seen_as_it_is_and_alpha_on_white(fidelity):
    x = torch.arange(28 * 28).remainder(256).to(torch.uint8).view(1, 1, 28, 28)
    y = torch.zeros(1, 4, 28, 28, dtype=torch.uint8)
    y[:, 0], y[:, 3, :14] = 200, 255
    y[:, 3, 14:] = 51
    Lpips()(x, y)
    grey, colour = Distance.seen
    assert grey.shape == colour.shape == (1, 3, 84, 84)  # 28 pixels, three times each: the first above 64
    rows, columns = torch.meshgrid(torch.arange(84) // 3, torch.arange(84) // 3, indexing="ij")
    for channel in range(3):
        assert torch.equal(grey[0, channel], x[0, 0, rows, columns])
    assert colour[0, :, 0, 0].tolist() == [200, 0, 0]
    assert colour[0, :, 83, 83].tolist() == [244, 204, 204]  # 0.2 c + 0.8 * 255


def test_the_published_distance_is_none_between_equals_and_grows_with_the_fault():
    folder = Path(torch.hub.get_dir()) / "checkpoints"
    if not list(folder.glob("*lpips*")):
        pytest.skip("its weights are not here, and tests download nothing")
    pytest.importorskip("torch_fidelity")
    random = torch.Generator().manual_seed(0)
    images = torch.randint(64, 192, (4, 3, 64, 64), generator=random)
    noise = torch.randn(4, 3, 64, 64, generator=random)
    same, little, much = (
        Lpips()(images.to(torch.uint8), (images + size * noise).clamp(0, 255).to(torch.uint8)) for size in (0, 10, 60)
    )
    assert same.abs().max() < 1e-6
    assert (little > 1e-3).all()
    assert (much > 2 * little).all()


def test_a_missing_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch_fidelity", None)
    with pytest.raises(UserError, match=r"lpips needs torch_fidelity.*pip install 'zerosum\[fidelity\]'"):
        Lpips()


def test_weights_that_cannot_be_had_are_explained(fidelity, monkeypatch):
    def offline(*_, **__):
        raise OSError("no route to host")

    monkeypatch.setattr(fidelity, "SampleSimilarityLPIPS", offline)
    with pytest.raises(UserError, match="weights of lpips cannot be loaded"):
        Lpips()
