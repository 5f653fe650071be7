"""What is a word, and where blanks belong."""

import pytest

from zerosum.kinds.text.words import joined, words


@pytest.mark.parametrize(
    "text, tokens",
    [
        ("Don't, 3 dogs!", ["Don't", ",", "3", "dogs", "!"]),
        ("a well-known (old) clock", ["a", "well-known", "(", "old", ")", "clock"]),
        ("\u4f60\u597d\uff0cBob", ["\u4f60", "\u597d", "\uff0c", "Bob"]),
        ("costs $5; caf\u00e9", ["costs", "$", "5", ";", "caf\u00e9"]),
        ("", []),
    ],
)
def test_words_and_signs(text, tokens):
    assert words(text) == tokens
    assert joined(tokens) == text
    assert words(joined(tokens)) == tokens


def test_blanks_are_those_of_plain_text():
    assert joined(["a", "dog", ",", "and", "(", "a", ")", "cat", "."]) == "a dog, and (a) cat."
