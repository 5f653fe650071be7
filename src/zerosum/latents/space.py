"""The space one moves in: all inputs of a generator that are numbers, side by side as one vector.

It is made from the generator's declared controls alone, so it is the same for every system: latents and continuous
codes are steered; what is one of several (labels, categories) is held while one moves.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from zerosum.core.control import controls_of
from zerosum.core.forms import Dice
from zerosum.errors import UserError
from zerosum.runs.generator import Generator, load_generator
from zerosum.sampling import sampler

MOST = 10_000
"""Sample numbers above this are refused, as a slip of the keyboard: all samples up to the number have to be drawn."""


@dataclass(frozen=True)
class Points:
    """Places in a space: `vectors` float32 [n, size] and, by control, what is `held` at each, int64 [n]."""

    vectors: Tensor
    held: Mapping[str, Tensor]

    def __len__(self) -> int:
        return len(self.vectors)

    def __getitem__(self, index: int | slice | Sequence[int] | Tensor) -> "Points":
        """Return some of the points; of one number, as points too."""
        rows = torch.arange(len(self))[index].flatten()
        return Points(self.vectors[rows], {name: values[rows] for name, values in self.held.items()})

    def at(self, vectors: Tensor) -> "Points":
        """Return other vectors [m, size] where all that is held is as at the first of these points."""
        return Points(vectors, {name: values[:1].expand(len(vectors)) for name, values in self.held.items()})

    def moved(self, by: Tensor) -> "Points":
        """Return these points moved by vectors that broadcast to [n, size], with what is held at each."""
        return Points(self.vectors + by, self.held)


class Space:
    """The vectors that steer a generator.

    Attributes:
        generator: what is steered.
        steered: the controls that make up a vector, in order.
        size: length of a vector.
        spherical: whether all of it is normal, so that typical vectors lie near a sphere of radius sqrt(size).
    """

    def __init__(self, generator: Generator) -> None:
        self.generator = generator
        if not all(control.form.drawn for control in generator.controls):
            raise UserError(f"a {generator.recipe.system} generator is steered by images: use `zerosum translate`")
        if controls_of(generator.controls, Dice):
            raise UserError(
                f"a {generator.recipe.system} generator throws dice, so nothing lies between two samples: use `zerosum "
                "sample` with --seed and --control"
            )
        self.steered = tuple(control for control in generator.controls if not control.form.discrete)
        self.size = sum(control.form.size for control in self.steered)
        self.spherical = all(control.form.spherical for control in self.steered)
        self._names = [control.name for control in self.steered]
        if not self.steered:
            raise UserError(f"this {generator.recipe.system} generator has no latent and no code to move in")

    def draw(self, n: int, *, seed: int = 0, label: str | int | None = None) -> Points:
        """Return the inputs of samples number 0 to n - 1 of `zerosum sample --seed`, with one label if it is given."""
        controls = self.generator.controls
        inputs = sampler.draw(controls, n, seed=seed)
        if label is not None:
            inputs["label"] = sampler.labels_for(self.generator.control("label"), [str(label)], n)
        return Points(self.vectors(inputs), {name: inputs[name] for name in inputs if name not in self._names})

    def numbered(self, numbers: Sequence[int], *, seed: int = 0, label: str | int | None = None) -> Points:
        """Return the inputs of the samples with these numbers: the same that `zerosum sample --seed` shows there.

        Raises:
            UserError: there are no numbers, or one is out of range.
        """
        for number in numbers:
            if not 0 <= number < MOST:
                raise UserError(f"sample number {number} is out of range: use 0 to {MOST - 1:,}")
        if not numbers:
            raise UserError("no sample is named: give the numbers of samples, counted from 0 as in `zerosum sample`")
        return self.draw(max(numbers) + 1, seed=seed, label=label)[list(numbers)]

    def vectors(self, inputs: Mapping[str, Tensor]) -> Tensor:
        """Return inputs by control as vectors [n, size]."""
        return torch.cat([inputs[control.name].float().view(-1, control.form.size) for control in self.steered], 1)

    def inputs(self, points: Points) -> dict[str, Tensor]:
        """Return points as inputs by control; what is bounded is kept in its bounds."""
        sizes = [control.form.size for control in self.steered]
        parts = points.vectors.split(sizes, dim=1)  # type: ignore[no-untyped-call]
        steered = {c.name: part.clamp(*c.form.support) for c, part in zip(self.steered, parts, strict=True)}
        return {**steered, **points.held}

    def render(self, points: Points) -> Tensor:
        """Return the samples at `points` in the units of the data: uint8 [n, C, H, W], or float32 [n, D]."""
        return self.generator.sample(len(points), given=self.inputs(points))

    def differentiable(self, points: Points) -> Tensor:
        """Return the samples inside, [n, *shape] in [-1, 1] for images, with gradients to `points.vectors`."""
        device = next(self.generator.game.parameters()).device
        inputs = {name: value.to(device) for name, value in self.inputs(points).items()}
        with sampler.evaluating(self.generator.game):
            return sampler.joined(self.generator.game, self.generator.game.sample(inputs)).float()


def open_space(run: Path | str | Generator, *, device: torch.device | str = "cpu") -> Space:
    """Return the space of a run folder, or of a generator that is loaded already."""
    return Space(run if isinstance(run, Generator) else load_generator(run).to(device))
