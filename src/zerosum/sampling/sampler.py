"""Sampling: a pure function of (game, seed, index) that never touches the random state of training."""

import contextlib
import math
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from zerosum.core.control import Control, control_of
from zerosum.core.device import repeatable
from zerosum.core.game import Game, Samples
from zerosum.core.seeds import derived_seed
from zerosum.errors import UserError
from zerosum.kinds.table import kind_of
from zerosum.recipe.schema import Data

CHUNK = 64
"""Samples generated at once. Fixed, and the last chunk is filled up, because the last bits of a matrix product depend
on the number of rows: so sample number i is the same however many are asked for."""
PIXELS = 2**20
"""Of the images that are translated at once, so that memory is bounded: large ones go in smaller chunks."""


@torch.no_grad()
def sample(
    game: Game,
    n: int,
    *,
    seed: int = 0,
    truncation: float = 1.0,
    given: Mapping[str, Tensor] | None = None,
    start: int = 0,
) -> tuple[Tensor, dict[str, Tensor]]:
    """Generate `n` samples and return them with their inputs, both on the CPU.

    Args:
        game: whose generator samples; put into evaluation mode meanwhile.
        n: how many; sample i depends on (seed, i) alone.
        seed: of the inputs that are not given.
        truncation: factor on latents, in (0, 1]: nearer to the mean is safer and less varied.
        given: inputs by control, each [n, ...].
        start: the number of the first sample, a multiple of 64.

    Returns:
        Samples inside, [n, *shape], and each control's inputs, [n, ...].

    Raises:
        UserError: a number is out of range, an image is not given, or something is given that is no input of one of the
            controls.
    """
    _check(n, seed, truncation)
    given = given or {}
    for name, values in given.items():
        control_of(game.controls, name).check(values)
    device, rows = next(game.parameters()).device, rows_at_once(game.controls, given)
    samples, inputs = [], []
    with evaluating(game):
        for first in range(0, n, CHUNK):
            how: dict[str, Any] = {"seed": seed, "truncation": truncation, "start": start}
            chunk = {c.name: _inputs(c, first, n, rows, given, **how) for c in game.controls}
            for row in range(0, min(CHUNK, n - first), rows):
                part = {name: value[row : row + rows].to(device) for name, value in chunk.items()}
                samples.append(_full(joined(game, game.sample(part))).cpu())
            inputs.append(chunk)
    all_inputs = {control.name: torch.cat([part[control.name] for part in inputs])[:n] for control in game.controls}
    return torch.cat(samples)[:n], all_inputs


@torch.no_grad()
def stages(game: Game, n: int, *, seed: int = 0, given: Mapping[str, Tensor] | None = None) -> list[Tensor]:
    """Return the first `n` samples of `sample`, at most 64, after what they were made from: `Game.stages`."""
    _check(n, seed, 1.0)
    device, rows = next(game.parameters()).device, min(n, CHUNK)
    inputs = {c.name: _inputs(c, 0, rows, 1, given or {}, seed=seed, truncation=1.0) for c in game.controls}
    with evaluating(game):
        images = game.stages({name: value[:rows].to(device) for name, value in inputs.items()})
    return [_full(joined(game, stage)).cpu() for stage in images]


def draw(controls: Sequence[Control], n: int, *, seed: int = 0, truncation: float = 1.0) -> dict[str, Tensor]:
    """Return the inputs that `sample` draws for its first `n` samples: [n, ...] by control."""
    parts = [{c.name: _draw(c, seed, first, truncation) for c in controls} for first in range(0, n, CHUNK)]
    return {control.name: torch.cat([part[control.name] for part in parts])[:n] for control in controls}


def rows_at_once(controls: Sequence[Control], tensors: Mapping[str, Tensor]) -> int:
    """Return how many samples are made at once: 64, or for large images a smaller power of 2; see `PIXELS`."""
    inputs = [tensors[control.name] for control in controls if control.name in tensors]
    pixels = max((math.prod(values.shape[2:]) for values in inputs), default=1)
    return min(CHUNK, 1 << max(PIXELS // pixels, 1).bit_length() - 1)


def _full(samples: Tensor) -> Tensor:
    """Return numbers in float32, whatever the precision of training, and tokens as they are."""
    return samples.float() if samples.is_floating_point() else samples


def _check(n: int, seed: int, truncation: float) -> None:
    if n < 1:
        raise UserError(f"cannot make {n} samples: ask for 1 or more")
    if seed < 0:
        raise UserError(f"seed {seed} is negative: use 0 or more")
    if not 0 < truncation <= 1:
        raise UserError(f"truncation {truncation:g} is out of range: use a number above 0, up to 1")


def _inputs(
    control: Control,
    first: int,
    n: int,
    rows: int,
    tensors: Mapping[str, Tensor],
    *,
    seed: int,
    truncation: float,
    start: int = 0,
) -> Tensor:
    """Return a control's inputs of the chunk that begins at `first`: what is given, and drawn ones after it.

    What is not drawn is all given; the first is repeated to fill up the last `rows` of them.
    """
    part = tensors[control.name][first : first + CHUNK] if control.name in tensors else None
    if control.form.drawn:
        values = _draw(control, seed, start + first, truncation)
        if part is not None:
            values[: len(part)] = part.to(values.dtype)
        return values
    if part is None:
        return control.draw(n)
    if len(part) < min(CHUNK, n - first):
        raise UserError(f"{len(tensors[control.name])} images are given as '{control.name}' for {n} samples: give {n}")
    return torch.cat([part, *[part[:1]] * (-len(part) % rows)]).to(control.form.dtype)


def _draw(control: Control, seed: int, first: int, truncation: float) -> Tensor:
    generator = torch.Generator().manual_seed(derived_seed(seed, first, zlib.crc32(control.name.encode())))
    return control.form.truncated(control.draw(CHUNK, generator), truncation)


def labels_for(control: Control, words: list[str], n: int) -> Tensor:
    """Return `n` labels that repeat the classes `words` in turn, each a class name or its number: see `Label.parse`.

    Raises:
        UserError: no such class.
    """
    numbers = [control.form.parse(word) for word in words]
    for word, number in zip(words, numbers, strict=True):
        if number is None:
            raise UserError(f"no {control.name} '{word}': it takes {control.form.takes()}")
    if not numbers:
        raise UserError(f"no label is given: known are {', '.join(control.form.names)}")
    return torch.tensor([numbers[i % len(numbers)] for i in range(n)], dtype=control.form.dtype)


def joined(game: Game, samples: Samples) -> Tensor:
    """Return what a game has made as the one tensor that everything else takes: of several, the kind of data says how.

    Raises:
        UserError: several, of a game that was built without saying what its samples are (`Game.spec`).
    """
    if isinstance(samples, Tensor):
        return samples
    if game.spec is None:
        raise UserError(
            f"{type(game).__name__} makes several tensors a sample: set its `spec`, or build it by a recipe"
        )
    return kind_of(game.spec).units.joined(samples, game.spec)


def outside(samples: Tensor, data: Data) -> Tensor:
    """Map samples to the units of the data: see `kinds.kind.Units`."""
    return kind_of(data.spec).units.outside(samples, data.spec)


@contextlib.contextmanager
def evaluating(module: nn.Module) -> Iterator[None]:
    """Put a module into evaluation mode inside the block, with kernels that repeat; all is as it was after it."""
    modes = {part: part.training for part in module.modules()}
    module.eval()
    try:
        with repeatable(next(module.parameters()).device):
            yield
    finally:
        for part, mode in modes.items():
            part.training = mode
