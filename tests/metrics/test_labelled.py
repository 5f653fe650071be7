import json
import os

import pytest
import torch
from toy_images import bar_data

from zerosum.data.dataset import Resident
from zerosum.metrics import classifier
from zerosum.metrics.labelled import classifiable, classifier_features, weights_fingerprint


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
    first = classifier_features(train, test, cache=tmp_path)
    second = classifier_features(train, test, cache=tmp_path)
    assert len(trainings) == 1
    assert (first.name, first.fingerprint) == (second.name, second.fingerprint)
    assert first.fingerprint == weights_fingerprint(first.classifier)
    torch.testing.assert_close(first(test.values), second(test.values))
    assert second(test.values).shape == (100, 128)
    facts = json.loads(only(tmp_path, ".json").read_text())
    assert facts["test_accuracy"] > 0.8
    assert facts["recipe"]["steps"] == 60
    classifier_features(bar_data(299), test, cache=tmp_path)
    assert len(trainings) == 2, "other data have another classifier"


def test_test_images_without_labels_leave_its_accuracy_unknown(trainings, tmp_path):
    test = bar_data(20, split="test", seed=1)
    classifier_features(bar_data(50), Resident(test.values, name="bars", split="test"), cache=tmp_path)
    assert json.loads(only(tmp_path, ".json").read_text())["test_accuracy"] is None


@pytest.mark.parametrize("suffix, content", [(".safetensors", b"\x80\x04}."), (".json", b"{"), (".json", b"[]")])
def test_a_damaged_cache_is_trained_again(trainings, tmp_path, suffix, content):
    train, test = bar_data(100), bar_data(50, split="test", seed=1)
    first = classifier_features(train, test, cache=tmp_path)
    only(tmp_path, suffix).write_bytes(content)
    again = classifier_features(train, test, cache=tmp_path)
    assert len(trainings) == 2
    assert again.fingerprint == first.fingerprint
    classifier_features(train, test, cache=tmp_path)
    assert len(trainings) == 2, "the damaged file was replaced"


def test_changed_weights_are_noticed(trainings, tmp_path):
    train, test = bar_data(100), bar_data(50, split="test", seed=1)
    classifier_features(train, test, cache=tmp_path)
    path = only(tmp_path, ".safetensors")
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    classifier_features(train, test, cache=tmp_path)
    assert len(trainings) == 2


def test_the_cache_folder_comes_from_the_environment(trainings, tmp_path, monkeypatch):
    monkeypatch.setenv("ZEROSUM_CACHE", str(tmp_path / "here"))
    classifier_features(bar_data(50), bar_data(50, split="test", seed=1))
    names = sorted(os.listdir(tmp_path / "here" / "features"))
    assert [name.rpartition(".")[2] for name in names if not name.endswith(".lock")] == ["json", "safetensors"]


def test_what_can_be_classified():
    assert classifiable(bar_data(20))
    assert not classifiable(bar_data(20, labelled=False))
    assert classifier_features(bar_data(20, labelled=False), bar_data(20, labelled=False)) is None
