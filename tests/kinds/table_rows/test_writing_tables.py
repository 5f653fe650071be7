"""Rows are written as the table that was read."""

import csv
from datetime import date

import numpy as np
import pytest
import torch

from zerosum.errors import UserError
from zerosum.kinds.load import load
from zerosum.kinds.table_rows.texts import as_columns
from zerosum.sampling.files import write_samples


def cells(path, delimiter=","):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, delimiter=delimiter))


@pytest.fixture
def table(people):
    return load(str(people))


@pytest.fixture
def rows(table):
    return table.rows(torch.arange(len(table)))


@pytest.mark.parametrize("name, delimiter", [("out.csv", ","), ("out.tsv", "\t")])
def test_a_file_has_the_inputs_columns_order_texts_and_markers(people, table, rows, tmp_path, name, delimiter):
    header, *lines = cells(write_samples(tmp_path / name, rows, None, None, spec=table.spec), delimiter)
    known_header, *known = cells(people)
    assert header == known_header
    assert len(lines) == 320
    assert {tuple(line) for line in lines} <= {tuple(line) for line in known}


def test_an_archive_has_the_values(table, rows, tmp_path):
    with np.load(write_samples(tmp_path / "out.npz", rows, None, None, spec=table.spec)) as arrays:
        assert np.array_equal(arrays["samples"], rows.numpy(), equal_nan=True)


def test_columns_for_frames_have_python_values(table, rows):
    columns = as_columns(rows[:8], table.spec)
    assert list(columns) == [column.name for column in table.columns.columns]
    assert all(isinstance(value, int) for value in columns["age"])
    assert all(isinstance(value, float) for value in columns["weight"])
    assert all(isinstance(value, date) for value in columns["since"])
    gone = rows[:8, 1].isnan().tolist()
    assert [value is None for value in columns["job"]] == gone


def test_other_files_are_refused_in_words(table, rows, tmp_path):
    message = "rows are written as a .png picture, a .csv file, a .tsv file, a .parquet file or an .npz archive"
    with pytest.raises(UserError, match=message):
        write_samples(tmp_path / "folder", rows, None, None, spec=table.spec)
    with pytest.raises(UserError, match=r"points are written as a .png picture or an .npz archive"):
        write_samples(tmp_path / "out.csv", torch.randn(4, 2), None, None)


def test_a_file_of_somebody_else_is_kept(table, rows, tmp_path):
    (tmp_path / "out.csv").write_text("mine", encoding="utf-8")
    with pytest.raises(UserError, match="is there already: choose another --out, or overwrite it with --force"):
        write_samples(tmp_path / "out.csv", rows, None, None, spec=table.spec)


def test_parquet_needs_its_extra_or_keeps_types(table, rows, tmp_path):
    try:
        import pyarrow.parquet as parquet
    except ImportError:
        with pytest.raises(UserError, match=r"a .parquet file needs pyarrow: pip install 'zerosum\[parquet\]'"):
            write_samples(tmp_path / "out.parquet", rows, None, None, spec=table.spec)
        return
    path = write_samples(tmp_path / "out.parquet", rows, None, None, spec=table.spec)
    types = {field.name: str(field.type) for field in parquet.read_schema(path)}
    assert types["age"] == "int64"
    assert types["weight"] == "double"
    assert types["since"] == "date32[day]"
    again = load(str(path))
    assert [column.type for column in again.columns.columns] == [column.type for column in table.columns.columns]
