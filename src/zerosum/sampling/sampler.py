"""Sampling: a pure function of (game, seed, index) that never touches the random state of training."""

import contextlib
import logging
import math
import zlib
from collections.abc import Iterator, Mapping, Sequence

import torch
from torch import Tensor, nn

from zerosum.core.device import repeatable
from zerosum.core.game import Control, Game
from zerosum.core.seeds import derived_seed
from zerosum.data.dataset import images_outside
from zerosum.data.layout import composed
from zerosum.errors import UserError
from zerosum.recipe.schema import Data

log = logging.getLogger(__name__)
CHUNK = 64
"""Samples generated at once. Fixed, and the last chunk is filled up, because the last bits of a matrix product depend
on the number of rows: so sample number i is the same however many are asked for."""
PIXELS = 2**20
"""Of the images that are translated at once, so that memory is bounded: large ones go in smaller chunks."""


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
        UserError: a number is out of range, an image is not given, or something is given that is no input of one of the
            controls.
    """
    _check(n, seed, truncation)
    given = given or {}
    for name, values in given.items():
        check_inputs(control_of(game.controls, name), values)
    device, rows = next(game.parameters()).device, rows_at_once(game.controls, given)
    samples, inputs = [], []
    with evaluating(game):
        for first in range(0, n, CHUNK):
            chunk = {c.name: _inputs(c, first, n, rows, given, seed=seed, truncation=truncation) for c in game.controls}
            for start in range(0, min(CHUNK, n - first), rows):
                part = {name: value[start : start + rows].to(device) for name, value in chunk.items()}
                samples.append(game.sample(part).float().cpu())
            inputs.append(chunk)
    joined = {control.name: torch.cat([part[control.name] for part in inputs])[:n] for control in game.controls}
    return torch.cat(samples)[:n], joined


@torch.no_grad()
def stages(game: Game, n: int, *, seed: int = 0, given: Mapping[str, Tensor] | None = None) -> list[Tensor]:
    """Return the first `n` samples of `sample`, at most 64, after what they were made from: `Game.stages`."""
    _check(n, seed, 1.0)
    device, rows = next(game.parameters()).device, min(n, CHUNK)
    inputs = {c.name: _inputs(c, 0, rows, 1, given or {}, seed=seed, truncation=1.0) for c in game.controls}
    with evaluating(game):
        found = game.stages({name: value[:rows].to(device) for name, value in inputs.items()})
    return [stage.float().cpu() for stage in found]


def draw(controls: Sequence[Control], n: int, *, seed: int = 0, truncation: float = 1.0) -> dict[str, Tensor]:
    """Return the inputs that `sample` draws for its first `n` samples: [n, ...] by control."""
    parts = [{c.name: _draw(c, seed, first, truncation) for c in controls} for first in range(0, n, CHUNK)]
    return {control.name: torch.cat([part[control.name] for part in parts])[:n] for control in controls}


def rows_at_once(controls: Sequence[Control], given: Mapping[str, Tensor]) -> int:
    """Return how many samples are made at once: 64, or for large images a smaller power of 2; see `PIXELS`."""
    images = [given[control.name] for control in controls if control.kind == "image" and control.name in given]
    pixels = max((values.shape[2] * values.shape[3] for values in images), default=1)
    return min(CHUNK, 1 << max(PIXELS // pixels, 1).bit_length() - 1)


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
    if control.kind == "image":
        return f"images of {control.size} {'channels' if control.size > 1 else 'channel'}, -1 to 1"
    low, high = range_of(control)
    numbers = f"{low:g} to {high:g}"
    if control.names == tuple(map(str, range(control.size))) or not control.names:
        return numbers
    return ("" if _by_name_alone(control) else f"{numbers}, or ") + f"one of {', '.join(control.names)}"


def range_of(control: Control) -> tuple[float, float]:
    """Return the smallest and the largest input of a control."""
    ranges = {"latent": (-math.inf, math.inf), "continuous": (-1.0, 1.0), "image": (-1.0, 1.0)}
    return ranges.get(control.kind, (0.0, control.size - 1.0))


def check_inputs(control: Control, values: Tensor) -> None:
    """Raise UserError unless `values` are inputs of a control: as its kind says, and finite."""
    if control.kind == "image":
        _check_images(control, values)
    wanted = _row(control, values)
    if values.ndim == 0 or tuple(values.shape[1:]) != wanted:
        rows = "one number" if control.discrete else f"{control.size} numbers"
        raise UserError(f"inputs of '{control.name}' are of shape {list(values.shape)}: give {rows} a row")
    if control.discrete and values.is_floating_point():
        raise UserError(f"inputs of '{control.name}' are {values.dtype}: give whole numbers, {takes(control)}")
    low, high = range_of(control)
    if not ((values >= low) & (values <= high) & values.isfinite()).all():
        raise UserError(f"inputs of '{control.name}' are out of range: it takes {takes(control)}, finite")


def _row(control: Control, values: Tensor) -> tuple[int, ...]:
    """Return the shape that one input is to have."""
    if control.kind == "image":
        return tuple(values.shape[1:])
    return () if control.discrete else (control.size,)


def _check_images(control: Control, values: Tensor) -> None:
    if values.ndim != 4 or values.shape[1] != control.size or not values.is_floating_point():
        given = f"{values.dtype} of shape {list(values.shape)}"
        raise UserError(f"inputs of '{control.name}' are {given}: give [N, C, H, W], {takes(control)}")


def _check(n: int, seed: int, truncation: float) -> None:
    if n < 1:
        raise UserError(f"cannot make {n} samples: ask for 1 or more")
    if seed < 0:
        raise UserError(f"seed {seed} is negative: use 0 or more")
    if not 0 < truncation <= 1:
        raise UserError(f"truncation {truncation:g} is out of range: use a number above 0, up to 1")


def _inputs(
    control: Control, first: int, n: int, rows: int, given: Mapping[str, Tensor], *, seed: int, truncation: float
) -> Tensor:
    """Return a control's inputs of the chunk that begins at `first`: what is given, and drawn ones after it.

    Images are all given; the first is repeated to fill up the last `rows` of them.
    """
    part = given[control.name][first : first + CHUNK] if control.name in given else None
    if control.kind != "image":
        drawn = _draw(control, seed, first, truncation)
        if part is not None:
            drawn[: len(part)] = part.to(drawn.dtype)
        return drawn
    if part is None:
        return control.draw(n)
    if len(part) < min(CHUNK, n - first):
        raise UserError(f"{len(given[control.name])} images are given as '{control.name}' for {n} samples: give {n}")
    return torch.cat([part, *[part[:1]] * (-len(part) % rows)]).float()


def _draw(control: Control, seed: int, first: int, truncation: float) -> Tensor:
    generator = torch.Generator().manual_seed(derived_seed(seed, first, zlib.crc32(control.name.encode())))
    drawn = control.draw(CHUNK, generator)
    return drawn * truncation if control.kind == "latent" else drawn


def labels_for(control: Control, wanted: list[str], n: int) -> Tensor:
    """Return `n` labels that repeat the `wanted` classes in turn, each a class name or its number: see `category`.

    Raises:
        UserError: no such class.
    """
    numbers = [category(control, word) for word in wanted]
    for word, number in zip(wanted, numbers, strict=True):
        if number is None:
            raise UserError(f"no {control.name} '{word}': it takes {takes(control)}")
    if not numbers:
        raise UserError(f"no label is given: known are {', '.join(control.names)}")
    return torch.tensor([numbers[i % len(numbers)] for i in range(n)])


def category(control: Control, word: str) -> int | None:
    """Return the number of a class by its name; by its number where no name is a number itself; None: there is none.

    Else "3" would be two classes. Where a name is also the number of another class, that the name counts is said.
    """
    names = [composed(name) for name in control.names]
    number = int(word) if word.isdecimal() and int(word) < control.size else None
    if composed(word) not in names:
        return None if _by_name_alone(control) else number
    found = names.index(composed(word))
    if number not in (None, found):
        log.warning("%s %s is the class of that name, not number %s, counted from 0", control.name, word, word)
    return found


def _by_name_alone(control: Control) -> bool:
    """Return whether numbers are names of classes, so that they are nothing else."""
    return any(name.isdecimal() for name in control.names)


def outside(samples: Tensor, data: Data) -> Tensor:
    """Map samples to the units of the data: images to uint8 [N, C, H, W], points to x * scale + center."""
    if len(data.shape) == 3:
        return images_outside(samples)
    return samples * torch.tensor(data.scale) + torch.tensor(data.center)


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
