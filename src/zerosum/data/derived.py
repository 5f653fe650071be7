"""Data sets that are made of another one when samples are asked for."""

import abc

import torch
from torch import Tensor

from zerosum.data.dataset import Dataset, fingerprint


class Derived(Dataset):
    """What all have in common: the samples of `base`, in its order, with its labels and its problems."""

    def __init__(self, base: Dataset) -> None:
        self.base = base
        self.name, self.shape, self.split, self.fingerprint = base.name, base.shape, base.split, base.fingerprint
        self.classes, self.labels, self.problems = base.classes, base.labels, base.problems
        self.attributes, self.levels, self.source_levels = base.attributes, base.levels, base.source_levels

    @abc.abstractmethod
    def over(self, base: Dataset) -> "Dataset":
        """Return the same of another base, as of one that lies on another device."""

    def __len__(self) -> int:
        return len(self.base)

    @property
    def nbytes(self) -> int:
        """Bytes of memory that the base takes."""
        return self.base.nbytes

    def uncropped(self) -> "Dataset":
        """Return the same of the base's whole images."""
        base = self.base.uncropped()
        return self if base is self.base else self.over(base)

    def to(self, device: torch.device | str) -> "Dataset":
        """Return the same with its base on `device`; itself where that does not fit there."""
        base = self.base.to(device)
        return self if base is self.base else self.over(base)


class Part(Derived):
    """Some samples of another data set: those at `indices`, int64 [M]."""

    def __init__(self, base: Dataset, indices: Tensor) -> None:
        super().__init__(base)
        self.indices = indices
        self.labels = None if base.labels is None else base.labels[indices]
        self.attributes = {}
        self.fingerprint = fingerprint(base.fingerprint, indices)

    def __len__(self) -> int:
        return len(self.indices)

    def over(self, base: Dataset) -> "Part":
        """Return the same of another base."""
        return Part(base, self.indices)

    def batch(self, indices: Tensor) -> dict[str, Tensor]:
        """Return the samples at `indices` of the part."""
        return self.base.batch(self.indices[indices.cpu()])

    def drawn(self, indices: Tensor, keys: Tensor) -> dict[str, Tensor]:
        """Return the samples at `indices` of the part as training sees them."""
        return self.base.drawn(self.indices[indices.cpu()], keys)


class Channels(Derived):
    """Some channels of each image: how one half of a pair is looked at alone."""

    def __init__(self, base: Dataset, first: int, last: int) -> None:
        super().__init__(base)
        self.first, self.last = first, last
        self.shape = (last - first, *base.shape[1:])
        self.fingerprint = fingerprint(base.fingerprint, f"channels {first} to {last}")

    def over(self, base: Dataset) -> "Channels":
        """Return the same of another base."""
        return Channels(base, self.first, self.last)

    def batch(self, indices: Tensor) -> dict[str, Tensor]:
        """Return the channels of the images at `indices`."""
        return self._chosen(self.base.batch(indices))

    def drawn(self, indices: Tensor, keys: Tensor) -> dict[str, Tensor]:
        """Return the channels of the images at `indices` as training sees them."""
        return self._chosen(self.base.drawn(indices, keys))

    def _chosen(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        return batch | {"real": batch["real"][:, self.first : self.last]}
