import sys
import types

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
        return (x.float() - y.float()).abs().mean((1, 2, 3))


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
    assert Lpips()(x, y).tolist() == list(range(60))


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
