"""Making samples of noise, and of labels and codes where a game has them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import torch
from PIL import Image
from torch import Tensor

from zerosum.core.control import control_of, controls_of
from zerosum.core.forms import Label, Latent
from zerosum.core.game import Game
from zerosum.data.dataset import Dataset
from zerosum.data.density import Density
from zerosum.errors import UserError
from zerosum.kinds.table import kind_of
from zerosum.metrics.path_length import Paths
from zerosum.metrics.sampler import Sampler
from zerosum.recipe.schema import Data, Recipe
from zerosum.recipe.training_data import Material
from zerosum.sampling import sampler
from zerosum.sampling.in_group import Draw
from zerosum.sampling.snapshot import of_reals, snapshot
from zerosum.tasks.task import FORWARD, Task


class FromNoise(Task):
    """The task of games that draw all that samples are made of."""

    given: ClassVar[bool] = False

    def asked_for(self, name: str, material: Material) -> Material:
        """Return the material; UserError where there is something to be translated."""
        if material.translated:
            raise UserError(
                f"{name} translates nothing: leave out --target and --pairs, or train pix2pix, cyclegan, cut or "
                "inpainting"
            )
        return material

    def judged_by(self, dataset: Dataset, direction: str = FORWARD) -> Dataset:
        """Return the data themselves."""
        return dataset.uncropped()

    def sampler(
        self,
        game: Game,
        recipe: Recipe,
        test: Callable[[], Dataset],
        *,
        direction: str = FORWARD,
        draw: Draw | None = None,
        train: Dataset | None = None,
    ) -> Sampler:
        """Return the game as one that draws; it knows one direction only."""
        if direction != FORWARD:
            raise UserError(f"{recipe.system} translates nothing: leave the direction out")
        return GameSampler(game, recipe.data, draw)

    def pictures(self, recipe: Recipe, dataset: Dataset, test: Callable[[], Dataset]) -> "Snapshots":
        """Return samples, beside the first of the data."""
        return Snapshots(recipe.data, first_samples(dataset), dataset.density)


@dataclass(frozen=True)
class Snapshots:
    """Pictures of samples; `real` are samples of the data in their units."""

    data: Data
    real: Tensor
    density: Density | None

    def reals(self) -> Image.Image:
        """Draw the data."""
        return of_reals(self.real, self.data.spec)

    def of(self, game: Game) -> Image.Image:
        """Draw samples of a game."""
        return snapshot(game, self.data, self.real, self.density)


class GameSampler(Sampler):
    """A game as the sampler that metrics take: (n, seed, labels) -> (samples, labels).

    Args:
        game: that makes the samples.
        data: of its recipe.
        draw: makes the samples, where it is not this process alone.
        turned: numbers that controls are set to, by name; the others are drawn.

    Raises:
        UserError: a control that does not exist, or that takes no such number.
    """

    def __init__(
        self, game: Game, data: Data, draw: Draw | None = None, *, turned: Mapping[str, float] | None = None
    ) -> None:
        self.game, self.data, self.draw = game, data, draw or partial(sampler.sample, game)
        self.turned = {control_of(game.controls, name): value for name, value in (turned or {}).items()}
        self.conditional = bool(controls_of(game.controls, Label))
        self.latents = controls_of(game.controls, Latent)

    def __call__(self, n: int, seed: int, labels: Tensor | None) -> tuple[Tensor, Tensor | None]:
        """Return `n` samples as users see them and the labels they were made for."""
        set_ = {control.name: control.form.inputs([value] * n) for control, value in self.turned.items()}
        samples, inputs = self.draw(n, seed=seed, given=self._given(labels) | set_)
        return sampler.outside(samples, self.data), inputs.get("label")

    @property
    def paths(self) -> Callable[[int, int, Tensor | None], Paths] | None:
        """Paths between random latents for `path_length`, None where the game has not one latent but others."""
        return self._paths if len(self.latents) == 1 else None

    @property
    def log_probability(self) -> Callable[[Tensor], Tensor] | None:
        """What the game says of the tokens of samples outside; None where it knows no probabilities."""
        return self._log_probability if self.game.knows_probabilities else None

    @torch.no_grad()
    def _log_probability(self, samples: Tensor) -> Tensor:
        inside = kind_of(self.data.spec).units.inside(samples, self.data.spec)
        with sampler.evaluating(self.game):
            logs = self.game.log_probability(inside.to(next(self.game.parameters()).device))
        assert logs is not None
        return logs.cpu()

    def _paths(self, n: int, seed: int, labels: Tensor | None) -> Paths:
        (control,) = self.latents
        random = torch.Generator().manual_seed(seed)
        starts, ends = control.draw(n, random), control.draw(n, random)

        def render(latents: Tensor, paths: Tensor) -> Tensor:
            inputs = {control.name: latents, **self._given(None if labels is None else labels[paths])}
            samples, _ = sampler.sample(self.game, len(latents), seed=seed, given=inputs)
            return kind_of(self.data.spec).units.unrounded(samples, self.data.spec)

        return Paths(starts, ends, render, spherical=control.form.spherical)

    def _given(self, labels: Tensor | None) -> dict[str, Tensor]:
        return {"label": labels} if self.conditional and labels is not None else {}


def first_samples(dataset: Dataset, most: int = 2000) -> Tensor:
    """Return the first samples in the units of the data, to show."""
    return dataset.outside(dataset.batch(torch.arange(min(most, len(dataset))))["real"]).cpu()
