"""Run folders: who may write, what may change, records, generators, devices."""

import errno
import shutil

import pytest

from tiny import recipe
from zerosum.errors import UserError
from zerosum.runs.run import MAY_CHANGE, Run, default_folder, differences
from zerosum.storage import checkpoint


@pytest.fixture
def run(tmp_path):
    made = Run(tmp_path / "run")
    with made.locked():
        made.begin(recipe("cgan"), fresh=False)
    return made


def test_a_folder_begins_with_its_recipe(run):
    assert Run.open(run.path).recipe() == recipe("cgan")
    assert run.samples.is_dir()


def test_what_is_no_run_is_refused_with_the_remedy(tmp_path):
    for path in (tmp_path, tmp_path / "none", tmp_path / "file"):
        with pytest.raises(UserError, match=r"is no run folder .*--out folder of `zerosum train`"):
            Run.open(path)


def test_two_cannot_hold_a_run_and_the_lock_goes(run):
    with run.locked(), pytest.raises(UserError, match="in use by another process"), Run(run.path).locked():
        pass
    with Run(run.path).locked():
        pass


def test_a_place_that_cannot_be_a_folder_is_named(tmp_path):
    (tmp_path / "file").touch()
    with (
        pytest.raises(UserError, match=r"cannot write .*choose another --out"),
        Run(tmp_path / "file" / "run").locked(),
    ):
        pass
    with pytest.raises(UserError, match="not empty and no run"):
        Run(tmp_path / "file").check(recipe(), fresh=False)
    assert (tmp_path / "file").read_bytes() == b""


def test_a_folder_with_other_files_is_refused_even_with_fresh(tmp_path):
    (tmp_path / "thesis.tex").write_text("years of work")
    for fresh in (False, True):
        with pytest.raises(UserError, match="is not empty and no run: choose another --out"):
            Run(tmp_path).check(recipe(), fresh=fresh)


def test_what_a_kill_in_the_first_moment_leaves_is_no_hindrance(tmp_path):
    (tmp_path / ".lock").touch()
    (tmp_path / ".recipe.yaml.partial").write_text("system: r1g")
    run = Run(tmp_path)
    assert not run.exists()
    run.check(recipe(), fresh=False)
    with run.locked():
        run.begin(recipe(), fresh=False)
    assert run.recipe() == recipe()
    assert sorted(path.name for path in tmp_path.iterdir()) == [".lock", "recipe.yaml", "samples"]


def test_another_recipe_is_refused_and_the_difference_named(run):
    with pytest.raises(UserError, match=r"holds another recipe .*seed: 0 -> 1.*choose another --out, or --fresh"):
        run.check(recipe("cgan", seed=1), fresh=False)
    assert run.recipe().seed == 0
    run.check(recipe("cgan", seed=1), fresh=True)
    with run.locked():
        run.begin(recipe("cgan", seed=1), fresh=True)
    assert run.recipe() == recipe("cgan", seed=1)


def test_the_difference_is_named_by_its_path():
    found = differences(recipe("r1gan"), recipe("r1gan", "digits", "generator.width=8", "gamma=3"))
    assert found == ["game.penalties.r1.gamma: 0.05 -> 3.0", "players.generator.width: 16 -> 8"]


def test_what_only_says_how_long_and_how_often_may_change():
    numbers = sorted(MAY_CHANGE - {"compile", "zerosum"})
    changed = recipe("r1gan", "digits", "compile=true", *(f"{name}=100" for name in numbers))
    assert differences(recipe("r1gan"), changed) == []
    assert differences(recipe("r1gan"), recipe("lsgan")) != []


def test_the_same_data_under_another_name_are_the_same_run():
    made = recipe("cgan")
    named = {"source": "/moved/here", "name": "here"}
    assert made.data.fingerprint
    assert differences(made, made.model_copy(update={"data": made.data.model_copy(update=named)})) == []
    other = made.model_copy(update={"data": made.data.model_copy(update=named | {"fingerprint": "other"})})
    assert differences(made, other) == [
        f"data.name: {made.data.name} -> here",
        f"data.fingerprint: {made.data.fingerprint} -> other",
    ]


def test_fresh_empties_the_folder(run):
    (run.path / "log.jsonl").write_text("{}\n")
    (run.path / "checkpoints" / "00000001").mkdir(parents=True)
    outside = run.path.parent / "precious"
    outside.mkdir()
    (outside / "file").touch()
    (run.path / "link").symlink_to(outside)
    with run.locked():
        run.begin(recipe("gan"), fresh=True)
    assert sorted(path.name for path in run.path.iterdir()) == [".lock", "recipe.yaml", "samples"]
    assert run.recipe().system == "gan"
    assert (outside / "file").exists()


def test_fresh_removes_the_recipe_last(run, monkeypatch):
    for name in ("a", "recipe.yaml.bak", "z"):
        (run.path / name).touch()
    removed = []
    monkeypatch.setattr("pathlib.Path.unlink", lambda path, missing_ok=False: removed.append(path.name))
    monkeypatch.setattr(shutil, "rmtree", lambda path, **_: removed.append(path.name))
    run._empty()
    assert removed[-1] == "recipe.yaml"
    assert set(removed) == {"a", "recipe.yaml.bak", "z", "samples", "recipe.yaml"}


def test_records_are_appended_and_a_torn_line_is_left_out(run):
    run.append(run.log, [{"step": 1}, {"step": 2}])
    with run.log.open("a") as file:
        file.write('{"step": 3, "a": ')
    assert run.records(run.log) == [{"step": 1}, {"step": 2}]
    assert run.records(run.path / "none.jsonl") == []


def test_rewinding_forgets_what_came_later(run):
    run.append(run.log, [{"step": step} for step in (1, 2, 3)])
    run.append(run.metrics, [{"step": None, "metric": "fd"}, {"step": 2}, {"step": 3}])
    for step in (0, 2, 3):
        checkpoint.save(run.checkpoints, step, {"step": step})
    run.rewind(2)
    assert [record["step"] for record in run.records(run.log)] == [1, 2]
    assert [record["step"] for record in run.records(run.metrics)] == [None, 2]
    assert checkpoint.steps(run.checkpoints) == [0, 2]


def test_a_record_that_does_not_fit_on_the_disk_leaves_the_file_whole(run, monkeypatch):
    run.append(run.log, [{"step": 1}])
    before, true_open = run.log.read_bytes(), type(run.log).open

    class Full:
        def __init__(self, file):
            self.file = file

        def __enter__(self):
            return self

        def __exit__(self, *_):
            self.file.close()

        def write(self, text):
            self.file.write(text[:5])
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(type(run.log), "open", lambda path, mode="r": Full(true_open(path, mode)))
    with pytest.raises(UserError, match=r"cannot write .*No space left on device.*free some space"):
        run.append(run.log, [{"step": 2}])
    monkeypatch.undo()
    assert run.log.read_bytes() == before


def test_the_default_folder_is_safe_as_a_name(monkeypatch):
    assert str(default_folder("wgan-gp", "my pets/../x")) == "runs/wgan-gp-my-pets-..-x"
    monkeypatch.setenv("ZEROSUM_RUNS", "elsewhere")
    assert str(default_folder("gan", "digits")) == "elsewhere/gan-digits"
