import torch
from toy_images import bar_data

from zerosum.metrics.feature_cache import FeatureCache
from zerosum.metrics.reference import Reference
from zerosum.metrics.space import Features


def counting(calls, fingerprint="a", shift=0.0):
    def extract(images):
        calls.append(len(images))
        return images.flatten(1).float() + shift

    return Features("counted", fingerprint, extract, "none", kept=True)


def reals(folder, features, data):
    return Reference(data, data, features, folder=folder).real.features


def test_features_of_reals_are_computed_once(tmp_path):
    data, calls = bar_data(30), []
    first = reals(tmp_path, counting(calls), data)
    again = reals(tmp_path, counting(calls), data)
    assert calls == [30]
    assert torch.equal(first, again)
    reals(tmp_path, counting(calls, "b"), data)
    reals(tmp_path, counting(calls), bar_data(29))
    assert calls == [30, 30, 29], "other features or data are others"


def test_what_16_bits_do_not_hold_is_not_kept(tmp_path):
    data, calls = bar_data(30), []
    for _ in range(2):
        reals(tmp_path, counting(calls, shift=0.0001), data)
    assert calls == [30, 30]


def test_where_nothing_can_be_kept_features_are_computed_again(tmp_path):
    data, calls = bar_data(30), []
    (tmp_path / "file").touch()
    first = reals(tmp_path, counting(calls), data)
    for _ in range(2):
        assert torch.equal(reals(tmp_path / "file" / "cache", counting(calls), data), first)
    assert calls == [30, 30, 30]


def test_a_damaged_file_is_computed_again(tmp_path):
    data, calls = bar_data(30), []
    first = reals(tmp_path, counting(calls), data)
    (path,) = (tmp_path / "reals").iterdir()
    path.write_bytes(path.read_bytes()[:100])
    assert torch.equal(reals(tmp_path, counting(calls), data), first)
    assert calls == [30, 30]
    assert FeatureCache(None).of(counting(calls), data, torch.arange(3)) is None
