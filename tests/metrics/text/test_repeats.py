"""Variety and repeats, on sentences that can be counted by hand."""

import pytest

from zerosum.metrics.text.ngrams import distinct, ngrams
from zerosum.metrics.text.repeats import known_share, repeated

SENTENCES = [["a", "dog", "sits"], ["a", "dog", "runs"], []]


def test_runs_of_words():
    assert ngrams(["a", "b", "a", "b"], 2) == {("a", "b"): 2, ("b", "a"): 1}
    assert ngrams(["a"], 2) == {}


@pytest.mark.parametrize("n, share", [(1, 4 / 6), (2, 3 / 4), (3, 1.0), (4, 0.0)])
def test_different_runs_among_all(n, share):
    assert distinct(SENTENCES, n) == share


def test_known_words_are_counted_without_signs():
    assert known_share([["a", "dgo", "."], ["dog"], ["..."]], ["a", "dog"]) == [0.5, 1.0]


def test_repeats_are_whole_sentences_or_anywhere_within():
    training = [["a", "dog", "sits", "."], ["a", "cat"]]
    wanted = [["a", "cat"], ["dog", "sits"], ["sits", ".", "a"], ["og", "sits"], []]
    assert repeated(wanted, training, within=False) == [True, False, False, False]
    assert repeated(wanted, training, within=True) == [True, True, True, False]
