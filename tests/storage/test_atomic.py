"""Files in one piece: all of it or what was there before, by names of any length."""

import errno
import os

import pytest

from zerosum.errors import UserError
from zerosum.storage import atomic

FULL = OSError(errno.ENOSPC, "No space left on device")


def test_a_file_is_there_with_its_folders_and_nothing_beside_it(tmp_path):
    path = tmp_path / "a" / "b" / "picture.png"
    atomic.write(path, b"one")
    atomic.write(path, b"two")
    assert path.read_bytes() == b"two"
    assert list(path.parent.iterdir()) == [path]


def test_what_is_there_stays_where_writing_fails(tmp_path):
    path = tmp_path / "file"
    atomic.write(path, b"one")
    with pytest.raises(TypeError), atomic.replacing(path) as part:
        torn(part)
    assert path.read_bytes() == b"one"
    assert list(tmp_path.iterdir()) == [path]


def torn(path):
    path.write_bytes(b"half")
    raise TypeError


def test_names_may_be_as_long_as_names_can_be(tmp_path):
    path = tmp_path / ("n" * 251 + ".png")
    atomic.write(path, b"content")
    assert path.read_bytes() == b"content"


def test_a_file_in_place_of_a_folder_is_an_error(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        atomic.write(tmp_path / "file" / "inner", b"")
    with pytest.raises(UserError, match=r"cannot write .*file"):
        atomic.write_durably(tmp_path / "file" / "inner", "text")
    assert (tmp_path / "file").is_file()


def test_a_text_is_all_there_or_what_was_there_before(tmp_path, monkeypatch):
    path = tmp_path / "log.jsonl"
    atomic.write_durably(path, "one")
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(FULL))
    with pytest.raises(UserError, match="disk is full: free some space"):
        atomic.write_durably(path, "two")
    assert path.read_text() == "one"
    assert list(tmp_path.iterdir()) == [path]


def test_text_with_names_of_files_is_written_as_the_system_has_them(tmp_path):
    atomic.write_durably(tmp_path / "page", "\udce9té")
    assert (tmp_path / "page").read_bytes() == b"\xe9t\xc3\xa9"
