"""Files in one piece: all of it or what was there before, by names of any length."""

import pytest

from zerosum.storage import atomic


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
