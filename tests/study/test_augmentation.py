import json
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from toy_bars import bar_data

import zerosum as zs
from zerosum.data.load import load
from zerosum.errors import UserError
from zerosum.metrics import classifier
from zerosum.metrics.labelled import small_pairs
from zerosum.study import study as carried_out
from zerosum.study.augmentation import augmentation_study
from zerosum.study.images import few_a_class, mixed, write_images
from zerosum.study.setting import Setting
from zerosum.study.study import Study
from zerosum.study.subject import check_data

TINY = ("generator.width=16", "discriminator.width=16", "batch_size=16", "sample_every=1000")


def study(out, **changes):
    given = {"labels_per_class": 3, "seeds": 3, "generated": 4, "classifier_steps": 4, "steps": 3, "settings": TINY}
    return augmentation_study("r1gan", "digits", out=out, device="cpu", **given | changes)


def test_few_are_chosen_a_class_by_seed():
    data = bar_data(40)
    chosen = few_a_class(data, 5, 0)
    assert data.labels[chosen].tolist() == [0] * 5 + [1] * 5
    assert len(chosen.unique()) == 10
    assert torch.equal(chosen, few_a_class(data, 5, 0))
    assert not torch.equal(chosen, few_a_class(data, 5, 1))


def test_the_generator_gets_the_chosen_images_as_both_splits(tmp_path):
    data = bar_data(40)
    chosen = few_a_class(data, 6, 0)
    write_images(tmp_path / "few.npz", data, chosen)
    for split in ("train", "test"):
        found = load(str(tmp_path / "few.npz"), split=split)
        assert torch.equal(found.values, data.values[chosen])
        assert torch.equal(found.labels, data.labels[chosen])


def test_a_batch_is_half_real_on_average():
    real = torch.arange(3, dtype=torch.uint8).view(3, 1, 1, 1), torch.tensor([0, 1, 2])
    fake = torch.full((7, 1, 1, 1), 9, dtype=torch.uint8), torch.full((7,), 5)
    images, labels = mixed(real, fake)
    assert images.flatten().tolist() == [0, 1, 2, 0, 1, 2, 0] + [9] * 7
    assert labels.tolist() == [0, 1, 2, 0, 1, 2, 0] + [5] * 7


def test_arms_are_matched_and_only_two_see_fakes(monkeypatch, tmp_path):
    calls = []

    def note(images, labels, classes, **options):
        calls.append((len(images), options))
        return classifier.train_classifier(images, labels, classes, **options)

    monkeypatch.setattr(carried_out, "train_classifier", note)
    found = study(tmp_path / "s")
    first = calls[:4]
    assert [count for count, _ in first] == [30, 80, 30, 80]
    assert [options["change"] is not None for _, options in first] == [False, False, True, True]
    shared = [{key: value for key, value in options.items() if key != "change"} for _, options in first]
    assert all(options == shared[0] for options in shared)
    assert (shared[0]["steps"], shared[0]["batch_size"], shared[0]["seed"]) == (4, 30, 0)
    assert [run["seed"] for run in found.runs] == [0, 1, 2]
    assert found.protocol["generator_saw"] == 30
    assert not found.protocol["standard"]["mirror"], "a mirrored digit is none"
    assert load(zs.Run.open(tmp_path / "s/seed-1/run").recipe().data.source).labels.bincount().tolist() == [3] * 10


def test_a_study_continues_where_it_stopped(monkeypatch, tmp_path):
    whole = study(tmp_path / "s").to_dict()
    assert json.loads((tmp_path / "s/augment.json").read_text()) == whole
    monkeypatch.setattr(carried_out, "train_generator", None)
    assert study(tmp_path / "s").to_dict() == whole, "nothing is measured twice"
    (tmp_path / "s/augment.json").write_text(json.dumps(whole | {"runs": whole["runs"][:2]}))
    monkeypatch.undo()
    assert study(tmp_path / "s").to_dict() == whole, "the same numbers again"


def test_another_study_in_the_folder_is_refused(tmp_path):
    study(tmp_path / "s")
    with pytest.raises(UserError, match=r"holds another study .classifier_steps: 4 -> 5.: choose another --out"):
        study(tmp_path / "s", classifier_steps=5)
    assert study(tmp_path / "s", classifier_steps=5, fresh=True).protocol["classifier_steps"] == 5


def test_fresh_leaves_nothing_of_the_study_before_and_what_is_no_study_is_left_alone(tmp_path):
    study(tmp_path / "s", seeds=4)
    study(tmp_path / "s", fresh=True)
    names = sorted(path.name for path in (tmp_path / "s").iterdir() if path.name != ".lock")
    assert names == ["augment.json", "seed-0", "seed-1", "seed-2"]
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.png").touch()
    for fresh in (False, True):
        with pytest.raises(UserError, match="photos is not empty and holds no study: choose another --out"):
            study(tmp_path / "photos", fresh=fresh)
    assert [path.name for path in (tmp_path / "photos").iterdir()] == ["a.png"]


