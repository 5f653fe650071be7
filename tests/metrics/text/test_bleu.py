"""BLEU against numbers worked out by hand."""

import math

import pytest

from zerosum.metrics.text.bleu import bleu, self_bleu

CAT = "the cat sat on the mat".split()  # noqa: SIM905
DOG = "the dog sat on the log".split()  # noqa: SIM905


def test_a_sentence_against_itself_is_perfect():
    assert bleu([CAT], [CAT, DOG]) == [[pytest.approx(1.0)] * 4]


def test_precisions_by_hand():
    """Of the six words 4 are there, of the five pairs 2 (sat on, on the), of four triples 1, of quadruples 0."""
    p = [4 / 6, 2 / 5 + 1 / 5, 1 / 4, 0.1 / 3, 0.1 / 2]
    # "the" occurs twice in both; cat and mat do not; pairs: "sat on", "on the"; triples: "sat on the".
    p[1] = 2 / 5
    expected = [math.prod(p[:n]) ** (1 / n) for n in (2, 3, 4, 5)]
    assert bleu([CAT], [DOG])[0] == pytest.approx(expected)


def test_counts_are_clipped_by_the_reference_that_has_most():
    sentence = ["the"] * 7
    references = ["the cat is on the mat".split(), "there is a cat on the mat".split()]  # noqa: SIM905
    # Papineni's example: 2 of 7 words. No pair "the the": 0.1 of 6. As long as the second reference: no penalty.
    assert bleu([sentence], references)[0][0] == pytest.approx(math.sqrt(2 / 7 * 0.1 / 6))


def test_short_sentences_are_punished_by_the_nearest_length():
    sentence = ["the", "cat"]
    assert bleu([sentence], [CAT])[0][0] == pytest.approx(math.exp(1 - 6 / 2))
    assert bleu([sentence], [CAT, ["a", "cat", "sat"]])[0][0] == pytest.approx(math.exp(1 - 3 / 2))


def test_nothing_in_common_and_nothing_said_are_nothing():
    assert bleu([["bird"], []], [CAT]) == [[0.0] * 4] * 2


def test_self_bleu_is_against_the_others():
    apart = self_bleu([CAT, DOG])
    assert apart == [bleu([CAT], [DOG])[0], bleu([DOG], [CAT])[0]]
    assert self_bleu([CAT, CAT, DOG])[0] == [pytest.approx(1.0)] * 4
    assert self_bleu([["bird"], ["fish"]]) == [[0.0] * 4] * 2


def test_it_is_that_of_nltk():
    translate = pytest.importorskip("nltk.translate.bleu_score")
    smoothing = translate.SmoothingFunction().method1
    references = [CAT, DOG, "a cat and a dog sat".split()]  # noqa: SIM905
    for sentence in (CAT[:4], DOG[2:], "a dog sat on a cat on the mat".split()):  # noqa: SIM905
        found = bleu([sentence], references)[0]
        for order, value in zip((2, 3, 4), found, strict=False):
            theirs = translate.sentence_bleu(references, sentence, [1 / order] * order, smoothing_function=smoothing)
            assert value == pytest.approx(theirs)
