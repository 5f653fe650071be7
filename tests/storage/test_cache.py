"""The cache folder: where it is, and what happens where it cannot be written."""

from pathlib import Path

import pytest

from zerosum.storage import cache


def test_the_folder_is_the_callers_the_environments_or_at_home(tmp_path, monkeypatch):
    monkeypatch.setenv("ZEROSUM_CACHE", "~/there")
    assert cache.cache_folder(tmp_path) == tmp_path
    assert cache.cache_folder() == Path.home() / "there"
    monkeypatch.delenv("ZEROSUM_CACHE")
    assert cache.cache_folder() == Path.home() / ".cache" / "zerosum"


def test_what_cannot_be_kept_is_said_once_and_is_no_error(tmp_path, caplog, monkeypatch):
    monkeypatch.setattr(cache, "TOLD", set())
    (tmp_path / "file").touch()
    for _ in range(2):
        with cache.keeping(tmp_path / "floors" / "a.json"):
            (tmp_path / "file" / "inner").mkdir()
    assert [record.message.partition(" cannot")[0] for record in caplog.records] == [str(tmp_path)]
    with pytest.raises(ZeroDivisionError), cache.keeping(tmp_path / "floors" / "a.json"):
        1 / 0  # noqa: B018


def test_one_process_at_a_time_is_let_in_and_names_are_fit_for_files(tmp_path):
    with cache.alone(tmp_path / "floors" / "a.lock"):
        assert (tmp_path / "floors" / "a.lock").exists()
    assert cache.safe_name("my data/é.npz" + "x" * 60) == "my_data___npz" + "x" * 27
