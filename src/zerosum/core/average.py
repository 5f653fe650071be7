"""Moving averages of weights: the generator that is looked at, judged and exported."""

import contextlib
import copy
import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

import torch
from torch import Tensor, nn


def decay_at(step: int, decay: float, ramp: float) -> float:
    r"""Return the decay of the average after round `step` (1-based), short at first so that it forgets the start.

    Source: Karras et al. 2020 (StyleGAN2-ADA, arXiv:2006.06676), whose half-life is min(final, 0.05 * seen).
    With half-life h = ln(1/2) / ln(decay) rounds the result is 2^(-1 / min(h, ramp * step)).

    Args:
        step: rounds played, at least 1.
        decay: final decay a round, 0 <= decay < 1; 0 keeps no average.
        ramp: share of the rounds played that the half-life may not exceed; 0 switches the ramp off.
    """
    if decay <= 0.0 or ramp <= 0.0:
        return decay
    half_life = math.log(0.5) / math.log(decay)
    return float(0.5 ** (1 / max(min(half_life, ramp * step), 1e-8)))


class Average:
    """Exponential moving averages of `modules`, by name: average <- d * average + (1 - d) * weights.

    Floating-point parameters are averaged; buffers (batch statistics) are copied, since their own averages lag already.
    """

    def __init__(self, modules: Mapping[str, nn.Module], *, decay: float = 0.999, ramp: float = 0.05):
        self.modules = dict(modules)
        self.copies = {name: copy.deepcopy(module).requires_grad_(False) for name, module in modules.items()}
        self.decay, self.ramp = decay, ramp
        self._weights, self._means = _parameters(self.modules), _parameters(self.copies)
        self._buffers, self._kept = _buffers(self.modules), _buffers(self.copies)

    @torch.no_grad()
    def update(self, step: int) -> None:
        """Move the averages after round `step` (1-based)."""
        if self._means:
            torch._foreach_lerp_(self._means, self._weights, 1.0 - decay_at(step, self.decay, self.ramp))
        if self._kept:
            torch._foreach_copy_(_values(self._kept), _values(self._buffers))

    @contextlib.contextmanager
    def swapped(self) -> Iterator[None]:
        """Exchange averages and weights inside the block, so that the game itself samples with the averages."""
        self._swap()
        try:
            yield
        finally:
            self._swap()

    @torch.no_grad()
    def _swap(self) -> None:
        for name, module in self.modules.items():
            for mine, other in zip(_tensors(self.copies[name]), _tensors(module), strict=True):
                mine.data, other.data = other.data, mine.data

    def state_dict(self) -> dict[str, dict[str, Tensor]]:
        """Return the averages, by module."""
        return {name: module.state_dict() for name, module in self.copies.items()}

    def load_state_dict(self, state: Mapping[str, dict[str, Tensor]]) -> None:
        """Take up the averages that `state_dict` returned."""
        for name, module in self.copies.items():
            module.load_state_dict(state[name])


def _parameters(modules: Mapping[str, nn.Module]) -> list[Tensor]:
    return [parameter for module in modules.values() for parameter in module.parameters()]


def _buffers(modules: Mapping[str, nn.Module]) -> list[tuple[nn.Module, str]]:
    """Where the buffers are: a module may put another tensor in the place of one, so they are looked up when needed."""
    places = []
    for module in modules.values():
        for path, _ in module.named_buffers():
            owner, _, name = path.rpartition(".")
            places.append((module.get_submodule(owner), name))
    return places


def _values(places: Sequence[tuple[nn.Module, str]]) -> list[Tensor]:
    return [getattr(module, name) for module, name in places]


def _tensors(module: nn.Module) -> Iterator[Tensor]:
    return chain(module.parameters(), module.buffers())
