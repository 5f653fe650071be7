"""The doctor without a run: what it looks at, and that what is bad is said with a remedy."""

import pytest

from zerosum.training import machine
from zerosum.training.machine import Check, checks, disk, folder, memory, smoke, table


def test_all_is_looked_at_and_training_is_tried():
    found = {check.name: check for check in checks(device="cpu", smoke_seconds=0.5)}
    assert list(found) == ["zerosum", "torch", "devices", "memory", "disk", "data", "cache", "training"]
    assert "cpu" in found["devices"].found
    assert found["training"].well
    assert "rounds a second" in found["training"].found


def test_training_that_fails_is_bad_and_says_why():
    check = smoke("no-such-device", 0.5)
    assert not check.well
    assert "no device 'no-such-device'" in check.found


@pytest.mark.parametrize("free, well", [(1e8, False), (1e10, True), (None, True)])
def test_little_memory_is_bad(monkeypatch, free, well):
    monkeypatch.setattr(machine, "free_memory", lambda: free)
    assert memory().well is well


def test_a_full_or_read_only_disk_is_bad(monkeypatch, tmp_path):
    usage = type("Usage", (), {"free": 1e6})
    monkeypatch.setattr(machine.shutil, "disk_usage", lambda where: usage)
    assert not disk(tmp_path).well


def test_folders_say_what_they_hold(tmp_path):
    (tmp_path / "mnist").mkdir()
    assert folder("data", tmp_path, "").found == f"{tmp_path} (mnist)"
    assert "not there: make it" in folder("data", tmp_path / "no", "make it").found
    assert folder("data", None, "set it").found == "no folder named: set it"


def test_the_table_ends_with_the_remedies():
    lines = table([Check("disk", "full", False, "free some"), Check("cache", "here")]).splitlines()
    assert lines == ["disk   bad  full", "cache  ok   here", "disk: free some"]
