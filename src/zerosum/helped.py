"""Sampling by a whole group: the first process leads, the others make their share until it is done."""

import contextlib
import math
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Protocol

import torch
from torch import Tensor

from zerosum import distributed, sampling
from zerosum.game import Game

DONE = 0


class Draw(Protocol):
    """How samples are asked for: `sampling.sample` without the game."""

    def __call__(
        self, n: int, *, seed: int = 0, given: Mapping[str, Tensor] | None = None
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """Return `n` samples inside and the inputs of each control, on the CPU."""
        ...


@contextlib.contextmanager
def helped(game: Game) -> Iterator[Draw | None]:
    """Let every process of the group make a share of the samples that the first asks for inside the block.

    The samples are those of one process, bit for bit. The first process gets the function that makes them. The others
    make theirs until the first leaves its block, by whatever way; then they get None.
    """
    if distributed.world() == 1:
        yield partial(sampling.sample, game)
    elif distributed.rank():
        _follow(game)
        yield None
    else:
        try:
            yield partial(_lead, game)
        finally:
            _told(game, DONE)


def _lead(
    game: Game, n: int, *, seed: int = 0, given: Mapping[str, Tensor] | None = None
) -> tuple[Tensor, dict[str, Tensor]]:
    inputs = sampling.draw(game.controls, n, seed=seed)
    for name, values in (given or {}).items():
        sampling.check_inputs(sampling.control_of(game.controls, name), values)
        inputs[name] = values.to(inputs[name].dtype)
    _told(game, n)
    samples = torch.cat(_share(game, n, inputs))[:n]
    return samples.cpu(), inputs


def _follow(game: Game) -> None:
    while n := _told(game, DONE):
        _share(game, n, {control.name: control.draw(n, torch.Generator()) for control in game.controls})


def _told(game: Game, n: int) -> int:
    """Return how many samples the first process asks for; `n` is looked at there only."""
    return int(distributed.from_first(torch.tensor(n, device=next(game.parameters()).device)))


def _share(game: Game, n: int, inputs: Mapping[str, Tensor]) -> list[Tensor]:
    """Make this process's rows of the first's inputs, whole chunks of them; returns all rows there, [] elsewhere."""
    device = next(game.parameters()).device
    inputs = {name: distributed.from_first(values.to(device)).cpu() for name, values in inputs.items()}
    rows = math.ceil(n / sampling.CHUNK / distributed.world()) * sampling.CHUNK
    first = distributed.rank() * rows
    own = {name: values[first : first + rows] for name, values in inputs.items()}
    count = min(rows, max(n - first, 0))
    # All send as many rows: what lies beyond the last sample is cut off by the first process.
    samples, _ = sampling.sample(game, rows, given=own if count else None)
    return distributed.to_first(samples.to(device))
