import json
import os

import pytest
import torch
from toy_images import bar_data

from zerosum.data.dataset import Resident
from zerosum.errors import UserError
from zerosum.metrics import classifier
from zerosum.metrics.features import features_for, named_features, pixels, weights_fingerprint


@pytest.fixture
def trainings(monkeypatch):
    """Count trainings, and keep them short."""
    counted, original = [], classifier.train_classifier

    def train(*arguments, **options):
        counted.append(1)
        return original(*arguments, **options)

    monkeypatch.setattr(classifier, "STEPS", 60)
    monkeypatch.setattr(classifier, "train_classifier", train)
    return counted


def only(folder, suffix):
    (path,) = (folder / "features").glob(f"*{suffix}")
    return path


def test_a_cache_hit_does_not_train(trainings, tmp_path):
    train, test = bar_data(300), bar_data(100, split="test", seed=1)
    first = features_for(train, test, cache=tmp_path)
    second = features_for(train, test, cache=tmp_path)
    assert len(trainings) == 1
    assert (first.name, first.fingerprint) == (second.name, second.fingerprint)
    assert first.fingerprint == weights_fingerprint(first.classifier)
    torch.testing.assert_close(first(test.values), second(test.values))
    assert second(test.values).shape == (100, 128)
    facts = json.loads(only(tmp_path, ".json").read_text())
    assert facts["test_accuracy"] > 0.8
    assert facts["recipe"]["steps"] == 60
    features_for(bar_data(299), test, cache=tmp_path)
    assert len(trainings) == 2, "other data have another classifier"


@pytest.mark.parametrize("suffix, content", [(".safetensors", b"\x80\x04}."), (".json", b"{"), (".json", b"[]")])
def test_a_damaged_cache_is_trained_again(trainings, tmp_path, suffix, content):
    train, test = bar_data(100), bar_data(50, split="test", seed=1)
    first = features_for(train, test, cache=tmp_path)
    only(tmp_path, suffix).write_bytes(content)
    again = features_for(train, test, cache=tmp_path)
    assert len(trainings) == 2
    assert again.fingerprint == first.fingerprint
    features_for(train, test, cache=tmp_path)
    assert len(trainings) == 2, "the damaged file was replaced"


def test_changed_weights_are_noticed(trainings, tmp_path):
    train, test = bar_data(100), bar_data(50, split="test", seed=1)
    features_for(train, test, cache=tmp_path)
    path = only(tmp_path, ".safetensors")
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    features_for(train, test, cache=tmp_path)
    assert len(trainings) == 2


def test_the_cache_folder_comes_from_the_environment(trainings, tmp_path, monkeypatch):
    monkeypatch.setenv("ZEROSUM_CACHE", str(tmp_path / "here"))
    features_for(bar_data(50), bar_data(50, split="test", seed=1))
    names = sorted(os.listdir(tmp_path / "here" / "features"))
    assert [name.rpartition(".")[2] for name in names if not name.endswith(".lock")] == ["json", "safetensors"]


def test_unlabelled_images_are_their_pixels(tmp_path):
    train = bar_data(20, labelled=False)
    features = features_for(train, train, cache=tmp_path)
    assert (features.name, features.classifier) == ("pixels", None)
    torch.testing.assert_close(features(train.values), train.values.flatten(1) / 255)
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
    with pytest.raises(UserError, match="no features for samples of shape"):
        features_for(data, data, cache=tmp_path)


def test_features_by_name(trainings, tmp_path, monkeypatch):
    train, test = bar_data(100), bar_data(50, split="test", seed=1)
    assert named_features("pixels", train, test).name == "pixels"
    assert not trainings
    classifier_features = named_features("classifier", train, test, cache=tmp_path)
    assert classifier_features.fingerprint == features_for(train, test, cache=tmp_path).fingerprint
    for name in ("inception", "dinov2"):
        monkeypatch.setattr("zerosum.metrics.extra_features.extra_features", lambda name, device: (name, device))
        assert named_features(name, train, test, device="cpu") == (name, "cpu")


def test_features_that_cannot_be(tmp_path):
    images, points = bar_data(20, labelled=False), Resident(torch.randn(10, 2), name="dots")
    with pytest.raises(UserError, match="no features 'inceptoin'; did you mean 'inception'"):
        named_features("inceptoin", images, images)
    with pytest.raises(UserError, match="'pixels' features are of images, dots holds points"):
        named_features("pixels", points, points)
    with pytest.raises(UserError, match="bars has no labels to train a classifier with: use pixels features"):
        named_features("classifier", images, images, cache=tmp_path)
