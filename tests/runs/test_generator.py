"""Generators: written, loaded bit for bit, sampled, refused where damaged."""

import json
import os
import pickle
import shutil
from pathlib import Path

import pytest
import torch

from tiny import recipe
from zerosum.errors import UserError
from zerosum.recipe.build import build_game
from zerosum.runs.generator import load_generator, save_generator
from zerosum.runs.run import Run
from zerosum.storage import atomic, checkpoint, disk


@pytest.fixture
def run(tmp_path):
    made = Run(tmp_path / "run")
    with made.locked():
        made.begin(recipe("cgan"), fresh=False)
    return made


def written(run, made):
    game = build_game(made)
    save_generator(run.path, made, game, {"step": 5, "images": 80})
    return game


def test_a_generator_comes_back_bit_for_bit(run):
    game = written(run, recipe("cgan"))
    back = load_generator(run.path)
    theirs = game.generator.state_dict()
    assert all(torch.equal(value, theirs[name]) for name, value in back.game.generator.state_dict().items())
    assert back.about["step"] == 5
    assert back.recipe == recipe("cgan")
    assert not back.game.training


def test_sampling_from_a_loaded_generator(run):
    written(run, recipe("cgan"))
    generator = load_generator(str(run.path))
    images = generator.sample(12, label=3, seed=1)
    assert (images.dtype, images.shape) == (torch.uint8, (12, 1, 8, 8))
    assert torch.equal(images, generator.sample(12, label="3", seed=1))
    samples, inputs = generator.sample_with_inputs(4, label=["7", 1])
    assert inputs["label"].tolist() == [7, 1, 7, 1]
    given = generator.sample(4, given={"label": torch.tensor([7, 1, 7, 1])})
    assert torch.equal(samples, given)
    assert [control.name for control in generator.controls] == ["latent", "label"]
    assert generator.to("cpu") is generator


def test_a_label_for_an_unconditional_generator_is_refused(tmp_path):
    run = Run(tmp_path / "run")
    with run.locked():
        run.begin(recipe("gan", "8-ring"), fresh=False)
    written(run, recipe("gan", "8-ring"))
    generator = load_generator(run.path)
    assert generator.sample(3).shape == (3, 2)
    with pytest.raises(UserError, match="this gan generator has no control 'label': train with --set conditioning"):
        generator.sample(3, label=1)
    generator.recipe = recipe("infogan")
    with pytest.raises(UserError, match="no control 'label': train cgan, acgan or r1gan instead"):
        generator.sample(3, label=1)


def test_the_two_files_alone_are_enough_and_whoever_reads_one_reads_the_other(run, tmp_path):
    written(run, recipe("cgan"))
    os.chmod(run.path / "recipe.yaml", 0o600)
    modes = {name: (run.path / name).stat().st_mode & 0o777 for name in ("generator.safetensors", "generator.json")}
    assert modes["generator.safetensors"] == modes["generator.json"]
    (tmp_path / "sent").mkdir()
    for name in modes:
        shutil.copy(run.path / name, tmp_path / "sent")
    images = load_generator(tmp_path / "sent").sample(4, label=3, seed=1)
    assert torch.equal(images, load_generator(run.path).sample(4, label=3, seed=1))
    with pytest.raises(UserError, match="is no run folder"):
        load_generator(tmp_path)


def test_data_are_where_the_run_found_them_last(run):
    made = recipe("cgan")
    written(run, made)
    for change, where in (({"source": "/moved"}, "/moved"), ({"source": "/moved", "fingerprint": "other"}, "digits")):
        moved = made.model_copy(update={"data": made.data.model_copy(update=change)})
        atomic.write_durably(run.path / "recipe.yaml", moved.to_yaml())
        assert load_generator(run.path).recipe.data.source == where


def test_no_generator_yet_says_so(run):
    with pytest.raises(UserError, match="has no generator yet: run its `zerosum train` command"):
        load_generator(run.path)


@pytest.mark.parametrize("moment", range(6))
def test_a_kill_at_any_moment_of_writing_leaves_a_generator_that_loads(run, monkeypatch, moment):
    """Each file is forced to disk, or takes its place, at a moment of its own."""
    written(run, recipe("cgan"))
    seen = []

    def killed(original):
        def call(*arguments, **options):
            if len(seen) == moment:
                raise KeyboardInterrupt
            seen.append(1)
            return original(*arguments, **options)

        return call

    with monkeypatch.context() as patched:
        patched.setattr(disk, "sync", killed(disk.sync))
        patched.setattr("pathlib.Path.replace", killed(Path.replace))
        patched.setattr(checkpoint, "save_tensors", killed(checkpoint.save_tensors))
        made = recipe("cgan", seed=1)
        with pytest.raises(KeyboardInterrupt):
            save_generator(run.path, made, build_game(made), {"step": 6})
    assert load_generator(run.path).about["step"] == (6 if moment > 3 else 5)
    with monkeypatch.context() as patched:  # the next one finds no place
        patched.setattr(checkpoint, "save_tensors", lambda tensors, path: os.open(run.path / "none" / "none", 0))
        with pytest.raises(UserError):
            save_generator(run.path, made, build_game(made), {"step": 7})
    assert load_generator(run.path).about["step"] == (6 if moment > 3 else 5)
    save_generator(run.path, made, build_game(made), {"step": 8})
    assert load_generator(run.path).about["step"] == 8
    assert sorted(path.name for path in run.path.glob("*generator*")) == ["generator.json", "generator.safetensors"]


class Bomb:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def test_a_damaged_generator_is_named_and_never_unpickled(run, tmp_path):
    written(run, recipe("cgan"))
    (run.path / "generator.safetensors").write_bytes(pickle.dumps(Bomb(tmp_path / "proof")))
    with pytest.raises(UserError, match=r"generator in .*run is damaged"):
        load_generator(run.path)
    about = json.loads((run.path / "generator.json").read_text())
    about["sha256"] = checkpoint.digest(run.path / "generator.safetensors")
    (run.path / "generator.json").write_text(json.dumps(about))
    with pytest.raises(UserError, match=r"damaged"):
        load_generator(run.path)
    assert not (tmp_path / "proof").exists()


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"sha256": "x", "recipe": {}}', "\x00"])
def test_a_damaged_description_of_a_generator_is_named(run, text):
    written(run, recipe("cgan"))
    (run.path / "generator.json").write_text(text)
    with pytest.raises(UserError, match="damaged"):
        load_generator(run.path)


def test_weights_of_other_networks_are_refused(run, tmp_path):
    written(run, recipe("cgan"))
    other = Run(tmp_path / "other")
    with other.locked():
        other.begin(recipe("gan"), fresh=False)
    written(other, recipe("gan"))
    about = json.loads((run.path / "generator.json").read_text())
    shutil.copy(other.path / "generator.safetensors", run.path / "generator.safetensors")
    about["sha256"] = checkpoint.digest(run.path / "generator.safetensors")
    (run.path / "generator.json").write_text(json.dumps(about))
    with pytest.raises(UserError, match="damaged"):
        load_generator(run.path)