def test_a_signal_ends_it_with_what_there_is(monkeypatch, tmp_path, command):
    def interrupted(*arguments, out, seed, **options):
        return real(*arguments, out=out, seed=seed, **options) if seed == 0 else SimpleNamespace(reason="interrupted")

    real = carried_out.train_generator
    monkeypatch.setattr(carried_out, "train_generator", interrupted)
    words = ["--labels-per-class", 3, "--seeds", 3, "--generated", 4, "--classifier-steps", 4, "--steps", 3]
    code, out, err = command(
        "augment", "r1gan", "--data", "digits", *words, "--out", tmp_path / "s", "--device", "cpu", "--set", *TINY
    )
    assert code == 130
    assert "No verdict yet: 1 of at least 3 seeds" in out
    assert "seed 0: training the generator on 30 images" in err
    assert json.loads((tmp_path / "s/augment.json").read_text())["reason"] == "interrupted"


def test_the_data_of_a_recipe_file_and_json(tmp_path, command):
    (tmp_path / "own.yaml").write_text("system: cgan\ndata: {source: digits, size: 12}\nsteps: 2\nbatch_size: 16\n")
    words = ["--labels-per-class", 2, "--seeds", 3, "--generated", 2, "--classifier-steps", 2, "--json"]
    code, out, _ = command("augment", tmp_path / "own.yaml", *words, "--out", tmp_path / "s", "--device", "cpu")
    content = json.loads(out)
    assert code == 0
    assert (content["protocol"]["data"], len(content["runs"])) == ("digits", 3)
    recipe = zs.Run.open(tmp_path / "s/seed-0/run").recipe()
    assert recipe.data.shape == (1, 12, 12)
    assert recipe.game["conditioning"] == "concatenation", "cgan has labels of its own"


def test_the_generator_of_a_run_and_what_it_saw(tmp_path):
    zs.train("cgan", "digits", out=tmp_path / "run", steps=2, settings=TINY, device="cpu")
    said = []
    found = augmentation_study(
        str(tmp_path / "run"),
        labels_per_class=3,
        seeds=3,
        generated=4,
        classifier_steps=4,
        out=tmp_path / "s",
        device="cpu",
        say=said.append,
    )
    assert found.protocol["data"] == "digits"
    assert found.protocol["generator_saw"] == 1297
    assert "was trained on 1,297 images" in said[0]
    assert found.runs[0]["generator"]["step"] == 2
    zs.train("r1gan", "digits", out=tmp_path / "plain", steps=2, settings=TINY, device="cpu")
    with pytest.raises(UserError, match="no control 'label': train with --set conditioning"):
        augmentation_study(str(tmp_path / "plain"), labels_per_class=3)
    with pytest.raises(UserError, match="knows 10 classes and the data have 2"):
        check_data(bar_data(40), 3, zs.load(tmp_path / "run"))


def test_a_good_generator_helps_and_a_bad_one_hurts(monkeypatch):
    """The study's own check: fakes that are fresh real images must help, fakes of the wrong class must hurt."""
    train, test = bar_data(400), bar_data(300, split="test", seed=1)
    real = small_pairs(train, few_a_class(train, 4, 0))
    fresh = small_pairs(bar_data(200, seed=7), torch.arange(200))
    setting = Setting(4, classifier_steps=40)
    plan = Study("r1gan", setting, train, test, None, torch.device("cpu"))
    good, bad = plan.arms(real, fresh, 0), plan.arms(real, (fresh[0], 1 - fresh[1]), 0)
    assert good["real"] == bad["real"]
    assert good["generated"] > good["real"] + 0.05
    assert bad["generated"] < bad["real"] - 0.05
    assert good["generated"] > 0.9


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"seeds": 2}, "seeds is 2: use 3 or more"),
        ({"labels_per_class": 0}, "labels_per_class is 0"),
        ({"labels_per_class": 10_000}, "has 12[0-9] images, not 10000: ask for fewer labels"),
        ({"settings": (*TINY, "conditioning=none")}, "no control 'label'"),
    ],
)
def test_bad_numbers(tmp_path, changes, message):
    with pytest.raises(UserError, match=message):
        study(tmp_path / "s", **changes)


def test_bad_subjects_and_data(tmp_path):
    with pytest.raises(UserError, match="pix2pix translates images, and this study needs"):
        augmentation_study("pix2pix", labels_per_class=3, out=tmp_path / "s")
    with pytest.raises(UserError, match="no system 'r1gam'; did you mean 'r1gan'"):
        augmentation_study("r1gam", "digits", labels_per_class=3)
    with pytest.raises(UserError, match="is no run folder"):
        augmentation_study(str(tmp_path), "digits", labels_per_class=3)
    with pytest.raises(UserError, match="8-ring has no labelled images"):
        augmentation_study("r1gan", "8-ring", labels_per_class=3)
    np.savez(tmp_path / "plain.npz", images=np.zeros((4, 8, 8), np.uint8))
    with pytest.raises(UserError, match="plain has no labelled images"):
        augmentation_study("r1gan", str(tmp_path / "plain.npz"), labels_per_class=3)
