"""Running means of the logged terms, kept as tensors so that no step waits for the device."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from zerosum.group import distributed


class Meter:
    """Sums of every `player/term` since the last reading."""

    def __init__(self) -> None:
        self.sums: dict[str, Tensor] = {}
        self.counts: dict[str, int] = {}
        self._names: dict[tuple[str, ...], list[str]] = {}

    @torch.no_grad()
    def add(self, player: str, terms: Mapping[str, Tensor]) -> None:
        """Add one micro-batch's terms, scalars of any precision."""
        names = self._named((player, *terms))
        for name, term in zip(names, terms.values(), strict=True):
            if name not in self.sums:
                self.sums[name], self.counts[name] = torch.zeros_like(term, dtype=torch.float32), 0
            self.counts[name] += 1
        if names:
            torch._foreach_add_([self.sums[name] for name in names], list(terms.values()))

    def _named(self, key: tuple[str, ...]) -> list[str]:
        if key not in self._names:
            self._names[key] = [f"{key[0]}/{term}" for term in key[1:]]
        return self._names[key]

    def means(self) -> dict[str, float]:
        """Return the mean of each term since the last `clear`, over all processes; one wait for the device."""
        if not self.sums:
            return {}
        means = torch.stack([total / self.counts[name] for name, total in self.sums.items()])
        distributed.average([means])
        return dict(zip(self.sums, means.tolist(), strict=True))

    def clear(self) -> None:
        """Start the next interval."""
        self.sums, self.counts = {}, {}

    def state_dict(self) -> dict[str, Any]:
        """Return the sums of the interval under way."""
        return {"sums": dict(self.sums), "counts": dict(self.counts)}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Continue the interval that `state_dict` returned."""
        self.sums = {name: total.clone() for name, total in state["sums"].items()}
        self.counts = dict(state["counts"])
