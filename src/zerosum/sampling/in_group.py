"""Sampling by a whole group: the first process leads, the others make their share until it is done."""

import contextlib
import math
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Protocol

import torch
from torch import Tensor

from zerosum.core.control import Control, control_of
from zerosum.core.game import Game
from zerosum.group import distributed
from zerosum.sampling import sampler

DONE = 0


class Draw(Protocol):
    """How samples are asked for: `sampler.sample` without the game."""

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
        yield partial(sampler.sample, game)
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
    controls, given = game.controls, given or {}
    inputs = sampler.draw([control for control in controls if control.name not in given], n, seed=seed)
    for name, values in given.items():
        control = control_of(controls, name)
        control.check(values)
        inputs[name] = values.to(control.form.dtype)
    _told(game, n)
    samples = torch.cat(_share(game, n, inputs))[:n]
    return samples.cpu(), inputs


def _follow(game: Game) -> None:
    while n := _told(game, DONE):
        _share(game, n, {})


def _told(game: Game, n: int) -> int:
    """Return how many samples the first process asks for; `n` is looked at there only."""
    return int(distributed.from_first(torch.tensor(n, device=next(game.parameters()).device)))


def _share(game: Game, n: int, inputs: Mapping[str, Tensor]) -> list[Tensor]:
    """Make this process's rows of the first's inputs, whole chunks of them; returns all rows there, [] elsewhere."""
    device = next(game.parameters()).device
    shared = {control.name: _sent(control, n, inputs.get(control.name), device) for control in game.controls}
    rows = math.ceil(n / sampler.CHUNK / distributed.world()) * sampler.CHUNK
    # All make and send as many rows: what lies beyond the last sample repeats it, and is cut off by the first process.
    own = (distributed.rank() * rows + torch.arange(rows)).clamp(max=n - 1)
    samples, _ = sampler.sample(game, rows, given={name: values[own] for name, values in shared.items()})
    return distributed.to_first(samples.to(device))


def _sent(control: Control, n: int, values: Tensor | None, device: torch.device) -> Tensor:
    """Return the first process's inputs of a control, on the CPU; `values` is looked at there only."""
    form, shape = control.form, [side or 0 for side in control.form.shape]
    if None in form.shape:
        shape = distributed.from_first(
            torch.tensor(shape if values is None else values.shape[1:], device=device)
        ).tolist()
    place = torch.empty((n, *shape), dtype=form.dtype) if values is None else values
    return distributed.from_first(place.to(device).contiguous()).cpu()
