"""Batches as a pure function of (seed, position, shard, shards): what makes a resumed run see the same data."""

import hashlib

import torch
from torch import Tensor

from zerosum.core.spec import IMAGES, Unit
from zerosum.data.dataset import Dataset
from zerosum.data.keyed_random import keys_for
from zerosum.errors import UserError


def epoch_permutation(count: int, seed: int, epoch: int) -> Tensor:
    """Return the order of epoch `epoch`: a permutation of 0..count-1, int64 on the CPU, seeded by (seed, epoch)."""
    digest = hashlib.sha256(f"zerosum epoch {seed} {epoch}".encode()).digest()
    generator = torch.Generator().manual_seed(int.from_bytes(digest[:8], "little") >> 1)
    return torch.randperm(count, generator=generator)


class Loader:
    """An endless stream of batches that has no state.

    The epochs' permutations stand one after the other. Global batch number `position` is the next
    `batch_size * shards` entries of that line, across the border of two epochs where it must be, and shard number
    `shard` takes its contiguous slice of `batch_size`. So each epoch visits each sample exactly once, and one process
    with a batch of 2 n sees what two processes with n see together.

    Args:
        dataset: where samples come from; moved to `device` if it fits there, so that indexing happens there.
        batch_size: samples a batch and shard.
        seed: of the order.
        shard: which of the `shards` this is; in data-parallel training, the rank.
        shards: how many share each global batch.
        device: where batches are wanted.

    Raises:
        UserError: the data set is smaller than one global batch.
    """

    def __init__(
        self,
        dataset: Dataset,
        batch_size: int,
        *,
        seed: int = 0,
        shard: int = 0,
        shards: int = 1,
        device: torch.device | str = "cpu",
    ) -> None:
        if batch_size < 1:
            raise UserError(f"batch_size is {batch_size}: use --set batch_size=1 or more")
        if not 0 <= shard < shards:
            raise ValueError(f"shard {shard} is not one of {shards}")
        refuse_few(dataset.name, len(dataset), batch_size, shards, unit=dataset.spec.answers.unit)
        self.dataset, self.device = dataset.to(device), torch.device(device)
        self.batch_size, self.seed, self.shard, self.shards = batch_size, seed, shard, shards
        self._permutations: dict[int, Tensor] = {}

    def indices(self, position: int) -> Tensor:
        """Return which samples make up batch number `position` of this shard: int64 [batch_size] on the CPU."""
        start = (position * self.shards + self.shard) * self.batch_size
        epoch, offset = divmod(start, len(self.dataset))
        head = self._permutation(epoch)[offset : offset + self.batch_size]
        missing = self.batch_size - len(head)
        return torch.cat([head, self._permutation(epoch + 1)[:missing]]) if missing else head

    def at(self, position: int) -> dict[str, Tensor]:
        """Return batch number `position`: {"real": [batch_size, *shape]} and "label" where there are classes."""
        batch = self.dataset.drawn(self.indices(position), self.keys(position))
        return {name: tensor.to(self.device, non_blocking=True) for name, tensor in batch.items()}

    def keys(self, position: int) -> Tensor:
        """Return what is random about the samples of batch number `position`: see `zerosum.data.keyed_random`."""
        start = (position * self.shards + self.shard) * self.batch_size
        return keys_for(self.seed, torch.arange(start, start + self.batch_size))

    def _permutation(self, epoch: int) -> Tensor:
        if epoch not in self._permutations:
            # A batch can lie on the border of two epochs: keep the neighbours, drop the rest.
            self._permutations = {e: p for e, p in self._permutations.items() if abs(e - epoch) == 1}
            self._permutations[epoch] = epoch_permutation(len(self.dataset), self.seed, epoch)
        return self._permutations[epoch]


def refuse_few(name: str, count: int, batch_size: int, shards: int = 1, *, unit: Unit = IMAGES) -> None:
    """Raise UserError where `count` samples are fewer than one global batch; it says which batch they would do for."""
    least = batch_size * shards
    if count >= least:
        return
    size = f"batch_size is {batch_size}" + (f" on each of {shards} processes ({least} in all)" if shards > 1 else "")
    amount = f"{count} {unit.of(count)}"
    if count < shards:
        raise UserError(f"{name} has {amount}, {size}: add more, or start fewer processes")
    fitting = 1 << ((count // shards).bit_length() - 1)
    raise UserError(f"{name} has {amount}, {size}: use --set batch_size={fitting} or add more {unit.many}")
