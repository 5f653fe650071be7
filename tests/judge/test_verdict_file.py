"""doctor.json: what was written is read, an older file too, and a damaged one is none."""

import json

from zerosum.judge.verdict import Evidence, Remedy, State, Verdict
from zerosum.judge.verdict_file import FILE, Examined, read

VERDICT = Verdict(
    State.COLLAPSED, 0.9, (Evidence("missing", 0.2, "up to 0.06", "few"),), (Remedy(("lr=1e-4",), "calm"),), ("3",)
)


def test_what_was_written_is_read(tmp_path):
    assert read(tmp_path) is None
    for rounds, more in ((1500, {}), (2000, {"rounds": 2000})):
        (tmp_path / FILE).write_text(json.dumps(VERDICT.to_dict() | {"step": 1500} | more))
        assert read(tmp_path) == Examined(VERDICT, 1500, rounds)


def test_a_damaged_file_is_none(tmp_path):
    known = json.dumps(VERDICT.to_dict() | {"step": 1500, "state": "no such state"})
    for text in ("", "{", "[]", '{"state": "healthy"}', known):
        (tmp_path / FILE).write_text(text)
        assert read(tmp_path) is None
