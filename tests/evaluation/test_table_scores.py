"""A table is judged as rows: distances, utility, privacy, of a run and of files that others made."""

import csv
import json

import pytest
import torch

import zerosum as zs
from known_rows import people
from zerosum.errors import UserError
from zerosum.kinds.load import load
from zerosum.metrics.evaluate import Evaluator, samples_for
from zerosum.metrics.privacy.scores import PRIVACY
from zerosum.metrics.tables.scores import TABLES

NAMES = ("height", "weight", "colour", "kind")
QUICK = ("column_distance", "pair_distance", "exact_copies", "membership_distance", "missing_gap")


def write(path, rows, names=NAMES):
    """Write rows as people write them: numbers with a point, words for categories, nothing where nothing is known."""
    words = {"colour": ("red", "green", "blue"), "kind": ("small", "large")}
    columns = []
    for name, values in zip(NAMES, rows.T.tolist(), strict=True):
        columns.append([words[name][int(value)] if name in words else f"{value:.2f}" for value in values])
    columns[1] = ["" if value == "nan" else value for value in columns[1]]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([names, *zip(*columns, strict=True)])
    return path


@pytest.fixture
def table(tmp_path):
    write(tmp_path / "people-test.csv", people(300, seed=1))
    return write(tmp_path / "people-train.csv", people(400))


@pytest.fixture
def splits(table):
    return load(str(table)), load(str(table), split="test")


def by_name(scores):
    return {score.metric: score for score in scores}


def fresh(n, seed, labels):
    return people(n, seed=seed + 2).nan_to_num(nan=70.0), None


def test_rows_are_seen_as_they_were_read(splits):
    evaluator = Evaluator(*splits)
    read = evaluator.reference.train_rows
    assert read.shape == (400, 4)
    assert read.dtype == torch.float64
    assert sorted(read[:, 0].tolist()) == pytest.approx(sorted(people(400)[:, 0].tolist()), abs=0.006)
    assert int(read[:, 1].isnan().sum()) == int(people(400)[:, 1].isnan().sum())
    torch.testing.assert_close(evaluator.reference.real_train(50).points, read[:50], rtol=0, atol=0, equal_nan=True)
    assert samples_for(splits[0]) == 50_000


def test_all_scores_of_a_table_stand_beside_what_real_rows_reach(splits):
    evaluator = Evaluator(*splits)
    scores = by_name(evaluator.evaluate(fresh, metrics=QUICK, n=400))
    assert scores["column_distance"].value < 0.1
    assert 0 < scores["column_distance"].floor < 0.1
    assert scores["missing_gap"].value == pytest.approx(float(people(300, seed=1)[:, 1].isnan().double().mean()) / 4)
    assert (scores["membership_distance"].floor, scores["exact_copies"].floor) == (0.5, 0)
    assert abs(scores["membership_distance"].value - 0.5) < 0.15
    assert scores["pair_distance"].protocol["constants"] == {"bins": 10, "categories": 20, "test_rows": 300}
    assert "features" not in scores["pair_distance"].protocol
    json.dumps([score.to_dict() for score in scores.values()])


def test_a_copier_is_caught(splits):
    rows = Evaluator(*splits).reference.train_rows

    def copier(n, seed, labels):
        return rows[torch.randperm(len(rows), generator=torch.Generator().manual_seed(seed))[:n]], None

    scores = by_name(Evaluator(*splits).evaluate(copier, metrics=QUICK, n=400))
    assert scores["exact_copies"].value == 1
    assert scores["membership_distance"].value > 0.8


def test_what_applies_depends_on_the_columns_and_the_target(splits):
    pytest.importorskip("sklearn")
    reference = Evaluator(*splits).reference
    left_out = {name for name, entry in (TABLES | PRIVACY).items() if entry.obstacle(reference, False)}
    assert left_out == {"utility_f1", "utility_macro_f1", "utility_auc", "utility_r2"}
    for target, applies in (
        ("kind", {"utility_f1", "utility_macro_f1", "utility_auc"}),
        ("colour", {"utility_macro_f1", "utility_auc"}),
        ("weight", {"utility_r2"}),
    ):
        reference = Evaluator(*splits, target=target).reference
        assert {
            name for name in TABLES if name.startswith("utility") and not TABLES[name].obstacle(reference, False)
        } == applies
    with pytest.raises(UserError, match=r"utility_f1.*--target"):
        Evaluator(*splits).evaluate(fresh, metrics=["utility_f1"], n=50)


def test_the_target_of_the_data_is_that_of_the_scores(table):
    pytest.importorskip("sklearn")
    column = ["kind=target"]
    splits = [load(str(table), split=split, column=column) for split in ("train", "test")]
    (score,) = Evaluator(*splits).evaluate(fresh, metrics=["utility_f1"], n=400)
    assert score.protocol["constants"]["target"] == "kind"
    assert score.value > 0.8
    assert score.floor > 0.8


def test_a_file_of_rows_is_judged(table, tmp_path, command):
    samples = write(tmp_path / "theirs.csv", people(200, seed=5))
    words = ["evaluate", str(samples), "--data", str(table), "--metrics", "column_distance,exact_copies", "--json"]
    column, copies = json.loads(command(*words)[1])
    assert column["value"] < 0.12
    assert column["protocol"]["samples"] == "theirs.csv"
    # Two of 80,000 pairs of rows may be equal by chance, where both weights are missing.
    assert copies["value"] < 0.02
    again = by_name(zs.evaluate(table, data=table, metrics=["exact_copies"]))
    assert again["exact_copies"].value == 1


def test_files_that_do_not_fit_are_refused_in_one_line(table, tmp_path):
    lacks = write(tmp_path / "lacks.csv", people(20), names=("height", "weight", "colour", "sort"))
    with pytest.raises(UserError, match=r"lacks.csv has no column 'kind'"):
        zs.evaluate(lacks, data=table)
    text = table.read_text(encoding="utf-8")
    strange = tmp_path / "strange.csv"
    strange.write_text(text.replace("red", "pink"), encoding="utf-8")
    with pytest.raises(UserError, match=r"strange.csv, column colour: 'pink' is no category of the reals"):
        zs.evaluate(strange, data=table)
    gaps = tmp_path / "gaps.csv"
    gaps.write_text("height,weight,colour,kind\n,70.0,red,small\n" + "170.0,70.0,red,small\n" * 9, encoding="utf-8")
    with pytest.raises(UserError, match=r"gaps.csv, column height: values are missing"):
        zs.evaluate(gaps, data=table)
    with pytest.raises(UserError, match=r"give a .csv, .tsv or .parquet file"):
        zs.evaluate(tmp_path, data=table)


def test_a_target_of_what_is_no_table_is_refused(table):
    with pytest.raises(UserError, match="no column 'age' to tell from the others"):
        zs.evaluate(table, data=table, target="age")
    with pytest.raises(UserError, match="8-ring holds points, not rows of a table: leave out the target"):
        zs.evaluate(torch.zeros(10, 2), data="8-ring", target="age")
