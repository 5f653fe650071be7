"""Samples from anywhere are judged by the measure of runs; what cannot be judged is refused in one line."""

import json

import numpy as np
import pytest
import torch
from PIL import Image

import zerosum as zs
from tiny import command_line
from zerosum.data.dataset import Resident
from zerosum.data.load import load
from zerosum.errors import UserError
from zerosum.evaluation.run_scores import sampler_of
from zerosum.metrics import classifier
from zerosum.metrics.score import compare
from zerosum.metrics.set_sampler import SetSampler
from zerosum.runs.generator import load_generator
from zerosum.sampling.files import write_samples

RANDOM = np.random.default_rng(0)
NOISE = RANDOM.integers(0, 256, (40, 8, 8), dtype=np.uint8)
SEED, N = 3, 200


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A finished run of the conditional system on digits."""
    from zerosum.cli.main import run

    out = tmp_path_factory.mktemp("trained") / "run"
    assert run(command_line(out, "log_every=1", system="cgan", steps=4)) == 0
    return out


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(classifier, "STEPS", 20)


def images(folder, count=40, size=(8, 8)):
    folder.mkdir()
    for number in range(count):
        pixels = RANDOM.integers(0, 256, (*reversed(size), 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"{number}.png")
    return folder


def by_name(scores):
    return {score.metric: score for score in scores}


def drawn(trained):
    """The samples that `evaluate --seed 3 --samples 200` draws of a run, and the labels that it asks for."""
    labels = load("digits").labels
    asked = labels[torch.randint(len(labels), (N,), generator=torch.Generator().manual_seed(SEED))]
    part = int(torch.randint(2**31, (), generator=torch.Generator().manual_seed(SEED)))
    return sampler_of(load_generator(trained))(N, part, asked)


@pytest.mark.parametrize("out", ["folder", "samples.npz"])
def test_samples_of_a_run_get_the_scores_of_the_run(trained, tmp_path, out):
    names = ["fd", "nearest_ratio", "class_kl", "label_accuracy"]
    ours = by_name(zs.evaluate(trained, metrics=names, n=N, seed=SEED))
    path = write_samples(tmp_path / out, *drawn(trained), None, classes=load("digits").classes)
    theirs = by_name(zs.evaluate(path, data="digits", metrics=names))
    for name in names:
        assert theirs[name].value == pytest.approx(ours[name].value, rel=1e-5), name
        assert theirs[name].floor == ours[name].floor
        assert compare(theirs[name], ours[name]) == pytest.approx(0, abs=1e-4), "their protocols are alike"


def test_the_protocol_says_whose_samples_were_judged(tmp_path):
    path = write_samples(tmp_path / "theirs.npz", torch.from_numpy(NOISE)[:, None], torch.arange(40) % 10, None)
    (one,) = zs.evaluate(path, data="digits", metrics=["label_accuracy"])
    assert one.protocol["samples"] == "theirs"
    assert len(one.protocol["samples_fingerprint"]) == 16
    assert (one.protocol["labels"], one.protocol["n_fake"]) == ("given", 40)
    (other,) = zs.evaluate(NOISE, data="digits", metrics=["fd"])
    assert (other.protocol["samples"], other.protocol["labels"]) == ("samples", "none")


def test_nothing_is_written_beside_the_samples(tmp_path, command, caplog):
    folder = images(tmp_path / "theirs")
    before = sorted(folder.iterdir())
    code, out, said = command("evaluate", folder, "--data", "digits", "--metrics", "fd", "--json")
    assert code == 0, said
    assert [score["metric"] for score in json.loads(out)] == ["fd"]
    assert sorted(folder.iterdir()) == before
    assert sorted(tmp_path.iterdir()) == [folder]
    assert [record.getMessage() for record in caplog.records] == ["theirs: 8x8 colour, the reals 8x8 grey: turned grey"]


def test_several_sets_get_a_table_each(tmp_path, command):
    folders = [images(tmp_path / name) for name in ("one", "two")]
    reals = images(tmp_path / "reals", count=60)
    code, out, said = command("evaluate", *folders, "--data", reals, "--metrics", "fd,kd")
    assert code == 0, said
    tables = out.strip().split("\n\n")
    assert [table.splitlines()[0] for table in tables] == [str(folder) for folder in folders]
    assert [table.splitlines()[3].split()[0] for table in tables] == ["fd", "fd"]
    code, out, _ = command("evaluate", *folders, "--data", reals, "--metrics", "fd,kd", "--json")
    assert [(s["protocol"]["samples"], s["metric"]) for s in json.loads(out)] == [
        ("one", "fd"), ("one", "kd"), ("two", "fd"), ("two", "kd"),
    ]  # fmt: skip


def test_the_measure_tells_good_samples_from_bad_ones():
    good = load("digits", split="test").values[:100]
    scores = [by_name(zs.evaluate(s, data="digits", metrics=["fd", "precision"])) for s in (good, NOISE)]
    assert scores[0]["fd"].value < scores[1]["fd"].value
    assert scores[0]["precision"].value > scores[1]["precision"].value


def test_labels_beside_an_array_are_judged():
    test = load("digits", split="test")
    named = [test.classes[label] for label in test.labels]
    (right,) = zs.evaluate(test.values, data="digits", labels=named, metrics=["label_accuracy"])
    (wrong,) = zs.evaluate(test.values, data="digits", labels=(test.labels + 1) % 10, metrics=["label_accuracy"])
    assert right.value == pytest.approx(right.floor)
    assert wrong.value < 0.5


def test_a_classifier_learns_from_as_many_pairs_as_there_are_samples():
    test = load("digits", split="test")
    (score,) = zs.evaluate(test.values[:90], data="digits", labels=test.labels[:90], metrics=["cas"])
    assert score.protocol["n_fake"] == 90
    (more,) = zs.evaluate(test.values, data="digits", labels=test.labels, metrics=["cas"])
    assert more.protocol["n_fake"] == 500
    assert more.floor != score.floor, "real pairs are as many"


def test_points_are_judged_against_a_density():
    theirs = load("8-ring", split="test").values[:400]
    scores = by_name(zs.evaluate(theirs, data="8-ring", metrics=["modes", "high_quality", "fd"]))
    assert scores["modes"].value == 8
    assert scores["high_quality"].value > 0.95
    (off,) = zs.evaluate(theirs.numpy() + 1, data="8-ring", metrics=["high_quality"])
    assert off.value < 0.2


def test_reals_may_be_splits_of_the_users_own():
    splits = [Resident(torch.from_numpy(NOISE)[:, None], name="own", split=split) for split in ("train", "test")]
    (score,) = zs.evaluate(torch.from_numpy(NOISE), data=(splits[0], splits[1]), metrics=["fd"])
    assert score.value == pytest.approx(0, abs=1e-6)
    assert score.protocol["data"] == "own"


def test_so_many_are_taken_at_random(tmp_path, caplog):
    folder = images(tmp_path / "theirs", count=50)
    reals = images(tmp_path / "reals", count=40)
    (score,) = zs.evaluate(folder, data=reals, metrics=["fd"])
    assert score.protocol["n_fake"] == 36
    assert "theirs: 36 of its 50 samples are taken at random" in caplog.text
    caplog.clear()
    values = [zs.evaluate(folder, data=reals, metrics=["fd"], n=20, seed=seed)[0].value for seed in (0, 0, 1)]
    assert values[0] == values[1] != values[2]
    assert caplog.records == []


def test_samples_sorted_by_class_are_mixed():
    values = torch.arange(50, dtype=torch.uint8).view(50, 1, 1, 1).expand(50, 1, 8, 8)
    samples = Resident(values, name="sorted", labels=torch.arange(50) // 5, classes=[str(n) for n in range(10)])
    sampler = SetSampler(samples, torch.randperm(50, generator=torch.Generator().manual_seed(0)))
    first, labels = sampler(20, 7, None)
    assert len(set(labels.tolist())) > 4, "precision and recall look at the first only"
    assert torch.equal(first[:, 0, 0, 0] // 5, labels.to(torch.uint8)), "labels go with their samples"
    assert torch.equal(sampler.fixed.images(10, 5), first[10:15])


def test_few_reals_leave_out_what_needs_more(tmp_path, command, caplog):
    reals, theirs = images(tmp_path / "reals", count=30), images(tmp_path / "theirs", count=30)
    code, out, said = command("evaluate", theirs, "--data", reals)
    assert code == 0, said
    assert [line.split()[0] for line in out.splitlines()] == ["too", "metric", "kd", "fd", "in"]
    assert "precision, recall, density, coverage: it takes 6 generated and 6 test samples" in caplog.text


REFUSED = {
    "no reals": (["{theirs}"], ["no run folder", "to judge the samples in it, give the reals with --data"]),
    "nothing there": (["nowhere", "--data", "digits"], ["no folder or file 'nowhere'"]),
    "nothing given": ([], ["nothing to judge"]),
    "an empty folder": (["{empty}", "--data", "digits"], ["is empty: put images there"]),
    "one sample": (["{single}", "--data", "{theirs}"], ["single holds one sample: give at least 2"]),
    "one real": (["{theirs}", "--data", "{single}"], ["single has 1 reals to train on and 1 to test with"]),
    "images for points": (["{theirs}", "--data", "8-ring"], ["is compared with points"]),
    "data of a run": (["{run}", "--data", "digits"], ["is a run and knows its data: leave out data"]),
    "size of a run": (["{run}", "--size", "8"], ["leave out size"]),
    "fit of a run": (["{run}", "--fit", "pad"], ["leave out fit"]),
    "a run and samples": (["{theirs}", "{run}", "--data", "digits"], ["is a run: judge it alone"]),
    "repeats": (["{theirs}", "--data", "digits", "--repeats", "2"], ["leave out --repeats"]),
    "direction": (["{theirs}", "--data", "digits", "--direction", "backward"], ["leave out --direction"]),
    "negative seed": (["{theirs}", "--data", "digits", "--seed", "-1"], ["seed -1 is negative"]),
    "too many": (["{theirs}", "--data", "{theirs}", "--samples", "99"], ["holds 20 samples, not 99"]),
    "no metric": (["{theirs}", "--data", "digits", "--metrics", "fid"], ["no metric 'fid'"]),
    "no latents": (["{theirs}", "--data", "{theirs}", "--metrics", "path_length"], ["does not show its latents"]),
    "no labels": (["{theirs}", "--data", "{theirs}", "--metrics", "cas"], ["'cas' does not apply"]),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_in_one_line(command, trained, tmp_path, case):
    words, parts = REFUSED[case]
    (tmp_path / "empty").mkdir()
    places = {"theirs": images(tmp_path / "theirs", count=20), "single": images(tmp_path / "single", count=1)}
    places |= {"run": trained, "empty": tmp_path / "empty"}
    code, out, said = command("evaluate", *(word.format(**places) for word in words))
    assert (code, out, len(said.splitlines())) == (2, "", 1), said
    assert all(part in said for part in parts), said


def test_refused_in_python():
    with pytest.raises(UserError, match="samples are a list: give a path, an array or a tensor"):
        zs.evaluate([[1, 2]], data="digits")
    with pytest.raises(UserError, match="there are no reals to compare the samples with"):
        zs.evaluate(NOISE)
    with pytest.raises(UserError, match="64 values that are NaN or infinite, of 128"):
        zs.evaluate(torch.tensor([0.0, torch.nan]).repeat(64).view(2, 1, 8, 8), data="digits")


def test_a_labelled_path_has_its_own_labels(tmp_path):
    with pytest.raises(UserError, match="put images into sub-folders, leave labels out"):
        zs.evaluate(images(tmp_path / "theirs"), data="digits", labels=[0] * 40)


def test_other_processes_of_a_group_leave_the_judging_to_the_first(monkeypatch):
    monkeypatch.setenv("RANK", "1")
    assert zs.evaluate(NOISE, data="digits") == []
