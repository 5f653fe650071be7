"""JSON in files: what is damaged is as good as not there."""

import json

import pytest

from zerosum.storage.json_files import digest, read_json, read_lines, write_json


def test_an_object_is_read_as_it_was_written_and_damage_is_none(tmp_path):
    path = tmp_path / "folder" / "a.json"
    assert read_json(path) is None
    write_json(path, {"b": 1, "a": [2.5, None]})
    assert read_json(path) == {"a": [2.5, None], "b": 1}
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(path, {"b": float("nan")})
    assert read_json(path) == {"a": [2.5, None], "b": 1}
    for text in ('{"a": ', "[1]", "\udce9"):
        path.write_text(text, errors="surrogateescape")
        assert read_json(path) is None


def test_a_torn_line_is_left_out(tmp_path):
    path = tmp_path / "log.jsonl"
    assert read_lines(path) == []
    path.write_text('{"step": 1}\n7\n{"step": 2}\n{"st')
    assert read_lines(path) == [{"step": 1}, {"step": 2}]


def test_a_digest_is_of_the_content_and_not_of_its_order():
    assert digest({"a": 1, "b": 2}) == digest(json.loads('{"b": 2, "a": 1}'))
    assert digest({"a": 1}) != digest({"a": 2})
    assert len(digest([])) == 16
