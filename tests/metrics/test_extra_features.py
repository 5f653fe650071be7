import hashlib
import sys
import types

import pytest
import torch
from torch import nn

from zerosum.errors import UserError
from zerosum.metrics import extra_features as module
from zerosum.metrics.extra_features import extra_features, inception_weights
from zerosum.metrics.inception import BY_CLASSES, INCEPTION, SHA256, title_of
from zerosum.metrics.table import TABLE

WEIGHTS = b"weights"


class Network(nn.Module):
    """Stands for torch-fidelity's networks: takes uint8 images of three channels, returns a tuple."""

    def __init__(self, name, features, *, feature_extractor_weights_path=None):
        super().__init__()
        self.path = feature_extractor_weights_path
        self.weight = nn.Parameter(torch.full((1,), 2.0))

    def forward(self, images):
        assert images.dtype == torch.uint8
        assert images.shape[1] == 3
        return (images.double().mean((2, 3)) * self.weight,)


@pytest.fixture
def fidelity(monkeypatch, tmp_path):
    """A torch-fidelity and a folder of torch.hub in which the weights, known by another hash, lie already."""
    stub = types.ModuleType("torch_fidelity")
    stub.FeatureExtractorInceptionV3 = stub.FeatureExtractorDinoV2 = Network
    monkeypatch.setitem(sys.modules, "torch_fidelity", stub)
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))
    monkeypatch.setattr(module, "SHA256", hashlib.sha256(WEIGHTS).hexdigest())
    monkeypatch.setattr(torch.hub, "download_url_to_file", lambda *a, **k: pytest.fail("nothing is to be downloaded"))
    path = tmp_path / "checkpoints" / "weights-inception-2015-12-05-6726825d.pth"
    path.parent.mkdir()
    path.write_bytes(WEIGHTS)
    return path


@pytest.mark.parametrize("channels", [1, 3])
def test_features_of_grey_and_coloured_images_in_parts(fidelity, monkeypatch, channels):
    monkeypatch.setattr(module, "BATCH", 2)
    images = torch.randint(256, (5, channels, 6, 7), generator=torch.Generator().manual_seed(0)).to(torch.uint8)
    features = extra_features("inception")
    expected = 2 * images.float().mean((2, 3)).expand(-1, 3)
    torch.testing.assert_close(features(images), expected)
    assert features(images).dtype == torch.float32
    assert (features.name, features.fingerprint, features.classifier) == ("inception", INCEPTION, None)


def test_the_fingerprint_of_dinov2_is_that_of_its_weights(fidelity, monkeypatch):
    first = extra_features("dinov2")
    assert first.name == "dinov2"
    assert first.fingerprint == extra_features("dinov2").fingerprint != INCEPTION
    original = Network.__init__

    def other(self, *arguments, **options):
        original(self, *arguments, **options)
        self.weight.data += 1

    monkeypatch.setattr(Network, "__init__", other)
    assert extra_features("dinov2").fingerprint != first.fingerprint


def test_other_weights_are_refused(fidelity):
    assert inception_weights() == fidelity
    fidelity.write_bytes(b"other")
    with pytest.raises(UserError, match="does not hold the weights that FID is defined with"):
        extra_features("inception")


def test_missing_weights_are_downloaded_and_checked(fidelity, monkeypatch):
    fidelity.unlink()
    asked = []

    def download(url, path, *, hash_prefix, progress):
        asked.append((url, hash_prefix))
        fidelity.write_bytes(WEIGHTS)

    monkeypatch.setattr(torch.hub, "download_url_to_file", download)
    assert inception_weights() == fidelity
    assert asked == [(module.URL, hashlib.sha256(WEIGHTS).hexdigest())]


@pytest.mark.parametrize("error", [OSError("no network"), RuntimeError("invalid hash value")])
def test_a_failed_download_says_where_the_file_belongs(fidelity, monkeypatch, error):
    fidelity.unlink()

    def download(*arguments, **options):
        raise error

    monkeypatch.setattr(torch.hub, "download_url_to_file", download)
    with pytest.raises(UserError, match=f"cannot be downloaded .{error}.: put https://.* to .*checkpoints"):
        extra_features("inception")


@pytest.mark.parametrize("name", ["inception", "dinov2"])
def test_a_missing_extra_is_named(monkeypatch, name):
    monkeypatch.setitem(sys.modules, "torch_fidelity", None)
    with pytest.raises(UserError, match=r"pip install 'zerosum\[fidelity\]'") as caught:
        extra_features(name)
    assert "\n" not in str(caught.value)


def test_a_torchvision_of_another_torch_is_named(monkeypatch):
    def fail(name):
        raise RuntimeError("operator torchvision::nms does not exist\nmore")

    monkeypatch.setattr(module.importlib, "import_module", fail)
    with pytest.raises(UserError, match=r"nms does not exist\): install the torchvision of your torch"):
        extra_features("inception")


def test_only_the_known_weights_make_an_fid():
    assert module.URL.endswith(f"{SHA256[:8]}.pth")

    def title(metric, features, fingerprint):
        return title_of(metric, {"features": features, "features_fingerprint": fingerprint})

    assert title("fd", "inception", INCEPTION) == "FID"
    assert title("kd", "inception", INCEPTION) == "KID"
    assert title("fd", "inception", "0" * 16) == "fd (inception)"
    assert title("fd", "dinov2", "1" * 16) == "fd (dinov2)"
    assert title("recall", "inception", INCEPTION) == "recall (inception)"
    assert title("fd", "classifier", "1" * 16) == "fd (classifier)"
    assert title("fd", "imagenet", "1" * 16) == title("fd", "coordinates", "1" * 16) == "fd"
    assert title("classes", "classifier", "1" * 16) == "classes"
    assert title_of("cas", {}) == title_of("cas", None) == "cas"


def test_what_the_classifier_tells_is_known_by_name():
    assert set(BY_CLASSES) == {name for name, entry in TABLE.items() if entry.space == "classifier"}
