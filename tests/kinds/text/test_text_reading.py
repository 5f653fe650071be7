"""Text is read out of files, cells and folders; what is wrong is said in one line with file and row."""

import json

import pytest
import torch

from tiny import TEXT
from zerosum.cli.main import run as command
from zerosum.core.tokens import END, UNKNOWN
from zerosum.errors import UserError
from zerosum.kinds.load import load, scan
from zerosum.kinds.text.vocabularies import vocabulary_of


def lines(path, count=20, end="\n"):
    """Write sentences, all different, and return the path as a source."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"a dog number {at}{end}" for at in range(count)), encoding="utf-8", newline="")
    return str(path)


def texts(data):
    vocabulary = vocabulary_of(data.spec)
    real = data.batch(torch.arange(len(data)))["real"]
    return [vocabulary.decode([token for token in row if token > END]) for row in real.tolist()]


def test_a_sentence_a_line_is_a_row_of_words_with_an_end():
    train, test = load(TEXT), load(TEXT, split="test")
    assert (len(train), len(test)) == (360, 40)
    assert train.spec.kind == "text"
    assert train.spec == test.spec
    assert train.spec.facts["tokens"] == "word"
    real = train.batch(torch.tensor([0, 1]))["real"]
    assert real.dtype == torch.int64
    assert real.shape == (2, *train.spec.shape)
    assert (real == END).sum(1).tolist() == [1, 1]
    assert not set(texts(train)) & set(texts(test))
    assert not any(UNKNOWN in row for row in real.tolist())


def test_the_test_split_is_the_file_beside(tmp_path):
    source = lines(tmp_path / "image_coco.txt")
    lines(tmp_path / "test_coco.txt", 5)
    lines(tmp_path / "other.txt")
    lines(tmp_path / "other-test.txt", 7)
    assert len(load(source, split="test")) == 5
    assert len(load(str(tmp_path / "other.txt"), split="test")) == 7
    assert len(load(source)) == 20


def test_running_text_is_cut_into_windows_of_bytes(tmp_path):
    path = tmp_path / "play.txt"
    path.write_text("".join(f"ALL:\nSpeak {at}.\n\n" for at in range(200)), encoding="utf-8")
    train, test = load(str(path), length=16), load(str(path), split="test", length=16)
    assert train.spec.shape == (16,)
    assert train.spec.facts == {"tokens": "byte", "vocabulary": 256, "sentences": "window"}
    whole = path.read_text(encoding="utf-8").removesuffix("\n")
    cut = round(len(whole) * 0.9)
    assert "".join(texts(train)) == whole[: cut // 16 * 16]
    assert "".join(texts(test)) == whole[cut:][: len(test) * 16]


def test_windows_begin_anywhere_in_training_by_their_keys(tmp_path):
    path = tmp_path / "play.txt"
    path.write_text("abcdefghij" * 100, encoding="utf-8")
    data = load(str(path), tokens="byte", length=10, sentences="window")
    rows, keys = torch.arange(50), torch.arange(50)
    drawn = data.drawn(rows, keys)["real"]
    assert torch.equal(drawn, data.drawn(rows, keys)["real"])
    assert len(set(drawn[:, 0].tolist())) == 10
    assert set(data.batch(rows)["real"][:, 0].tolist()) == {ord("a") + 3}


def test_words_may_be_cut_into_windows_and_bytes_end_with_sentences(tmp_path):
    source = lines(tmp_path / "dogs.txt", 100)
    windows = load(source, sentences="window", length=5)
    assert windows.spec.facts["tokens"] == "byte"
    sentences = load(source, tokens="byte")
    assert sentences.spec.shape == (len("a dog number 99") + 1,)


def test_the_length_is_what_nearly_all_sentences_need(tmp_path):
    path = tmp_path / "long.txt"
    path.write_text("\n".join([f"a b {at}" for at in range(300)] + ["a b c d e f g h"]), encoding="utf-8")
    data = load(str(path))
    assert data.spec.shape == (4,)
    assert "sentences are longer and are cut" in data.notes[-1]
    assert load(str(path), length=9).spec.shape == (9,)


def test_cells_of_a_table_are_sentences_with_labels(tmp_path):
    path = tmp_path / "captions.csv"
    rows = [f'{at},"a dog, number {at}",{"red" if at % 2 else "blue"}' for at in range(40)]
    path.write_text("\n".join(["id,caption,colour", *rows, "41,short"]), encoding="utf-8")
    data = load(str(path), column=("caption=text", "colour=target"))
    assert data.classes == ("blue", "red")
    assert data.problems == [("captions.csv:42", "2 cells, not 3")]
    assert len(data) == 36
    assert set(data.batch(torch.arange(10))) == {"real", "label"}
    with pytest.raises(UserError, match=r"captions.csv has no column 'captoin'; did you mean 'caption'"):
        load(str(path), column=("captoin=text",))
    with pytest.raises(UserError, match=r"--column caption=word: of text, say NAME=text or NAME=target"):
        load(str(path), column=("caption=word", "id=text"))


def test_objects_of_json_are_sentences(tmp_path):
    path = tmp_path / "captions.jsonl"
    rows = [json.dumps({"caption": f"dog {at}", "id": at}) for at in range(20)]
    path.write_text("\n".join([*rows, "{", "7", '{"id": 3}']), encoding="utf-8")
    data = load(str(path))
    assert len(data) == 18
    assert [place for place, _ in data.problems] == ["captions.jsonl:21", "captions.jsonl:22", "captions.jsonl:23"]
    assert [reason for _, reason in data.problems[1:]] == ["no JSON object", "no text in column 'caption'"]
    path.write_text('{"one": "a", "two": "b"}\n', encoding="utf-8")
    with pytest.raises(
        UserError, match=r"captions.jsonl has the columns one, two: say which one is read, --column NAME"
    ):
        load(str(path))


def test_folders_of_text_have_labels_and_splits(tmp_path):
    for split, count in (("train", 12), ("test", 4)):
        for label in ("good", "bad"):
            lines(tmp_path / split / label / "one.txt", count)
    (tmp_path / "train" / "bad" / "broken.txt").write_bytes(b"\0\1")
    train, test = load(str(tmp_path)), load(str(tmp_path), split="test")
    assert (len(train), len(test)) == (24, 8)
    assert train.classes == test.classes == ("bad", "good")
    assert train.labels.bincount().tolist() == [12, 12]
    assert train.problems[0][0] == "broken.txt"


def test_a_folder_with_images_is_none_of_text(tmp_path):
    lines(tmp_path / "captions.txt")
    (tmp_path / "one.png").write_bytes(b"")
    with pytest.raises(UserError, match="image"):
        load(str(tmp_path))


@pytest.mark.parametrize(
    "content, message",
    [
        (b"", r"is empty: give a file with a sentence a line"),
        (b" \n\n", r"is empty"),
        (b"one sentence\n", r"bad.txt:1 is the only sentence: two or more are needed"),
        (b"a\nb\0c\n", r"bad.txt:2 holds a zero byte, so the file is no text"),
        (b"\xc3\x28\n\xc3\x28\nok\n", r"bad.txt:1 is no UTF-8 text, as 2 of 3 lines: save the file as UTF-8"),
        (b"x" * 20_000, r"bad.txt:1: 20,000 characters in one line, and no other: give --sentences window"),
        (b"...\n" * 3 + b"\n" * 2, None),
    ],
)
def test_bad_files_are_refused_with_file_and_row(tmp_path, content, message):
    path = tmp_path / "bad.txt"
    path.write_bytes(content)
    if message is None:
        assert load(str(path), sentences="line").spec.facts["vocabulary"] == "."
        return
    with pytest.raises(UserError, match=message):
        load(str(path))


def test_bad_lines_are_left_out_named_and_refused_if_strict(tmp_path):
    path = tmp_path / "some.txt"
    path.write_bytes(b"a dog\r\na cat\n\xc3\x28\n" + b"y" * 10_001 + b"\na bird\n")
    data = load(str(path))
    assert data.problems == [("some.txt:3", "no UTF-8 text"), ("some.txt:4", "10,001 characters in one line")]
    assert len(data) + len(load(str(path), split="test")) == 3
    with pytest.raises(UserError, match=r"some.txt:3: no UTF-8 text; mend it, or leave out --strict"):
        load(str(path), strict=True)


def test_words_that_are_not_wanted_are_refused(tmp_path):
    source = lines(tmp_path / "dogs.txt")
    with pytest.raises(UserError, match="tokens is 'words'; did you mean 'word'"):
        load(source, tokens="words")
    with pytest.raises(UserError, match="length is 1: use 2 tokens or more"):
        load(source, length=1)
    with pytest.raises(UserError, match=r"has no columns: leave out --column"):
        load(source, column=("a=text",))
    with pytest.raises(UserError, match="8-ring holds points, which have no --tokens: leave it out"):
        load("8-ring", tokens="byte")
    with pytest.raises(UserError, match=r"fewer than a window of 500: use a smaller --length"):
        load(source, sentences="window", length=500)


def test_data_check_says_what_was_decided(tmp_path, capsys):
    assert command(["data", "check", TEXT]) == 0
    told = capsys.readouterr().out
    assert "360 train, 40 test" in told
    assert "a sentence a line, as it looks" in told
    assert "40 sentences held out by the hash of what they say" in told
    assert "known; unknown: none" in told
    assert command(["data", "check", TEXT, "--json", "--tokens", "byte"]) == 0
    assert json.loads(capsys.readouterr().out)["spec"]["facts"] == {"tokens": "byte", "vocabulary": 256}
    assert scan(TEXT).splits == {"train": 360, "test": 40}
