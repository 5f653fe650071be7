"""Sampling: a pure function of (game, seed, index) that never touches the random state of training."""

import contextlib
import math
import zlib
from collections.abc import Iterator, Mapping, Sequence

import torch
from torch import Tensor, nn

from zerosum.data.dataset import images_outside
from zerosum.errors import UserError
from zerosum.game import Control, Game
from zerosum.recipe.schema import Data
from zerosum.seeds import derived_seed

CHUNK = 64
"""Samples generated at once. Fixed, and the last chunk is filled up, because the last bits of a matrix product depend
on the number of rows: so sample number i is the same however many are asked for."""


@torch.no_grad()
def sample(
    game: Game, n: int, *, seed: int = 0, truncation: float = 1.0, given: Mapping[str, Tensor] | None = None
) -> tuple[Tensor, dict[str, Tensor]]:
    """Generate `n` samples and return them with their inputs, both on the CPU.

    Args:
        game: whose generator samples; put into evaluation mode meanwhile.
        n: how many; sample i depends on (seed, i) alone.
        seed: of the inputs that are not given.
        truncation: factor on latents, in (0, 1]: nearer to the mean is safer and less varied.
        given: inputs by control, each [n, ...].

    Returns:
        Samples inside, [n, *shape], and each control's inputs, [n, ...].

    Raises:
        UserError: a number is out of range, or something is given that is no input of one of the controls.
    """
    _check(n, seed, truncation)
    for name, values in (given or {}).items():
        check_inputs(control_of(game.controls, name), values)
    device = next(game.parameters()).device
    samples, inputs = [], []
    with evaluating(game):
        for first in range(0, n, CHUNK):
            chunk = {control.name: _draw(control, seed, first, truncation) for control in game.controls}
            for name, values in (given or {}).items():
                part = values[first : first + CHUNK].to(chunk[name].dtype)
                chunk[name][: len(part)] = part
            samples.append(game.sample({name: value.to(device) for name, value in chunk.items()}).float().cpu())
            inputs.append(chunk)
    joined = {control.name: torch.cat([part[control.name] for part in inputs])[:n] for control in game.controls}
    return torch.cat(samples)[:n], joined


@torch.no_grad()
def stages(game: Game, n: int, *, seed: int = 0, given: Mapping[str, Tensor] | None = None) -> list[Tensor]:
    """Return the first `n` samples of `sample`, at most 64, after what they were made from: `Game.stages`."""
    _check(n, seed, 1.0)
    device = next(game.parameters()).device
    inputs = draw(game.controls, min(n, CHUNK), seed=seed)
    inputs |= {name: values[:CHUNK].to(inputs[name].dtype) for name, values in (given or {}).items()}
    with evaluating(game):
        found = game.stages({name: value.to(device) for name, value in inputs.items()})
    return [stage.float().cpu() for stage in found]


def draw(controls: Sequence[Control], n: int, *, seed: int = 0, truncation: float = 1.0) -> dict[str, Tensor]:
    """Return the inputs that `sample` draws for its first `n` samples: [n, ...] by control."""
    parts = [{c.name: _draw(c, seed, first, truncation) for c in controls} for first in range(0, n, CHUNK)]
    return {control.name: torch.cat([part[control.name] for part in parts])[:n] for control in controls}


def control_of(controls: Sequence[Control], name: str) -> Control:
    """Return the control of this name.

    Raises:
        UserError: there is none; those that exist are named.
    """
    for control in controls:
        if control.name == name:
            return control
    raise UserError(f"no control '{name}': there are {described(controls)}")


def described(controls: Sequence[Control]) -> str:
    """Return the controls and what each takes, for a message."""
    return ", ".join(f"{control.name} ({takes(control)})" for control in controls)


def takes(control: Control) -> str:
    """Return what a control takes, in words."""
    if control.kind == "latent":
        return f"{control.size} numbers"
    low, high = range_of(control)
    names = [name for number, name in enumerate(control.names) if name != str(number)]
    return f"{low:g} to {high:g}" + (f", or one of {', '.join(control.names)}" if names else "")


def range_of(control: Control) -> tuple[float, float]:
    """Return the smallest and the largest input of a control."""
    ranges = {"latent": (-math.inf, math.inf), "continuous": (-1.0, 1.0)}
    return ranges.get(control.kind, (0.0, control.size - 1.0))


def check_inputs(control: Control, values: Tensor) -> None:
    """Raise UserError unless `values` are inputs of a control: as its kind says, and finite."""
    wanted = () if control.discrete else (control.size,)
    if values.ndim == 0 or tuple(values.shape[1:]) != wanted:
        rows = "one number" if control.discrete else f"{control.size} numbers"
        raise UserError(f"inputs of '{control.name}' are of shape {list(values.shape)}: give {rows} a row")
    if control.discrete and values.is_floating_point():
        raise UserError(f"inputs of '{control.name}' are {values.dtype}: give whole numbers, {takes(control)}")
    low, high = range_of(control)
    if not ((values >= low) & (values <= high) & values.isfinite()).all():
        raise UserError(f"inputs of '{control.name}' are out of range: it takes {takes(control)}, finite")


def _check(n: int, seed: int, truncation: float) -> None:
    if n < 1:
        raise UserError(f"cannot make {n} samples: ask for 1 or more")
    if seed < 0:
        raise UserError(f"seed {seed} is negative: use 0 or more")
    if not 0 < truncation <= 1:
        raise UserError(f"truncation {truncation:g} is out of range: use a number above 0, up to 1")


def _draw(control: Control, seed: int, first: int, truncation: float) -> Tensor:
    generator = torch.Generator().manual_seed(derived_seed(seed, first, zlib.crc32(control.name.encode())))
    drawn = control.draw(CHUNK, generator)
    return drawn * truncation if control.kind == "latent" else drawn


def labels_for(control: Control, wanted: list[str], n: int) -> Tensor:
    """Return `n` labels that repeat the `wanted` classes in turn, each a class name or its number.

    Raises:
        UserError: no such class.
    """
    numbers = [_label(control, word) for word in wanted]
    if not numbers:
        raise UserError(f"no label is given: known are {', '.join(control.names)}")
    return torch.tensor([numbers[i % len(numbers)] for i in range(n)])


def _label(control: Control, word: str) -> int:
    if word in control.names:
        return control.names.index(word)
    if word.isdecimal() and int(word) < control.size:
        return int(word)
    raise UserError(f"no label '{word}': known are {', '.join(control.names)} or 0 to {control.size - 1}")


def outside(samples: Tensor, data: Data) -> Tensor:
    """Map samples to the units of the data: images to uint8 [N, C, H, W], points to x * scale + center."""
    if len(data.shape) == 3:
        return images_outside(samples)
    return samples * torch.tensor(data.scale) + torch.tensor(data.center)


@contextlib.contextmanager
def evaluating(module: nn.Module) -> Iterator[None]:
    """Put a module into evaluation mode inside the block and every part back as it was after it."""
    modes = {part: part.training for part in module.modules()}
    module.eval()
    try:
        yield
    finally:
        for part, mode in modes.items():
            part.training = mode
