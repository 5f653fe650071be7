"""Where sentences lie: alike where they share words and pairs of words."""

import pytest
import torch

from zerosum.core.spec import Spec
from zerosum.core.tokens import packed
from zerosum.kinds.table import named

SPEC = Spec("text", (8,), {"tokens": "word", "vocabulary": 40})


def place(*rows):
    return named("text").judging.place(packed(rows, 8), SPEC)


def test_equal_sentences_lie_together_whatever_stands_behind_their_ends():
    one = packed([[5, 6, 7]], 8)
    other = one.clone()
    other[0, 5] = 9
    judging = named("text").judging
    assert torch.equal(judging.place(one, SPEC), judging.place(other, SPEC))


def test_distances_are_those_between_counts_of_words_and_pairs():
    first, swapped, changed, other = place([5, 6, 7, 8], [6, 5, 8, 7], [5, 6, 7, 9], [11, 12, 13, 14])
    near, far, order = (first - changed).norm(), (first - other).norm(), (first - swapped).norm()
    assert near < order < far
    # Of words 1 and 1, of pairs 2 and 2 differ, and the end makes one pair more each.
    assert float(near**2) == pytest.approx((2 + 4) / 8, rel=0.4)


def test_rows_do_not_depend_on_their_neighbours():
    both = place([5, 6], [7, 8])
    assert torch.equal(both[:1], place([5, 6]))
    assert both.shape == (2, 128)
