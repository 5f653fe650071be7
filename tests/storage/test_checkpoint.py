"""Checkpoints: whole or absent, checked, never unpickled."""

import errno
import json
import os
import pickle
import shutil
from pathlib import Path

import pytest
import torch
from safetensors import SafetensorError
from safetensors.torch import save_file

from tiny import same
from zerosum.errors import UserError
from zerosum.storage import checkpoint

STATE = {
    "step": 3,
    "game": {"w": torch.arange(6.0).view(2, 3), "count": torch.tensor(4)},
    "optimizers": {
        "d": {"state": {0: {"step": torch.tensor(2.0)}, 1: {}}, "param_groups": [{"lr": 0.1, "betas": (0.5, 0.9)}]}
    },
    "averages": None,
    "name": "ä",
    "empty": torch.zeros(0, 3),
    "low": torch.ones(2, dtype=torch.bfloat16),
    "flag": True,
}


class Bomb:
    """Unpickling this makes a folder: the proof that it was unpickled."""

    def __init__(self, path: Path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def test_a_tree_comes_back_as_it_was(tmp_path):
    checkpoint.save(tmp_path, 3, STATE)
    back = checkpoint.load(tmp_path / "00000003")
    assert back["optimizers"]["d"]["param_groups"][0]["betas"] == [0.5, 0.9]  # JSON has no tuples
    same(STATE, back)
    assert back["optimizers"]["d"]["state"].keys() == {0, 1}
    assert back["averages"] is None


def test_views_and_shared_tensors_are_saved_as_values(tmp_path):
    base = torch.arange(12.0).view(3, 4)
    checkpoint.save(tmp_path, 0, {"row": base[1], "columns": base.T, "again": base})
    back = checkpoint.load(tmp_path / "00000000")
    assert torch.equal(back["columns"], base.T)
    assert torch.equal(back["row"], base[1])


def test_floats_are_exact(tmp_path):
    values = [0.1, 1 / 3, 1e-300, 1e300, -0.0]
    checkpoint.save(tmp_path, 0, {"values": values})
    assert [x.hex() for x in checkpoint.load(tmp_path / "00000000")["values"]] == [x.hex() for x in values]


def test_what_it_cannot_hold_is_an_error_and_makes_no_checkpoint(tmp_path):
    with pytest.raises(TypeError, match="cannot hold set at /game/x"):
        checkpoint.save(tmp_path, 0, {"game": {"x": {1}}})
    assert checkpoint.steps(tmp_path) == []


def test_only_two_files_and_no_partial_folder(tmp_path):
    checkpoint.save(tmp_path, 7, STATE)
    checkpoint.save(tmp_path, 7, STATE)
    assert sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")) == [
        "00000007",
        "00000007/state.json",
        "00000007/state.safetensors",
    ]


def test_whoever_may_read_one_of_the_files_may_read_the_other(tmp_path):
    before = os.umask(0o027)
    try:
        folder = checkpoint.save(tmp_path, 7, STATE)
    finally:
        os.umask(before)
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o640}


def test_saving_a_step_again_leaves_a_whole_checkpoint_at_every_moment(tmp_path, monkeypatch):
    checkpoint.save(tmp_path, 3, {"step": 2})
    checkpoint.save(tmp_path, 7, {"step": 7, "try": 1})
    found = []

    def watched(function):
        def call(*arguments, **options):
            found.append(checkpoint.load_latest(tmp_path, torch.device("cpu"), print)["try"])
            return function(*arguments, **options)

        return call

    for of, name in ((Path, "rename"), (shutil, "rmtree"), (os, "fsync")):
        monkeypatch.setattr(of, name, watched(getattr(of, name)))
    checkpoint.save(tmp_path, 7, {"step": 7, "try": 2})
    monkeypatch.undo()
    assert found == sorted(found)
    assert set(found) == {1, 2}
    assert checkpoint.load_latest(tmp_path, torch.device("cpu"), print)["try"] == 2


@pytest.mark.parametrize("killed", [1, 2, 3])
def test_a_kill_while_a_step_is_saved_again_loses_nothing(tmp_path, monkeypatch, killed):
    checkpoint.save(tmp_path, 7, {"step": 7, "try": 1})
    count, true_rename, true_remove = [0], Path.rename, shutil.rmtree

    def cut(function):
        def call(path, *arguments, **options):
            count[0] += path.name in ("00000007", ".00000007.partial", ".00000007.old")
            if count[0] > killed:
                raise KeyboardInterrupt
            return function(path, *arguments, **options)

        return call

    monkeypatch.setattr(Path, "rename", cut(true_rename))
    monkeypatch.setattr(shutil, "rmtree", cut(true_remove))
    with pytest.raises(KeyboardInterrupt):
        checkpoint.save(tmp_path, 7, {"step": 7, "try": 2})
    monkeypatch.undo()
    assert checkpoint.steps(tmp_path) == [7]
    assert checkpoint.load_latest(tmp_path, torch.device("cpu"), print)["try"] == (2 if killed == 3 else 1)
    checkpoint.forget(tmp_path, 7)
    assert [path.name for path in tmp_path.iterdir()] == ["00000007"]
    checkpoint.save(tmp_path, 7, {"step": 7, "try": 3})
    assert [path.name for path in tmp_path.iterdir()] == ["00000007"]


