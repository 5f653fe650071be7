"""Sentences as rows of tokens: int64 [N, L], an end after the last token where it fits, and padding behind it."""

from collections.abc import Sequence

import torch
from torch import Tensor

PADDING, END, UNKNOWN = 0, 1, 2
FIRST = 3
"""The first id that stands for a token of the data."""


def lengths(ids: Tensor) -> Tensor:
    """Return how many tokens each row has, int64 [N]: up to and with its end, L where it has none."""
    ended = ids == END
    return torch.where(ended.any(1), ended.int().argmax(1) + 1, ids.shape[1])


def mask(ids: Tensor) -> Tensor:
    """Return bool [N, L]: true up to and with the end of each row, and all along a row that has none."""
    return torch.arange(ids.shape[1], device=ids.device) < lengths(ids)[:, None]


def ended(ids: Tensor) -> Tensor:
    """Return the rows with padding behind their ends, whatever stood there."""
    return torch.where(mask(ids), ids, PADDING)


def packed(rows: Sequence[Sequence[int]], length: int) -> Tensor:
    """Return rows of tokens as int64 [N, length]: cut, an end behind those that leave room for one, and padded."""
    table = torch.full((len(rows), length), PADDING)
    for at, row in enumerate(rows):
        whole = [*row, END][:length]
        table[at, : len(whole)] = torch.tensor(whole, dtype=torch.int64)
    return table


def unpacked(ids: Tensor) -> list[list[int]]:
    """Return the tokens of each row, without its end and what is behind it."""
    return [
        [token for token in row[:count] if token != END] for row, count in zip(ids.tolist(), lengths(ids), strict=True)
    ]
