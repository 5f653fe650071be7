"""Sampling: a pure function of (game, seed, index) that never touches the random state of training."""

import contextlib
import zlib
from collections.abc import Iterator, Mapping

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
        UserError: a number is out of range.
    """
    _check(n, seed, truncation)
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