def test_steps_knows_its_own_folders_only(tmp_path):
    for name in ("00000010", "00000002", "7", "00000005.old", ".00000004.partial", "123456789"):
        (tmp_path / name).mkdir()
    (tmp_path / "00000009").touch()
    assert checkpoint.steps(tmp_path) == [2, 10, 123456789]
    assert checkpoint.steps(tmp_path / "none") == []


@pytest.mark.parametrize("keep, left", [(set(), [4, 5]), ({1, 9}, [1, 4, 5])])
def test_pruning_keeps_the_newest_and_the_chosen(tmp_path, keep, left):
    for step in range(1, 6):
        checkpoint.save(tmp_path, step, {"step": step})
    checkpoint.prune(tmp_path, keep)
    assert checkpoint.steps(tmp_path) == left


def test_forgetting_removes_what_is_later_and_what_is_half_written(tmp_path):
    for step in (1, 2, 3):
        checkpoint.save(tmp_path, step, {"step": step})
    (tmp_path / ".00000004.partial").mkdir()
    checkpoint.forget(tmp_path, 2)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["00000001", "00000002"]


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(bytes(content))


def other_number(path: Path) -> None:
    path.write_text(path.read_text().replace('["step", 3]', '["step", 4]'))


DAMAGES = {
    "one bit of the tensors": lambda folder: flip(folder / "state.safetensors"),
    "tensors cut short": lambda folder: os.truncate(folder / "state.safetensors", 20),
    "no tensors": lambda folder: (folder / "state.safetensors").unlink(),
    "one number of the rest": lambda folder: other_number(folder / "state.json"),
    "rest cut short": lambda folder: os.truncate(folder / "state.json", 40),
    "rest empty": lambda folder: (folder / "state.json").write_text(""),
    "rest not text": lambda folder: (folder / "state.json").write_bytes(b"\xff\xfe\x00"),
    "rest another JSON": lambda folder: (folder / "state.json").write_text("[1, 2]"),
    "rest another object": lambda folder: (folder / "state.json").write_text('{"format": 1}'),
    "empty folder": lambda folder: [path.unlink() for path in folder.iterdir()],
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_found_and_the_one_before_is_used(tmp_path, damage):
    checkpoint.save(tmp_path, 2, {"step": 2})
    DAMAGES[damage](checkpoint.save(tmp_path, 3, STATE))
    with pytest.raises(checkpoint.DamagedError):
        checkpoint.load(tmp_path / "00000003")
    said = []
    assert checkpoint.load_latest(tmp_path, torch.device("cpu"), said.append) == {"step": 2}
    assert len(said) == 1
    assert "00000003" in said[0]
    assert "falling back" in said[0]


def test_all_damaged_is_an_error_with_the_remedy(tmp_path):
    for step in (1, 2):
        flip(checkpoint.save(tmp_path, step, STATE) / "state.safetensors")
    said = []
    with pytest.raises(UserError, match=r"every checkpoint in .* is damaged: .*--fresh"):
        checkpoint.load_latest(tmp_path, torch.device("cpu"), said.append)
    assert len(said) == 2


def test_no_checkpoint_is_no_error(tmp_path):
    assert checkpoint.load_latest(tmp_path / "none", torch.device("cpu"), print) is None


def test_a_newer_format_is_refused_and_not_passed_over(tmp_path):
    checkpoint.save(tmp_path, 2, STATE)
    path = checkpoint.save(tmp_path, 3, STATE) / "state.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format": 99, "zerosum": "9.9"}))
    with pytest.raises(UserError, match=r"written by zerosum 9\.9: upgrade"):
        checkpoint.load_latest(tmp_path, torch.device("cpu"), print)


def test_a_pickle_is_never_unpickled(tmp_path):
    proof = tmp_path / "proof"
    folder = checkpoint.save(tmp_path, 3, STATE)
    (folder / "state.safetensors").write_bytes(pickle.dumps(Bomb(proof)))
    head = json.loads((folder / "state.json").read_text())
    head["sha256"] = checkpoint.digest(folder / "state.safetensors")  # even with the right digest
    (folder / "state.json").write_text(json.dumps(head))
    with pytest.raises(checkpoint.DamagedError, match="not a checkpoint of zerosum"):
        checkpoint.load(folder)
    torch.save({"bomb": Bomb(proof)}, folder / "state.safetensors")
    with pytest.raises(checkpoint.DamagedError):
        checkpoint.load(folder)
    assert not proof.exists()
    pickle.loads(pickle.dumps(Bomb(proof)))
    assert proof.exists()  # the bomb would have gone off


FULL = OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("error", [FULL, SafetensorError("I/O error: No space left on device (os error 28)")])
def test_a_full_disk_leaves_the_older_checkpoint_and_nothing_partial(tmp_path, monkeypatch, error):
    checkpoint.save(tmp_path, 1, STATE)

    def fail(*args):
        save_file(*args)
        raise error

    monkeypatch.setattr(checkpoint, "save_file", fail)
    with pytest.raises(UserError, match="disk is full: free some space, then run the same command"):
        checkpoint.save(tmp_path, 2, STATE)
    assert [path.name for path in tmp_path.iterdir()] == ["00000001"]


def test_a_disk_that_is_full_only_at_the_sync_leaves_nothing_partial(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(FULL))
    with pytest.raises(UserError, match="disk is full"):
        checkpoint.save(tmp_path, 2, STATE)
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match=r"cannot write .*file.*choose another --out"):
        checkpoint.save(tmp_path / "file", 1, STATE)
    assert (tmp_path / "file").is_file()
