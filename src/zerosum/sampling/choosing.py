"""Samples that are wanted out of those that a generator makes: drawn until there are enough, the others thrown away."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from zerosum.core.game import Game
from zerosum.errors import UserError
from zerosum.kinds.kind import Wanted
from zerosum.recipe.schema import Data
from zerosum.sampling import sampler

PART = 64 * 64
"""Samples that are drawn at once."""
LEAST = 50_000
"""Samples after which it is known that none is wanted."""
PATIENCE = 1000
"""How many are drawn at most for each that is asked for."""


@dataclass(frozen=True)
class Chosen:
    """Samples outside, [n, ...], the inputs they were made of, and how many were drawn for them."""

    samples: Tensor
    inputs: dict[str, Tensor]
    drawn: int

    def words(self) -> str:
        """Return what to say of how many were thrown away."""
        share = 100 * len(self.samples) / self.drawn
        return f"{len(self.samples):,} of {self.drawn:,} samples meet what was asked for ({share:.3g} %)"


def choose(
    game: Game,
    data: Data,
    n: int,
    wanted: Wanted,
    given: Callable[[int], Mapping[str, Tensor]] = lambda count: {},
    *,
    seed: int = 0,
    truncation: float = 1.0,
) -> Chosen:
    """Return the first `n` samples of a seed that are wanted; which those are does not depend on `n`.

    Args:
        game: whose generator samples.
        data: of its recipe.
        n: how many.
        wanted: which.
        given: inputs by control for so many samples, which win over what `wanted` asks of the controls.
        seed: of the inputs.
        truncation: factor on latents.

    Raises:
        UserError: none of 50,000 samples is wanted, or too few of those that are drawn.
    """
    samples, inputs, start, kept = list[Tensor](), list[dict[str, Tensor]](), 0, 0
    while kept < n:
        if start >= LEAST and (kept == 0 or start >= PATIENCE * n):
            raise UserError(f"{kept or 'none'} of {start:,} samples meet what was asked for: ask for less")
        asked = dict(wanted.inputs(game.controls, PART)) | dict(given(PART))
        made, used = sampler.sample(game, PART, seed=seed, truncation=truncation, given=asked, start=start)
        values = sampler.outside(made, data)
        rows = wanted.keeps(values).nonzero()[:, 0][: n - kept]
        samples.append(values[rows])
        inputs.append({name: each[rows] for name, each in used.items()})
        kept += len(rows)
        start += PART if kept < n else int(rows[-1]) + 1
    joined = {name: torch.cat([part[name] for part in inputs]) for name in inputs[0]}
    return Chosen(torch.cat(samples), joined, start)
