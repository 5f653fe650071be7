"""A table as a data set: rows by index, as networks see them and as they were read."""

from collections.abc import Mapping, Sequence
from typing import Self

import torch
from torch import Tensor

from zerosum.core.spec import Spec
from zerosum.data.dataset import Dataset, Problem, fingerprint
from zerosum.data.keyed_random import uniform
from zerosum.kinds.table_rows.codecs import Values
from zerosum.kinds.table_rows.columns import Columns
from zerosum.kinds.table_rows.compact import Compact, smallest

BALANCED, JITTER = 1, 2
"""Streams of random numbers."""


class TableSet(Dataset):
    """The rows of a table in memory.

    Args:
        rows: float64 [N, C], outside.
        columns: of the table, as they were fitted to the train split.
        name: what to call it.
        split: "train" or "test".
        target: the name of the column whose categories are the labels; None where there are none.
        problems: what was left out.
        notes: what was decided.
    """

    def __init__(
        self,
        rows: Values,
        columns: Columns,
        *,
        name: str,
        split: str = "train",
        target: str | None = None,
        problems: Sequence[Problem] = (),
        notes: Sequence[str] = (),
    ) -> None:
        self.name, self.split, self.columns, self.problems = name, split, columns, list(problems)
        self.target, self.notes = target, tuple(notes)
        self._spec = columns.spec
        self.shape, self.classes, self.labels = self._spec.shape, (), None
        self._values = [smallest(rows[:, number]) for number in range(rows.shape[1])]
        self.fingerprint = fingerprint(repr(self._spec), split, *self._values)
        self._inside = Compact.of(self._values, columns)
        if target is not None:
            number = [column.name for column in columns.columns].index(target)
            self.classes = columns.columns[number].categories
            self.labels = self._values[number].to(torch.int64) if self.classes else None

    @property
    def spec(self) -> Spec:
        """The kind, the width of an encoded row, the columns."""
        return self._spec

    def __len__(self) -> int:
        return len(self._values[0])

    @property
    def nbytes(self) -> int:
        """Bytes of memory that the rows take, as they were read and encoded."""
        return sum(values.nbytes for values in self._values) + self._inside.nbytes

    def originals(self, indices: Tensor, batch: Mapping[str, Tensor]) -> Tensor:
        """Return rows as they were read, float64 [N, C]."""
        return self.rows(indices)

    def rows(self, indices: Tensor) -> Tensor:
        """Return rows as they were read, float64 [N, C]."""
        return torch.stack([values[indices.cpu()].double() for values in self._values], 1)

    def batch(self, indices: Tensor) -> dict[str, Tensor]:
        """Return {"real": encoded rows float32 [N, D]} and, where there is a target, {"label": int64 [N]}."""
        return self._labelled({"real": self._inside.encoded(indices)}, indices)

    def drawn(self, indices: Tensor, keys: Tensor) -> dict[str, Tensor]:
        """Return a batch to train on.

        `real` as `batch` has it, but for a number anywhere in the step of the scores that is its own. Where there are
        categories, also `balanced`, rows of which `condition` [N, K] says what they were drawn by: a column, each as
        likely; in it a category, by the logarithm of its frequency; of its rows any ("training-by-sampling", Xu et al.
        2019, arXiv:1907.00503, section 4.3).
        """
        batch = self._labelled({"real": self._inside.encoded(indices, self._jitter(keys))}, indices)
        if self._inside.draw is None:
            return batch
        chosen, condition = self._inside.draw(uniform(keys, 3, BALANCED))
        return batch | {"balanced": self._inside.encoded(chosen, self._jitter(keys)), "condition": condition}

    def _jitter(self, keys: Tensor) -> Tensor:
        return uniform(keys, self._inside.low.shape[1], JITTER)

    def _labelled(self, batch: dict[str, Tensor], indices: Tensor) -> dict[str, Tensor]:
        if self.labels is None:
            return batch
        return batch | {"label": self.labels[indices.cpu()].to(self._inside.options.device)}

    def to(self, device: torch.device | str) -> Self:
        """Return a data set whose encoded rows lie on `device`."""
        moved = object.__new__(type(self))
        moved.__dict__.update(self.__dict__)
        moved._inside = self._inside.to(device)
        return moved

    def outside(self, samples: Tensor) -> Tensor:
        """Return encoded rows as float64 [N, C]."""
        return self.columns.decode(samples)
