"""Data sets of text: sentences, one a row, and running text, cut into windows."""

import abc
from collections.abc import Sequence

import torch
from torch import Tensor

from zerosum.core.spec import Spec
from zerosum.data.dataset import Dataset, Problem, fingerprint
from zerosum.data.keyed_random import below


class TextSet(Dataset, abc.ABC):
    """What both have in common.

    Args:
        spec: what the samples are; its facts hold the vocabulary.
        name: what to call it.
        split: "train" or "test".
        problems: lines and files that were left out.
        notes: what was decided about the text, and why.
    """

    def __init__(
        self, spec: Spec, *, name: str, split: str, problems: Sequence[Problem] = (), notes: Sequence[str] = ()
    ) -> None:
        self._spec, self.shape, self.name, self.split = spec, spec.shape, name, split
        self.classes, self.labels, self.problems, self.notes = (), None, list(problems), tuple(notes)

    @property
    def spec(self) -> Spec:
        """What the samples are."""
        return self._spec

    def outside(self, samples: Tensor) -> Tensor:
        """Return the ids, int64."""
        ids: Tensor = self.spec.answers.units.outside(samples, self.spec)
        return ids

    @abc.abstractmethod
    def batch(self, indices: Tensor) -> dict[str, Tensor]:
        """Return {"real": int64 [N, L]} and, where there are classes, {"label": int64 [N]}."""


class Sentences(TextSet):
    """Rows of tokens that end where a sentence ends.

    Args:
        ids: int [N, L], as `zerosum.core.tokens` has them.
        spec: see `TextSet`, as the other arguments.
        labels: int64 [N], each in 0..len(classes) - 1.
        classes: the names of the labels.
    """

    def __init__(
        self,
        ids: Tensor,
        spec: Spec,
        *,
        name: str,
        split: str = "train",
        labels: Tensor | None = None,
        classes: Sequence[str] = (),
        problems: Sequence[Problem] = (),
        notes: Sequence[str] = (),
    ) -> None:
        super().__init__(spec, name=name, split=split, problems=problems, notes=notes)
        self.ids = ids.to(torch.int32)
        self.classes, self.labels = tuple(classes), labels if classes else None
        self.fingerprint = fingerprint(self.ids, self.labels, "/".join(self.classes), str(dict(spec.facts)), split)

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def nbytes(self) -> int:
        """Bytes of memory that the tokens take."""
        return self.ids.nbytes

    def batch(self, indices: Tensor) -> dict[str, Tensor]:
        """Return the sentences at `indices`."""
        rows = indices.cpu()
        real = {"real": self.ids.index_select(0, rows).long()}
        return real if self.labels is None else real | {"label": self.labels.index_select(0, rows)}


class Windows(TextSet):
    """Windows of L tokens of running text: one beside the other as they are judged, at any place in training.

    Args:
        stream: int [T], all tokens of the text, at least L.
        spec: see `TextSet`, as the other arguments.
    """

    def __init__(
        self,
        stream: Tensor,
        spec: Spec,
        *,
        name: str,
        split: str = "train",
        problems: Sequence[Problem] = (),
        notes: Sequence[str] = (),
    ) -> None:
        super().__init__(spec, name=name, split=split, problems=problems, notes=notes)
        self.stream, (self.width,) = stream.to(torch.int32), spec.shape
        self.fingerprint = fingerprint(self.stream, str(dict(spec.facts)), str(self.width), split)

    def __len__(self) -> int:
        return len(self.stream) // self.width

    @property
    def nbytes(self) -> int:
        """Bytes of memory that the tokens take."""
        return self.stream.nbytes

    def batch(self, indices: Tensor) -> dict[str, Tensor]:
        """Return the windows at `indices`, each beginning where the one before it ends."""
        return self._at(indices.cpu() * self.width)

    def drawn(self, indices: Tensor, keys: Tensor) -> dict[str, Tensor]:
        """Return windows that begin up to L - 1 tokens later, as `keys` say: no token is always the first."""
        later = below(keys.cpu(), self.width)
        return self._at((indices.cpu() * self.width + later).clamp(max=len(self.stream) - self.width))

    def _at(self, starts: Tensor) -> dict[str, Tensor]:
        return {"real": self.stream[starts[:, None] + torch.arange(self.width)].long()}
