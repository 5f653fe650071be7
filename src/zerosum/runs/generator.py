"""A trained generator on its own: written beside every checkpoint, loaded to sample."""

import contextlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from torch import Tensor, nn

from zerosum._version import __version__
from zerosum.core import registry
from zerosum.core.control import Control, described
from zerosum.core.game import Game
from zerosum.errors import UserError
from zerosum.kinds.table import kind_of
from zerosum.recipe import memory
from zerosum.recipe.build import build_game
from zerosum.recipe.schema import Recipe, validate
from zerosum.recipe.training_data import load_again
from zerosum.runs.run import Run
from zerosum.sampling import sampler
from zerosum.sampling.choosing import Chosen, choose
from zerosum.storage import atomic, checkpoint, disk
from zerosum.tasks.translation.image_translator import ImageTranslator

PENDING = ".generator.safetensors.new"
"""The weights of a generator that generator.json names already, until they take the place of those before."""
DAMAGE = (checkpoint.DamagedError, OSError, ValueError, KeyError, TypeError, RuntimeError, SafetensorError)
"""What a damaged generator raises."""


class Generator:
    """A trained generator: `zerosum.load(run).sample(64, label=3, seed=0)`.

    Attributes:
        recipe: how it was trained.
        controls: what steers it.
    """

    def __init__(self, game: Game, recipe: Recipe, about: Mapping[str, Any]):
        self.game, self.recipe, self.about = game, recipe, dict(about)
        self.controls: tuple[Control, ...] = game.controls

    def sample(
        self,
        n: int = 64,
        *,
        seed: int = 0,
        label: int | str | Sequence[int | str] | None = None,
        truncation: float = 1.0,
        given: Mapping[str, Tensor] | None = None,
    ) -> Tensor:
        """Generate `n` samples in the units of the data: uint8 [n, C, H, W], or float32 [n, D] points.

        Args:
            n: how many; sample i is the same for every n.
            seed: of the inputs that are not given.
            label: one class, or several that take turns, by name or number.
            truncation: factor on latents, in (0, 1].
            given: inputs by control, each [n, ...], such as {"c1": torch.full((64,), 3)}.

        Raises:
            UserError: the generator has no labels, or not this one; inputs of a control that it has not.
        """
        return self.sample_with_inputs(n, seed=seed, label=label, truncation=truncation, given=given)[0]

    def sample_with_inputs(
        self,
        n: int,
        *,
        seed: int = 0,
        label: int | str | Sequence[int | str] | None = None,
        truncation: float = 1.0,
        given: Mapping[str, Tensor] | None = None,
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """Return what `sample` returns, and the inputs of each control."""
        inputs = dict(given or {})
        if label is not None:
            inputs["label"] = self._labels(label, n)
        samples, all_inputs = sampler.sample(self.game, n, seed=seed, truncation=truncation, given=inputs)
        return sampler.outside(samples, self.recipe.data), all_inputs

    def choose(
        self,
        n: int = 64,
        *,
        condition: Sequence[str] = (),
        constraint: Sequence[str] = (),
        seed: int = 0,
        label: int | str | Sequence[int | str] | None = None,
        truncation: float = 1.0,
        given: Mapping[str, Tensor] | None = None,
    ) -> Chosen:
        """Return `n` samples that meet conditions and constraints, such as ["income=>50K"] and ["low<high"].

        Others are drawn and thrown away; the generator is asked for what helps where it has a control for it. All else
        is as `sample` has it.

        Raises:
            UserError: a word that says nothing of such samples, or what too few samples meet.
        """
        data = self.recipe.data
        wanted = kind_of(data.spec).choosing.wanted(condition, constraint, data.spec, self._real)

        def inputs(count: int) -> dict[str, Tensor]:
            taken = {name: values[torch.arange(count) % n] for name, values in (given or {}).items()}
            return taken | ({} if label is None else {"label": self._labels(label, count)})

        return choose(self.game, data, n, wanted, inputs, seed=seed, truncation=truncation)

    def _labels(self, label: int | str | Sequence[int | str], n: int) -> Tensor:
        labels = [label] if isinstance(label, int | str) else label
        return sampler.labels_for(self.control("label"), [str(word) for word in labels], n)

    def _real(self) -> Tensor:
        """Return all samples to train on, outside."""
        train = load_again(self.recipe.data, "train", None)
        return train.outside(train.batch(torch.arange(len(train)))["real"])

    def translate(
        self, images: Tensor, *, direction: str = "forward", mask: Tensor | None = None, tile: int | None = None
    ) -> Tensor:
        """Translate images, uint8 [N, C, H, W] of any size, into uint8 [N, C', H, W].

        One that was trained with `--pairs small:4` makes them four times as large.

        Args:
            images: sources, or targets where the direction is "backward".
            direction: "forward", or "backward" in systems that know the way back.
            mask: for inpainting, [N, 1, H, W] or [1, 1, H, W], 1 where pixels are missing and 0 elsewhere.
            tile: side of tiles, 0 for none; default: tiles of 512 pixels for images of more than 2^20.

        Raises:
            UserError: this generator translates nothing, not in this direction, or takes other images.
        """
        return self.translation.translate(images, direction=direction, mask=mask, tile=tile)

    @property
    def translation(self) -> ImageTranslator:
        """How it translates images.

        Raises:
            UserError: this generator makes images of its own.
        """
        return ImageTranslator(self.game, self.recipe)

    @property
    def module(self) -> "Plain":
        """The generator as a plain `torch.nn.Module` for anyone's own code: see `Plain`."""
        return Plain(self.game, self.recipe.data.shape)

    def control(self, name: str) -> Control:
        """Return the control of this name; UserError where the generator has no such control."""
        for control in self.controls:
            if control.name == name:
                return control
        remedy = f"there are {described(self.controls)}"
        if name == "label":
            conditional = "conditioning" in self.recipe.game
            remedy = "train with --set conditioning=projection" if conditional else "train cgan, acgan or r1gan instead"
            remedy += "" if self.recipe.data.classes else ", on data with labels: a folder a class"
        raise UserError(f"this {self.recipe.system} generator has no control '{name}': {remedy}")

    def to(self, device: torch.device | str) -> "Generator":
        """Move the generator to a device, and return it."""
        self.game.to(device)
        return self


class Plain(nn.Module):
    """A trained generator as a torch module, in evaluation mode: one tensor an input, in the order of `inputs`.

    Nothing of its gradients is switched: parameters require them as in training, so put it under `torch.no_grad()`, or
    differentiate through it. It shares its weights with the `Generator` that it is of.

    Attributes:
        inputs: the shape of each input by name, without the batch: {"latent": (64,)}; () for labels, which are
            int64, and (C, None, None) for an image of any size.
        shape: of one sample, as networks see it: (C, H, W) in [-1, 1], or (D,) standardised.
    """

    def __init__(self, game: Game, shape: Sequence[int]) -> None:
        super().__init__()
        self.game, self.shape = game, tuple(shape)
        self.inputs = {control.name: control.form.shape for control in game.controls}
        self.eval()

    def forward(self, *inputs: Tensor) -> Tensor:
        """Return samples, [N, *shape]; ValueError where inputs are fewer or more than it has."""
        return sampler.joined(self.game, self.game.sample(dict(zip(self.inputs, inputs, strict=True))))


def load_generator(path: Path | str, *, trust: Sequence[str] = (), game: type[Game] | None = None) -> Generator:
    """Load the generator of a run folder, or of one that holds its two files alone, with averaged weights, on the CPU.

    Args:
        path: the folder.
        trust: packages whose code the run may name and import, beside zerosum and what is installed as its plugins.
        game: the class of the game, where it was defined in a script or notebook and cannot be found by its name.

    Raises:
        UserError: no run, nothing trained yet, damaged files, or code that is not trusted or cannot be found.
    """
    registry.trust(trust)
    folder = Path(path)
    if not (folder / "generator.json").exists():
        Run.open(path)
        raise UserError(f"{folder} has no generator yet: run its `zerosum train` command until the first checkpoint")
    try:
        about, tensors = _read(folder)
        if game is not None:
            registry.stand_in(about["recipe"]["system"], game)
        recipe = validate(about["recipe"])
        playing = build_game(recipe)
        take_weights(playing, tensors)
    except DAMAGE as error:
        if memory.lacking(error):
            raise
        raise UserError(f"the generator in {folder} is damaged ({error}): continue the training to write it") from error
    playing.eval()
    return Generator(playing, with_data_found(recipe, Run(folder)), about)


def _read(folder: Path) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """Return generator.json and the weights that it names: a training may be replacing both, or was killed at it."""
    for _ in range(3):
        about: dict[str, Any] = json.loads((folder / "generator.json").read_text(encoding="utf-8"))
        for name in (PENDING, "generator.safetensors"):
            with contextlib.suppress(checkpoint.DamagedError, FileNotFoundError):
                return about, checkpoint.read_tensors(folder / name, about["sha256"])
    return about, checkpoint.read_tensors(folder / "generator.safetensors", about["sha256"])


def is_whole(folder: Path) -> bool:
    """Return whether there is a generator in a run folder whose two files belong together."""
    try:
        return bool(_read(folder))
    except DAMAGE:
        return False


def with_data_found(recipe: Recipe, run: Run) -> Recipe:
    """Return the recipe of a generator with its data where the run last found them, which may have moved since."""
    with contextlib.suppress(UserError):
        data = run.recipe().data if run.exists() else recipe.data
        if data.fingerprint == recipe.data.fingerprint:
            return recipe.model_copy(update={"data": data})
    return recipe


def take_weights(game: Game, tensors: Mapping[str, Tensor]) -> None:
    """Load the averaged modules of a game from what `save_generator` wrote."""
    for name, module in game.averaged().items():
        own = {key.removeprefix(f"{name}."): value for key, value in tensors.items() if key.startswith(f"{name}.")}
        module.load_state_dict(own)


def save_generator(folder: Path, recipe: Recipe, game: Game, facts: Mapping[str, Any]) -> None:
    """Write generator.safetensors and generator.json: all that sampling needs. Call with averages swapped in.

    A kill at any moment leaves one generator that loads, the one before or the new one: the new weights lie beside the
    old ones until generator.json names them.
    """
    modules = game.averaged()
    tensors = {
        f"{name}.{key}": value.detach().cpu().contiguous().clone()
        for name, module in modules.items()
        for key, value in module.state_dict().items()
    }
    pending = folder / PENDING
    _settle(folder)
    with disk.writing(pending):
        checkpoint.save_tensors(tensors, pending)
        disk.sync(pending)
        digest = checkpoint.digest(pending)
    about = {"zerosum": __version__, "sha256": digest, **facts, "recipe": recipe.model_dump(mode="json")}
    try:
        atomic.write_durably(folder / "generator.json", json.dumps(about, indent=1))
    except UserError:
        pending.unlink(missing_ok=True)
        raise
    disk.sync(folder)
    _settle(folder)


def _settle(folder: Path) -> None:
    """Put weights that generator.json names in their place; those that it does not name yet are written again."""
    pending = folder / PENDING
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        about = json.loads((folder / "generator.json").read_text(encoding="utf-8"))
        if checkpoint.digest(pending) == about["sha256"]:
            pending.replace(folder / "generator.safetensors")
