"""Tables out of files of text: delimiter, header, names beside them."""

import pytest

from zerosum.kinds.table_rows.delimited import read_delimited

ROWS = [["39", "State-gov", "13.5"], ["50", "Private", "9.25"], ["38", "Private", "9.0"]]


def write(path, rows, delimiter=",", encoding="utf-8"):
    path.write_text("".join(delimiter.join(row) + "\n" for row in rows), encoding=encoding)
    return path


def texts(sheet):
    return [[list(cells.texts)[code] for code in cells.codes] for cells in sheet.cells]


@pytest.mark.parametrize("delimiter, name", [(",", "a.csv"), (";", "a.csv"), ("\t", "a.tsv"), ("|", "a.csv")])
def test_the_delimiter_is_found_out(tmp_path, delimiter, name):
    sheet = read_delimited(write(tmp_path / name, [["age", "job", "score"], *ROWS], delimiter))
    assert sheet.names == ["age", "job", "score"]
    assert texts(sheet) == [list(column) for column in zip(*ROWS, strict=True)]
    assert sheet.lines.tolist() == [2, 3, 4]


def test_without_a_header_columns_have_numbers(tmp_path):
    sheet = read_delimited(write(tmp_path / "a.csv", ROWS))
    assert sheet.names == ["column1", "column2", "column3"]
    assert sheet.notes == ["no header: columns are called by their numbers"]


def test_a_names_file_beside_it_names_them(tmp_path):
    (tmp_path / "a.names").write_text("| about\n>1, <=1.\n\nage: continuous.\njob: State-gov, Private.\n")
    sheet = read_delimited(write(tmp_path / "a-train.csv", ROWS))
    assert sheet.names == ["age", "job", "class"]


def test_a_table_of_texts_alone_has_a_header_where_its_first_row_is_like_no_other(tmp_path):
    rows = [["red", "big"], ["blue", "big"], ["red", "small"]]
    assert read_delimited(write(tmp_path / "a.csv", [["colour", "size"], *rows])).names == ["colour", "size"]
    assert read_delimited(write(tmp_path / "b.csv", rows)).names == ["column1", "column2"]


def test_blanks_quotes_and_old_encodings_are_read(tmp_path):
    rows = [["age", "town"], ["1", " Köln "], ["2", '"a, b"']]
    sheet = read_delimited(write(tmp_path / "a.csv", rows, encoding="latin-1"))
    assert texts(sheet) == [["1", "2"], ["Köln", "a, b"]]
