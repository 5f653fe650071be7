"""Tables out of files: both splits, and what is wrong with them in one line."""

import csv
from dataclasses import replace

import numpy as np
import pytest
import torch

from zerosum.errors import UserError
from zerosum.kinds.load import load, scan
from zerosum.kinds.table_rows.tables import held_out, parsed_columns

HEADER = "age,job,score\n"
ROWS = [f"{20 + number % 40},{'ab'[number % 2]},{number % 17}.5" for number in range(100)]


def write(path, lines=ROWS, header=HEADER):
    path.write_text(header + "\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


def test_without_a_file_for_it_a_fifth_is_held_out_by_content(tmp_path):
    there = [load(write(tmp_path / "a.csv"), split=split) for split in ("train", "test")]
    again = [load(write(tmp_path / "b.csv", ROWS[::-1]), split=split) for split in ("train", "test")]
    assert [len(split) for split in there] == [len(split) for split in again] == [80, 20]
    for one, other in zip(there, again, strict=True):
        assert sorted(map(tuple, one.rows(every(one)).tolist())) == sorted(
            map(tuple, other.rows(every(other)).tolist())
        )


def every(dataset):
    """The indices of all rows."""
    return torch.arange(len(dataset))


def test_equal_rows_are_in_the_same_split():
    rows = np.repeat(np.arange(50.0)[:, None], 3, 0)
    splits, _ = held_out(rows)
    assert not set(splits["train"][:, 0]) & set(splits["test"][:, 0])
    assert len(splits["train"]) + len(splits["test"]) == 150


@pytest.mark.parametrize(
    "train, test", [("a.csv", "a-test.csv"), ("a-train.csv", "a-test.csv"), ("train.csv", "test.csv")]
)
def test_a_file_beside_it_is_the_test_split(tmp_path, train, test):
    write(tmp_path / test, ROWS[:30])
    assert len(load(write(tmp_path / train), split="test")) == 30


def test_labels_with_a_dot_and_new_categories_of_the_test_split_are_read_as_what_they_mean(tmp_path):
    write(tmp_path / "a-test.csv", ["33,a.,1.5", "34,b,2.5", "35,c,3.5"])
    source = write(tmp_path / "a-train.csv")
    test = load(source, split="test")
    assert test.columns.columns[1].categories == ("a", "b", "c")
    assert test.columns.columns[1].counts == (50, 50, 0)
    assert test.rows(every(test))[:, 1].tolist() == [0, 1, 2]
    assert "column job: 'a.' of the test split is read as 'a'" in scan(source).lines()


BAD = {
    "ragged": (HEADER, [*ROWS, "1,b"], "row 102: 2 cells, the table has 3 columns"),
    "mixed": (HEADER, [*ROWS, "old,b,1.5"], "row 102, column age: 'old' is no number, as the others of the column are"),
    "infinite": (HEADER, [*ROWS, "30,b,inf"], "row 102, column score: 'inf' is infinite"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_row_is_left_out_and_named_or_refused(tmp_path, name):
    header, lines, message = BAD[name]
    source = write(tmp_path / f"{name}.csv", lines, header)
    dataset = load(source)
    assert [": ".join(problem) for problem in dataset.problems] == [f"{name}.csv, {message}"]
    assert len(dataset) + len(load(source, split="test")) == 100
    with pytest.raises(UserError, match=f"{name}.csv, {message}"):
        load(source, strict=True)


@pytest.mark.parametrize(
    "header, message",
    [
        ("age,age,score\n", "column 2: its name 'age' is that of a column before it"),
        ("age,,score\n", "column 2: it has no name"),
    ],
)
def test_columns_without_a_name_of_their_own_are_left_out_or_refused(tmp_path, header, message):
    source = write(tmp_path / "a.csv", header=header)
    dataset = load(source)
    assert [column.name for column in dataset.columns.columns] == ["age", "score"]
    assert [": ".join(problem) for problem in dataset.problems] == [message]
    with pytest.raises(UserError, match=f"a.csv, row 1, {message}"):
        load(source, strict=True)


def test_free_text_is_left_out_or_refused(tmp_path):
    source = write(tmp_path / "a.csv", [f"{row},this is note {at}" for at, row in enumerate(ROWS)], "a,b,c,note\n")
    assert [column.name for column in load(source).columns.columns] == ["a", "b", "c"]
    with pytest.raises(UserError, match=r"a.csv, column note: free text"):
        load(source, strict=True)


def test_a_column_of_which_all_is_missing_is_written_back(tmp_path):
    dataset = load(write(tmp_path / "a.csv", [f"{row}," for row in ROWS], "a,b,c,nothing\n"))
    assert dataset.columns.columns[-1].name == "nothing"
    assert bool(dataset.rows(every(dataset))[:, -1].isnan().all())
    assert dataset.columns.of(3) == ()


def test_a_hundred_thousand_categories_are_grouped(tmp_path):
    lines = [f"c{number % 100_000},{number % 7}" for number in range(100_500)]
    source = write(tmp_path / "a.csv", [*lines, *lines], "code,x\n")
    assert load(source).shape == (1002 + 7,)
    assert "the rarest 99,000 share one entry" in "\n".join(scan(source).lines())


@pytest.mark.parametrize(
    "text, message",
    [
        ("", "a.csv has no rows"),
        (HEADER, "a.csv holds 1 row, and a table needs more"),
        (HEADER + "1,a,0.5\n", "a.csv holds 1 row, and a table needs more"),
        ("a,b\n" + "1,x\n" * 50, "a.csv has no column in which two rows differ"),
        ("id,b\n" + "".join(f"{at},K{at}\n" for at in range(50)), "a.csv has no column to train on"),
    ],
)
def test_too_little_is_refused(tmp_path, text, message):
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=message):
        load(str(tmp_path / "a.csv"))


@pytest.mark.parametrize(
    "word, message",
    [
        ("age", "--column age: write NAME=TYPE"),
        ("age=whole", "--column age=whole: no type 'whole'"),
        ("agee=integer", "--column agee=integer: a.csv has no such column; did you mean 'age'"),
        ("job=date", "column job holds 'a', which is no date"),
        ("wages=target", "--column wages=target: a.csv has no such column"),
    ],
)
def test_what_a_column_cannot_be_is_said(tmp_path, word, message):
    with pytest.raises(UserError, match=message):
        load(write(tmp_path / "a.csv"), column=(word,))


def test_a_target_is_one_column_that_every_row_has(tmp_path, people):
    for words, message in (
        (("job=target",), "--column job=target: it is missing in some rows"),
        (("age=target", "income=target"), "--column names two targets, age and income"),
    ):
        with pytest.raises(UserError, match=message):
            load(str(people), column=words)
    source = write(
        tmp_path / "a.csv", [f"K{at}x,{row.partition(',')[2]}" for at, row in enumerate(ROWS * 2)], "key,job,score\n"
    )
    with pytest.raises(UserError, match="--column key=target: the column is left out, as each row has another"):
        load(source, column=("key=target",))
    assert load(str(people), column=("weight=target",)).labels is None


def test_names_may_hold_the_sign():
    assert parsed_columns(["a=b=integer"]) == {"a=b": "integer"}


def test_another_encoding_and_other_types_give_another_fingerprint(tmp_path):
    source = write(tmp_path / "a.csv")
    sets = [load(source), load(source, encoding="mixture"), load(source, column=("age=category",))]
    assert len({dataset.fingerprint for dataset in sets}) == 3
    with pytest.raises(UserError, match=r"data.encoding is 'quantil'; did you mean 'quantile'"):
        load(source, encoding="quantil")


def test_the_check_says_what_columns_are(people):
    lines = scan(str(people)).lines()
    assert lines[0] == f"{people}: table [16]; 320 train, 80 test"
    assert any(line.startswith("  job: category of 4: clerk ") and "missing, written '?', 5" in line for line in lines)
    assert any(line.startswith("  gain: integer, 0 to 327391; 2 spikes: 0 ") for line in lines)
    assert "80 of 400 held out by the hash of their content" in lines


def test_data_that_are_no_table_have_no_columns():
    for source in ("digits", "8-ring"):
        with pytest.raises(UserError, match=f"{source} holds .*, which have no --column: leave it out"):
            load(source, column=("age=integer",))


def test_frames_are_read_as_files_are(people):
    from zerosum.data.own import hand_over

    with people.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    dataset, same = load(hand_over(Frame(header, rows))), load(str(people))
    assert [replace(c, missing=None) for c in dataset.columns.columns] == [
        replace(c, missing=None) for c in same.columns.columns
    ]
    assert dataset.rows(every(dataset)).nan_to_num(-1).tolist() == same.rows(every(same)).nan_to_num(-1).tolist()
    halves = {"train": Frame(header, rows[:300]), "test": Frame(header, rows[300:])}
    assert len(load(hand_over(halves), split="test")) == 100


class Frame:
    """As much of a frame as is looked at."""

    def __init__(self, header, rows):
        self.columns, self.dtypes = header, ["object"] * len(header)
        self._values = {name: _typed(values) for name, values in zip(header, zip(*rows, strict=True), strict=True)}

    def __getitem__(self, name):
        return self._values[name]

    def __len__(self):
        return len(self._values["age"])


def _typed(values):
    try:
        return np.array(values, dtype=float)
    except ValueError:
        return np.array([None if value == "?" else value for value in values], dtype=object)
