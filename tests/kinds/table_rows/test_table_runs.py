"""A run on a table, from the file to the report: nothing of it knows that they are rows."""

import csv
import json
from pathlib import Path

import pytest
import torch

import zerosum as zs
from people import HEADER, write_people
from zerosum.cli.main import run as command
from zerosum.doctor.examine import examine_run
from zerosum.errors import UserError
from zerosum.page.report import write_report
from zerosum.racing.race import race
from zerosum.runs.run import Run

SMALL = ("batch_size=64", "generator.width=32", "discriminator.width=32", "latent=8", "schedule=constant")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A short run on people, and their file."""
    folder = tmp_path_factory.mktemp("tables")
    source = write_people(folder / "people.csv")
    zs.train("r1gan", str(source), steps=40, out=folder / "run", settings=SMALL)
    return folder / "run", source


def test_the_recipe_says_what_the_columns_are(made):
    data = Run(made[0]).recipe().data
    assert (data.kind, data.name) == ("table", "people")
    assert [column["name"] for column in data.facts["columns"]] == HEADER
    assert (made[0] / "reals.png").exists()


def test_a_resumed_run_is_the_undisturbed_one(made, tmp_path):
    run, source = made
    samples = [zs.load(run).sample(100, seed=3).nan_to_num(-1)]
    for steps in (20, 40):
        zs.train("r1gan", str(source), steps=steps, out=tmp_path / "run", settings=SMALL)
        samples.append(zs.load(tmp_path / "run").sample(100, seed=3).nan_to_num(-1))
    assert not torch.equal(samples[0], samples[1])
    assert torch.equal(samples[0], samples[2])


def test_samples_are_a_table(made, tmp_path):
    out = tmp_path / "rows.csv"
    assert command(["sample", str(made[0]), "-n", "30", "--out", str(out)]) == 0
    with out.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    assert (header, len(rows)) == (HEADER, 30)
    assert {row[1] for row in rows} <= {"clerk", "nurse", "smith", "king", "?"}


def test_samples_meet_conditions_and_the_share_is_said(made, tmp_path, capsys):
    out, words = tmp_path / "rows.csv", ["--condition", "member=yes", "income=>50K", "--constraint", "age<weight"]
    assert command(["sample", str(made[0]), "-n", "9", "--out", str(out), *words]) == 0
    said = capsys.readouterr().err
    assert "9 of " in said
    assert "samples meet what was asked for" in said
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["member"], row["income"]) for row in rows] == [("yes", ">50K")] * 9
    assert all(float(row["age"]) < float(row["weight"]) for row in rows)


def test_which_samples_are_kept_does_not_depend_on_how_many(made):
    generator = zs.load(made[0])
    few, many = (generator.choose(n, condition=["member=no"], seed=1) for n in (3, 200))
    assert torch.equal(few.samples.nan_to_num(-1), many.samples[:3].nan_to_num(-1))
    assert few.drawn <= many.drawn
    plain = generator.sample(few.drawn, seed=1)
    assert torch.equal(plain[plain[:, 4] == few.samples[0, 4]].nan_to_num(-1), few.samples.nan_to_num(-1))


def test_a_condition_that_no_row_meets_is_one_line(made, tmp_path, capsys):
    out = str(tmp_path / "rows.csv")
    assert command(["sample", str(made[0]), "--out", out, "--condition", "job=pilot"]) == 2
    assert "--condition job=pilot: no row has it" in capsys.readouterr().err
    assert command(["sample", str(made[0]), "--out", out, "--constraint", "age>age"]) == 2
    assert "none of 53,248 samples meet what was asked for: ask for less" in capsys.readouterr().err
    assert not Path(out).exists()


def test_it_is_scored_examined_reported(made):
    run = made[0]
    scores = {score.metric: score.value for score in zs.evaluate(run, n=200)}
    assert scores["fd"] > 0
    assert examine_run(run, samples=200).verdict.state is not None
    assert "rows" in write_report(run).read_text(encoding="utf-8")


def test_systems_race_on_a_table_each_with_its_own_encoding(made, tmp_path):
    out = tmp_path / "race"
    race(
        ["r1gan", "ctgan"],
        data=str(made[1]),
        out=out,
        images=1000,
        seeds=1,
        samples=100,
        settings=("batch_size=40",),
        quiet=True,
    )
    entries = json.loads((out / "race.json").read_text(encoding="utf-8"))["entries"]
    assert [entry["status"] for entry in entries] == ["done", "done"]
    assert [Run(out / f"{name}-0").recipe().data.encoding for name in ("r1gan", "ctgan")] == [None, "mixture"]


def test_what_is_of_images_is_refused_and_columns_go_with_a_request(made, tmp_path):
    source = str(made[1])
    with pytest.raises(UserError, match=r"game.augment is of images, and the data are rows: leave it out"):
        zs.train("r1gan", source, steps=2, out=tmp_path / "a", settings=("augment=[mirror]",))
    zs.train("cgan", source, steps=2, out=tmp_path / "b", settings=SMALL, column=["income=target"])
    assert Run(tmp_path / "b").recipe().data.column == ("income=target",)
    assert zs.load(tmp_path / "b").sample(5, label=">50K").shape == (5, 7)


def test_conditions_are_of_tables(tmp_path):
    zs.train("r1gan", "8-ring", steps=2, out=tmp_path / "run")
    with pytest.raises(UserError, match="--condition and --constraint are of tables, and this is points"):
        zs.load(tmp_path / "run").choose(4, condition=["x=1"])
