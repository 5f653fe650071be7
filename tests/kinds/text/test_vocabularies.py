"""Vocabularies know words by how often they occur, all bytes, or pieces; and come back from the facts of a spec."""

import json

import pytest

from tiny import TEXT
from zerosum.core.spec import Spec
from zerosum.core.tokens import FIRST, UNKNOWN
from zerosum.errors import UserError
from zerosum.kinds.text.pieces import Pieces
from zerosum.kinds.text.vocabularies import Bytes, Numbered, Words, vocabulary_of

TEXTS = ["a dog sits", "a dog runs.", "the cat sits."]


def test_frequent_words_come_first_and_rare_ones_are_unknown():
    words = Words.of(TEXTS)
    assert words.known == (".", "a", "dog", "sits")
    assert words.size == FIRST + 4
    assert words.encode("a cat sits.") == [FIRST + 1, UNKNOWN, FIRST + 3, FIRST]
    assert words.decode([FIRST + 1, UNKNOWN, FIRST]) == "a <unk>."
    assert Words.of(TEXTS, most=2).known == (".", "a")


def test_where_no_word_occurs_twice_all_are_known():
    assert Words.of(["one two"]).known == ("one", "two")


def test_text_without_words_has_no_vocabulary():
    with pytest.raises(UserError, match="the vocabulary is empty: there is no word in the text"):
        Words.of(["  "])


def test_bytes_are_their_values_and_know_everything():
    assert Bytes().encode("a\u00e9") == [FIRST + 97, FIRST + 0xC3, FIRST + 0xA9]
    assert Bytes().decode(Bytes().encode("a\u00e9\n")) == "a\u00e9\n"
    assert Bytes().decode([FIRST + 0xC3]) == "\ufffd"
    assert Bytes().size == 259


@pytest.mark.parametrize("vocabulary", [Words.of(TEXTS), Bytes(), Numbered(5)], ids=lambda one: type(one).__name__)
def test_a_vocabulary_comes_back_from_a_recipe(vocabulary):
    spec = Spec("text", (8,), json.loads(json.dumps(vocabulary.facts())))
    again = vocabulary_of(spec)
    assert (again.size, again.tokens) == (vocabulary.size, vocabulary.tokens)
    assert again.decode([FIRST, FIRST + 1]) == vocabulary.decode([FIRST, FIRST + 1])


def test_numbered_tokens_are_called_by_their_numbers():
    assert Numbered(5000).size == 5003
    assert Numbered(5000).decode([FIRST, 5002]) == "0 4999"


def test_facts_of_another_vocabulary_are_refused():
    with pytest.raises(UserError, match="text data of rune tokens are not known: use word, byte or bpe"):
        vocabulary_of(Spec("text", (8,), {"tokens": "rune"}))


def test_pieces_of_words_know_everything_and_come_back():
    pytest.importorskip("tokenizers")
    with open(TEXT, encoding="utf-8") as file:
        texts = file.read().splitlines()
    pieces = Pieces.of(texts, most=300)
    assert pieces.size == FIRST + 300
    assert len(pieces.encode(texts[0])) < len(texts[0].encode())
    again = vocabulary_of(Spec("text", (8,), pieces.facts()))
    assert all(again.decode(pieces.encode(text)) == text for text in [*texts[:20], "Zo\u00eb \u4e2d"])


def test_pieces_without_their_package_are_refused(monkeypatch):
    monkeypatch.setattr("importlib.import_module", lambda name: (_ for _ in ()).throw(ImportError(name)))
    with pytest.raises(UserError, match=r"pieces of words need a package: pip install 'zerosum\[bpe\]'"):
        Pieces.of(["a"])
