"""Rows of tokens: where they end, and how they are made and taken apart."""

import torch

from zerosum.core.tokens import END, ended, lengths, mask, packed, unpacked

ROWS = torch.tensor([[5, 6, END, 0], [5, 6, 7, 8], [END, 0, 0, 0], [5, END, 9, END]])


def test_a_row_is_as_long_as_its_end_says():
    assert lengths(ROWS).tolist() == [3, 4, 1, 2]
    assert mask(ROWS).int().tolist() == [[1, 1, 1, 0], [1, 1, 1, 1], [1, 0, 0, 0], [1, 1, 0, 0]]


def test_what_stands_behind_an_end_becomes_padding():
    assert ended(ROWS)[3].tolist() == [5, END, 0, 0]
    assert torch.equal(ended(ROWS)[:3], ROWS[:3])


def test_rows_are_packed_with_an_end_where_it_fits():
    rows = [[5, 6], [5, 6, 7], [5, 6, 7, 8], []]
    assert packed(rows, 3).tolist() == [[5, 6, END], [5, 6, 7], [5, 6, 7], [END, 0, 0]]
    assert unpacked(packed(rows, 5)) == rows
